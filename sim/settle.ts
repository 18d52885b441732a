/** Runs a machine until nothing more happens by itself. */

import type { Machine } from "./machine";
import type { BootReport } from "./report";

/** Runs boots until one is still running at its horizon or hangs for ever, `bootsMax` at most. */
export function runUntilSettled(machine: Machine, bootsMax: number): BootReport[] {
  const reports: BootReport[] = [];
  while (reports.length < bootsMax) {
    const report = machine.runBoot();
    reports.push(report);
    if (report.endedBy === "horizon" || report.endedBy === "hang-without-watchdog") {
      break;
    }
  }
  return reports;
}
