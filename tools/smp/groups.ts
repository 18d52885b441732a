/** Numbers of SMP's groups, and of errors of any of them. Commands are those of the server: core/smp/group-*.ts. */

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
