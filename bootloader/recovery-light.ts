/** What the indicator shows in recovery (docs/technician.md): a function of what goes on and of time. */

/** Half a period of the fastest pattern; also how often the watchdog is kicked, which proves that timers run. */
export const RECOVERY_BLINK_MS = 250;

/** Each pattern is two seconds: on or off for a quarter of a second. */
export const enum RecoveryLight {
  /** An image can start; the board leaves recovery by itself after a while. */
  Waiting = "10101010",
  /** Nothing can start: an image has to be installed. */
  Empty = "10100000",
  /** Somebody talks to the board. */
  Connected = "11110000",
  /** An image is being received or checked. Do not switch off. */
  Busy = "11101110",
  /** The image is good. It starts with the next restart, if it was asked for. */
  Done = "11111111",
  /** The image was refused. */
  Refused = "10000000",
}

/** @param uptimeMs since the start */
export function isLit(light: RecoveryLight, uptimeMs: number): boolean {
  return light.charAt(Math.floor(uptimeMs / RECOVERY_BLINK_MS) % light.length) === "1";
}
