/** When an image counts as healthy: a pure state machine over what its health checks answer. */

/** What a check answers. */
export const enum Health {
  /** Not yet, but it may still come. */
  Pending = 0,
  Passed = 1,
  /** It cannot come any more. */
  Failed = 2,
}

/** A named condition that a healthy application fulfils. */
export interface HealthCheck {
  readonly name: string;
  /** Uptime by which it must have passed, in milliseconds. */
  readonly deadlineMs: number;
  /** Called at every tick until the image is healthy; short, and without lasting effects. */
  check(uptimeMs: number): Health;
}

export interface HealthVerdict {
  readonly health: Health;
  /** The check that decided against it; empty unless `health` is Failed. */
  readonly failedCheck: string;
}

/**
 * The verdict at one tick: Failed if a check failed or missed its deadline, Passed if all pass at this same tick and
 * the image was watched for long enough, else Pending.
 *
 * @param answers one per check, in their order
 * @param uptimeMs of this start
 * @param watchedMs time awake in this attempt, earlier starts included
 * @param minTrialMs how long an image is watched before it may count as healthy
 */
export function judgeHealth(
  checks: HealthCheck[],
  answers: Health[],
  uptimeMs: number,
  watchedMs: number,
  minTrialMs: number,
): HealthVerdict {
  let health = watchedMs >= minTrialMs ? Health.Passed : Health.Pending;
  for (let i = 0; i < checks.length; i++) {
    const late = answers[i] === Health.Pending && uptimeMs >= checks[i].deadlineMs;
    if (answers[i] === Health.Failed || late) {
      return { health: Health.Failed, failedCheck: checks[i].name };
    }
    if (answers[i] === Health.Pending) {
      health = Health.Pending;
    }
  }
  return { health, failedCheck: "" };
}
