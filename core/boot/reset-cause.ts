/** Causes of a start, as the chips' registers tell them. Numbers, because they stand in journal records. */
export const enum ResetCause {
  Unknown = 0,
  PowerOn = 1,
  BrownOut = 2,
  /** Reset pin or button: a person. */
  Pin = 3,
  Watchdog = 4,
  /** Lock-up, exception, out of memory. */
  Panic = 5,
  /** The application asked for it. */
  Software = 6,
  DeepSleepWake = 7,
  /** The interpreter was restarted without a chip reset: Espruino's `load()` and `reset()`. */
  WarmStart = 8,
}
