/** Numbers of SMP's groups and commands, as far as this client uses them. On the wire: never renumber. */

export const enum Group {
  Os = 0,
  Image = 1,
  Statistics = 2,
  Settings = 3,
  Files = 8,
  Shell = 9,
  Enumeration = 10,
  Basic = 63,
  Trialboot = 64,
}

export const enum OsCommand {
  Reset = 5,
  Params = 6,
}

export const enum ImageCommand {
  State = 0,
  Upload = 1,
  Erase = 5,
}

/** trialboot's own group (docs/spec-smp.md). */
export const enum TrialbootCommand {
  Status = 0,
  Challenge = 1,
  Login = 2,
  Logout = 3,
  Progress = 4,
  Journal = 5,
  Rollback = 6,
  FactoryReset = 7,
  Console = 8,
}

/** Errors of trialboot's own group. */
export const enum TrialbootError {
  BackOff = 2,
  KeyOrSignature = 3,
  NoChallenge = 4,
  SetNotAllowed = 5,
  NotLoggedIn = 6,
  Refused = 7,
}

/** Errors that a device of any group may answer with. */
export const enum SmpCode {
  Ok = 0,
  Unknown = 1,
  NotSupported = 8,
  Busy = 10,
  AccessDenied = 11,
  VersionTooOld = 12,
  VersionTooNew = 13,
}
