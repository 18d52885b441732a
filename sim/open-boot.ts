/** A boot that runs piece by piece, for those who have a world of their own beside it: a real clock, a client. */

import type { BootReport } from "./report";

export interface OpenBoot {
  /** Virtual time at which the bootloader started, in microseconds. */
  readonly startUs: number;
  /**
   * Runs everything that is due by this virtual time; code that is charged for may go beyond it.
   *
   * @returns whether the processor still runs
   */
  runUntil(untilUs: number): boolean;
  /**
   * Ends the boot, as `end` says if the processor still runs. Throws the FlashRuleError if software broke a rule of
   * the chip in it.
   */
  close(end: "horizon" | "power-cut"): BootReport;
}
