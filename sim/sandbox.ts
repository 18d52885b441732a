/**
 * Runs an application's script in a realm of its own (node:vm), with the board's globals. It guards against accidents
 * (endless loops, wall-clock time, built-ins the engine lacks), not against malice: node:vm is no security boundary.
 */

import vm from "node:vm";
import { DETERMINISM, PROMISES } from "./realm-scripts";

/** The processor did not come back within the time allowed for one uninterrupted piece of work. */
export class HangDetected extends Error {
  constructor(timeoutMs: number) {
    super(`the application did not return within ${timeoutMs} ms of real time`);
    this.name = "HangDetected";
  }
}

/** Calls the one function handed over; a script, because only scripts can be stopped by a timeout. */
const CALL = new vm.Script("__trialbootCall()");

/** Errors pass through as they are, without source lines pasted to their stacks. */
const QUIETLY = { displayErrors: false };

/** Real milliseconds a batch of callbacks may take before the time allowance starts anew. */
const BATCH_MS = 20;

export interface SandboxOptions {
  readonly globals: Record<string, unknown>;
  /** Built-ins of Node's realm that the board's engine does not have; they are removed. */
  readonly absentBuiltins: readonly string[];
  /** Real milliseconds one callback may take. */
  readonly timeoutMs: number;
  readonly nowMs: () => number;
  readonly fraction: () => number;
  /** Told of each promise that was rejected while nobody listened. */
  readonly onUnhandledRejection: (reason: unknown) => void;
}

/** The realm the time allowance runs in: the application's own ends its calls inside this one. */
let allowanceContext: vm.Context | undefined;

export class Sandbox {
  private readonly context: vm.Context;
  private readonly timeoutMs: number;
  private readonly settlePromises: () => void;
  private guarded = false;

  constructor(options: SandboxOptions) {
    this.timeoutMs = options.timeoutMs;
    this.context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
    const determinism = vm.runInContext(DETERMINISM, this.context) as (now: () => number, f: () => number) => void;
    determinism(options.nowMs, options.fraction);
    const promises = vm.runInContext(PROMISES, this.context) as (unhandled: (reason: unknown) => void) => () => void;
    this.settlePromises = promises(options.onUnhandledRejection);
    for (const name of options.absentBuiltins) {
      vm.runInContext(`delete this[${JSON.stringify(name)}]`, this.context);
    }
    Object.assign(this.context, options.globals);
    this.context["global"] = vm.runInContext("this", this.context) as object;
  }

  /**
   * The value of the text: as an expression if it is one (a function expression is no statement), else as a script.
   * Throws what it throws.
   */
  evaluate(text: string, fileName: string): unknown {
    let script: vm.Script;
    try {
      script = new vm.Script(`(${text}\n)`, { filename: fileName, columnOffset: -1 });
    } catch {
      script = new vm.Script(text, { filename: fileName });
    }
    return script.runInContext(this.context, QUIETLY);
  }

  /** Calls a function of the realm, and settles the promises it left. */
  call(action: () => void): void {
    this.context["__trialbootCall"] = (): void => {
      delete this.context["__trialbootCall"];
      action();
      this.settlePromises();
    };
    CALL.runInContext(this.context, QUIETLY);
  }

  /**
   * Runs `action` under the time allowance. Throws HangDetected where it does not come back; then neither `catch` nor
   * `finally` inside has run.
   */
  guard(action: () => void): void {
    if (this.guarded) {
      action();
      return;
    }
    allowanceContext ??= vm.createContext({});
    allowanceContext["__trialbootCall"] = action;
    this.guarded = true;
    try {
      CALL.runInContext(allowanceContext, { ...QUIETLY, timeout: this.timeoutMs });
    } catch (error) {
      if ((error as { code?: unknown } | undefined)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
        throw new HangDetected(this.timeoutMs);
      }
      throw error;
    } finally {
      this.guarded = false;
    }
  }

  /**
   * Repeats `step` while it returns true, in batches under one time allowance each: arming the allowance costs more
   * than most callbacks.
   */
  guardRepeated(step: () => boolean): void {
    for (let more = true; more; ) {
      this.guard(() => {
        const until = performance.now() + Math.min(BATCH_MS, this.timeoutMs / 2);
        do {
          more = step();
        } while (more && performance.now() < until);
      });
    }
  }
}
