/**
 * Why the processor starts, and what a start leaves alone. The machine derives the next cause from how the last run
 * ended; a test may say another.
 */

import { ResetCause } from "../core/boot/reset-cause";
import type { Reset } from "../hal/reset";
import type { Life } from "./life";

/** How one boot ended, as reports say it. */
export type BootEnd =
  | "watchdog"
  | "software"
  | "panic"
  | "power-cut"
  | "deep-sleep"
  | "warm-start"
  | "horizon"
  | "hang-without-watchdog";

/** What starts the processor after a boot that ended so. From the last two only pulling the plug gets it out. */
export const CAUSE_AFTER: Readonly<Record<BootEnd, ResetCause>> = {
  watchdog: ResetCause.Watchdog,
  software: ResetCause.Software,
  panic: ResetCause.Panic,
  "power-cut": ResetCause.PowerOn,
  "deep-sleep": ResetCause.DeepSleepWake,
  "warm-start": ResetCause.WarmStart,
  horizon: ResetCause.PowerOn,
  "hang-without-watchdog": ResetCause.PowerOn,
};

const CAUSE_NAMES: Readonly<Record<ResetCause, string>> = {
  [ResetCause.Unknown]: "unknown",
  [ResetCause.PowerOn]: "power-on",
  [ResetCause.BrownOut]: "brown-out",
  [ResetCause.Pin]: "pin",
  [ResetCause.Watchdog]: "watchdog",
  [ResetCause.Panic]: "panic",
  [ResetCause.Software]: "software",
  [ResetCause.DeepSleepWake]: "deep-sleep",
  [ResetCause.WarmStart]: "warm-start",
};

/** The cause's name in reports. */
export function causeName(cause: ResetCause): string {
  return CAUSE_NAMES[cause];
}

/** Whether a start with this cause leaves a running watchdog running. A warm start is no reset of the chip at all. */
export function watchdogSurvives(cause: ResetCause, survivesSoftReset: boolean): boolean {
  if (cause === ResetCause.WarmStart) {
    return true;
  }
  return survivesSoftReset && (cause === ResetCause.Software || cause === ResetCause.Panic);
}

export class SimulatedReset implements Reset {
  /** What the chip's register tells the software: the cause, or Unknown where the board cannot tell. */
  cause: ResetCause = ResetCause.PowerOn;

  constructor(private readonly life: Life) {}

  reboot(): void {
    this.life.check();
    this.life.end("software");
  }
}
