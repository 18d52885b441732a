/** Watchdog, resets and time in one object, because every class costs variables on the board. */

import { ResetCause } from "../../core/boot/reset-cause";
import type { Clock } from "../clock";
import type { Reset } from "../reset";
import type { Watchdog } from "../watchdog";
import type { Chip } from "./plan";

/** Interpreter flags outlive `load()` and `reset()`, and no reset of the chip. This one only makes the JIT talk. */
interface Flags {
  jitDebug: number;
}

declare const E: {
  getFlags(): Flags;
  setFlags(flags: Flags): void;
  enableWatchdog(timeoutSeconds: number, isAutomatic: boolean): void;
  kickWatchdog(this: void): void;
  reboot(this: void): void;
};
declare function getTime(this: void): number;
declare function setInterval(this: void, callback: () => void, intervalMs: number): void;

export class EspruinoSystem implements Watchdog, Reset, Clock {
  readonly cause: ResetCause;
  /** Also before the start: on an nRF52 it may run since before a soft reset. */
  readonly kick = E.kickWatchdog;
  readonly reboot = E.reboot;
  /** Time of the start in seconds; moves when somebody sets the clock. */
  startSeconds: number;
  readonly now = getTime;
  private readonly repeat = setInterval;
  private isWatched = false;

  constructor(chip: Chip) {
    this.startSeconds = getTime();
    // After load() and reset() the chip's register still tells of the start before.
    this.cause = E.getFlags().jitDebug === 1 ? ResetCause.WarmStart : chip.readCause();
    E.setFlags({ jitDebug: 1 });
  }

  start(timeoutMs: number): void {
    if (!this.isWatched) {
      this.isWatched = true;
      // `false` also ends automatic kicks, which outlive a soft reset and `load()`.
      E.enableWatchdog(timeoutMs / 1000, false);
    }
  }

  uptimeMs(): number {
    return Math.floor((this.now() - this.startSeconds) * 1000);
  }

  every(intervalMs: number, callback: () => void): void {
    this.repeat(callback, intervalMs);
  }
}
