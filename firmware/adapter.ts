/**
 * Lets an application take part in trial boots that knows nothing of them: what `trialboot build` puts in front of a
 * plain script.
 */

import type { Handover } from "../core/boot/handover";
import { memoryWithinBounds } from "./checks";
import type { HealthCheck } from "./health";
import { Health } from "./health";
import { startRuntime } from "./runtime";

/** What the adapter uses of Espruino's globals. */
declare const process: { memory(): { free: number } };

/** A condition that becomes true in a healthy application, such as having heard from its gateway. */
export interface AdapterCheck {
  readonly name: string;
  /** Uptime by which it must have been true once, in milliseconds. */
  readonly deadlineMs: number;
  passed(this: void): unknown;
}

export interface AdapterOptions {
  /** MIN_TRIAL_MS_DEFAULT if `undefined`. */
  readonly minTrialMs: number | undefined;
  /** Variables that must stay free. */
  readonly freeVariablesMin: number;
  readonly checks: AdapterCheck[];
}

function onceTrue(given: AdapterCheck): HealthCheck {
  let proved = false;
  return {
    name: given.name,
    deadlineMs: given.deadlineMs,
    check(): Health {
      proved = proved || Boolean(given.passed());
      return proved ? Health.Passed : Health.Pending;
    },
  };
}

/** Starts the runtime, before the application does anything. */
export function adapt(door: Handover, options: AdapterOptions): void {
  const checks = [
    memoryWithinBounds(options.freeVariablesMin, function (): number {
      return process.memory().free;
    }),
  ];
  for (let i = 0; i < options.checks.length; i++) {
    checks.push(onceTrue(options.checks[i]));
  }
  startRuntime(door, { checks, minTrialMs: options.minTrialMs, onConfirm: undefined });
}
