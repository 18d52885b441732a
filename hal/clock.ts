/** Time since the start, and callbacks. There is no wall clock: nothing here may depend on one. */
export interface Clock {
  /** Milliseconds since this start of the chip, monotonic. */
  uptimeMs(): number;
  /** Calls `callback` every `intervalMs` until the chip stops. */
  every(intervalMs: number, callback: () => void): void;
}
