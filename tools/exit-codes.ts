/** What the process tells the shell. Scripts depend on these numbers: never renumber. docs/cli.md lists them. */
export const enum ExitCode {
  Ok = 0,
  /** Files, keys and everything else outside the command line that did not work. */
  Failure = 1,
  /** The command line itself is wrong; nothing was read or written. */
  Usage = 2,
  /** The image's digest or signature is not one that the given keys vouch for. */
  Authenticity = 20,
  /** The image's security counter is missing or below the floor. */
  Rollback = 22,
  /** The image was made for another vendor, device class or address. */
  WrongBoard = 23,
  /** Not an image, or one with a structure or a feature that boards refuse. */
  Malformed = 24,
  /** The wire to the device failed. */
  Link = 30,
  /** The device refused what was asked. */
  DeviceRefused = 31,
  /** The device gave the new image up and went back. */
  DeviceRolledBack = 32,
  /** The simulator found a state in which a rule of the boot chain is broken. */
  RuleBroken = 40,
}
