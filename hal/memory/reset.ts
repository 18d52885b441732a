/** A reset cause of the test's choice, and a reboot that, as on a board, does not return. */

import type { ResetCause } from "../../core/boot/reset-cause";
import type { Reset } from "../reset";

/** What `reboot` throws. */
export const MEMORY_REBOOT = "reboot";

export interface MemoryReset extends Reset {
  rebootCount(): number;
}

export function createMemoryReset(cause: ResetCause): MemoryReset {
  let reboots = 0;
  return {
    cause,
    reboot(): void {
      reboots++;
      throw MEMORY_REBOOT;
    },
    rebootCount(): number {
      return reboots;
    },
  };
}
