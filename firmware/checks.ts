/** Health checks that most applications want. Each is a factory, so that it can be bound to the application. */

import type { HealthCheck } from "./health";
import { Health } from "./health";

export interface LoopCheck extends HealthCheck {
  /** The application calls this in its main loop. */
  beat(): void;
}

/**
 * The main loop turns: `beat` was called, and not longer than `maxSilenceMs` ago. Catches an application whose
 * timers died while the interpreter idles happily, which no watchdog notices.
 *
 * @param uptimeMs the handover's clock
 */
export function mainLoopAlive(maxSilenceMs: number, deadlineMs: number, uptimeMs: () => number): LoopCheck {
  let lastBeatMs = -1;
  return {
    name: "main loop alive",
    deadlineMs,
    beat(): void {
      lastBeatMs = uptimeMs();
    },
    check(nowMs: number): Health {
      if (lastBeatMs < 0) {
        return Health.Pending;
      }
      return nowMs - lastBeatMs <= maxSilenceMs ? Health.Passed : Health.Failed;
    },
  };
}

/**
 * Free memory stays above a bound. Out of memory cannot be caught on Espruino, so it has to be seen coming.
 *
 * @param free how much is free, in the unit of `minFree` (on Espruino `process.memory().free`, in variables)
 */
export function memoryWithinBounds(minFree: number, free: () => number): HealthCheck {
  return {
    name: "memory within bounds",
    deadlineMs: 0,
    check(): Health {
      return free() >= minFree ? Health.Passed : Health.Failed;
    },
  };
}

/**
 * The device can still be updated: the application proved once that it reaches whatever brings updates. An image
 * that breaks this must not be confirmed, because nothing could replace it any more.
 *
 * @param reached whether contact was made since the start
 */
export function canStillBeUpdated(deadlineMs: number, reached: () => boolean): HealthCheck {
  let proved = false;
  return {
    name: "can still be updated",
    deadlineMs,
    check(): Health {
      proved = proved || reached();
      return proved ? Health.Passed : Health.Pending;
    },
  };
}
