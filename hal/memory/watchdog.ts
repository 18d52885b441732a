/** A watchdog that never bites: it remembers how it was started and counts the kicks. */

import { assert } from "../../core/assert";
import type { Watchdog } from "../watchdog";

export interface MemoryWatchdog extends Watchdog {
  /** Timeout of the first start; 0 while it has not been started. */
  timeoutMs(): number;
  kickCount(): number;
}

export function createMemoryWatchdog(): MemoryWatchdog {
  let runningTimeoutMs = 0;
  let kicks = 0;
  return {
    start(timeoutMs: number): void {
      assert(timeoutMs > 0, 920);
      if (runningTimeoutMs === 0) {
        runningTimeoutMs = timeoutMs;
      }
    },
    kick(): void {
      kicks++;
    },
    timeoutMs(): number {
      return runningTimeoutMs;
    },
    kickCount(): number {
      return kicks;
    },
  };
}
