/** A clock that stands still until the test moves it. */

import { assert } from "../../core/assert";
import type { Clock } from "../clock";

export interface MemoryClock extends Clock {
  /** Moves the time on by `durationMs` and makes every call that falls due, in order of time, then of `every`. */
  advance(durationMs: number): void;
}

interface Repeated {
  readonly intervalMs: number;
  dueMs: number;
  call(): void;
}

/** The one that is due first by `untilMs`, the earlier registered of two at the same time. */
function firstDue(repeated: Repeated[], untilMs: number): Repeated | undefined {
  let first: Repeated | undefined = undefined;
  let firstMs = untilMs + 1;
  for (let i = 0; i < repeated.length; i++) {
    if (repeated[i].dueMs < firstMs) {
      first = repeated[i];
      firstMs = repeated[i].dueMs;
    }
  }
  return first;
}

export function createMemoryClock(): MemoryClock {
  let nowMs = 0;
  const repeated: Repeated[] = [];
  return {
    uptimeMs(): number {
      return nowMs;
    },
    every(intervalMs: number, callback: () => void): void {
      assert(intervalMs > 0, 930);
      repeated.push({ intervalMs, call: callback, dueMs: nowMs + intervalMs });
    },
    advance(durationMs: number): void {
      assert(durationMs >= 0, 931);
      const untilMs = nowMs + durationMs;
      let due = firstDue(repeated, untilMs);
      while (due !== undefined) {
        nowMs = due.dueMs;
        due.dueMs += due.intervalMs;
        due.call();
        due = firstDue(repeated, untilMs);
      }
      nowMs = untilMs;
    },
  };
}
