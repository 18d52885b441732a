/**
 * What runs with the application: it watches the health checks, kicks the watchdog while they may still pass, and
 * confirms the image by itself once they all do.
 */

import type { Handover } from "../core/boot/handover";
import { Reason } from "../core/reasons";
import type { HealthCheck } from "./health";
import { Health, judgeHealth } from "./health";

/** "The first minutes" of an image, in which most bad ones show themselves. */
export const MIN_TRIAL_MS_DEFAULT = 300000;

/** How often health is judged and the watchdog kicked; every watchdog in use waits several times as long. */
export const TICK_MS = 1000;

export interface RuntimeOptions {
  readonly checks: HealthCheck[];
  /** The image is not confirmed before it ran this long; MIN_TRIAL_MS_DEFAULT if `undefined`. */
  readonly minTrialMs: number | undefined;
  /**
   * Called once in every start in which the image is, or becomes, confirmed: the place to migrate stored data,
   * because from here on no older version will read it. Must be idempotent, since power may fail inside it.
   */
  readonly onConfirm: (() => void) | undefined;
}

export interface Runtime {
  /** Whether the image was found healthy in this start. */
  healthy(): boolean;
}

/** The application's answers at this moment. */
function askChecks(checks: HealthCheck[], uptimeMs: number): Health[] {
  const answers: Health[] = [];
  for (let i = 0; i < checks.length; i++) {
    answers.push(checks[i].check(uptimeMs));
  }
  return answers;
}

/**
 * Starts watching. Call it first in the application, so that it is kicked alive while it starts.
 *
 * A failed check ends the start at once: its name goes into the journal, and the reset it causes counts against the
 * image. A hung application stops being kicked, and the watchdog does the same without a name.
 */
export function startRuntime(door: Handover, options: RuntimeOptions): Runtime {
  const minTrialMs = options.minTrialMs === undefined ? MIN_TRIAL_MS_DEFAULT : options.minTrialMs;
  const onConfirm = options.onConfirm;
  let healthy = false;
  let migrated = false;

  function migrate(): void {
    if (!migrated && !door.info.trial) {
      migrated = true;
      if (onConfirm !== undefined) {
        onConfirm();
      }
    }
  }

  function judge(): void {
    const uptimeMs = door.uptimeMs();
    const answers = askChecks(options.checks, uptimeMs);
    const verdict = judgeHealth(options.checks, answers, uptimeMs, uptimeMs + door.info.elapsedMs, minTrialMs);
    if (verdict.health === Health.Failed) {
      door.die("health check failed: " + verdict.failedCheck);
    } else if (verdict.health === Health.Passed) {
      // An image that cannot be confirmed stays on trial and is asked again: the journal may recover.
      healthy = door.confirm() === Reason.None;
    }
    if (door.info.trial && uptimeMs >= door.info.deadlineMs) {
      door.die("trial deadline passed");
    }
  }

  function tick(): void {
    if (!healthy) {
      judge();
    }
    migrate();
    door.kickWatchdog();
  }

  migrate();
  door.kickWatchdog();
  door.every(TICK_MS, tick);
  return {
    healthy(): boolean {
      return healthy;
    },
  };
}
