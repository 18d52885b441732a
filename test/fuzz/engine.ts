/** The fuzzer's loop: changes known inputs, keeps those that reach something new, and stops at one that breaks. */

import { SeededRandom } from "../../sim/random";
import type { Coverage } from "./coverage";
import type { MutationContext } from "./mutate";
import { mutate } from "./mutate";
import type { FuzzTarget } from "./target";

export interface FuzzProgress {
  readonly executions: number;
  readonly seconds: number;
  /** Inputs in use, and blocks that they reach. */
  readonly inputs: number;
  readonly blocks: number;
}

export interface FuzzCrash {
  readonly input: Uint8Array;
  readonly message: string;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Inputs of the kept corpus. */
  readonly corpus: readonly Uint8Array[];
  readonly coverage: Coverage;
  /** Told of the input before it is run: whoever watches from outside can tell which one hangs. */
  before(input: Uint8Array): void;
  /** Told every now and then. */
  progress(progress: FuzzProgress): void;
}

export interface FuzzEnd extends FuzzProgress {
  readonly crash: FuzzCrash | undefined;
  /** All inputs in use: those that were given, and those that were found. */
  readonly found: readonly Uint8Array[];
}

const PROGRESS_MS = 1000;
/** One input of a few kilobytes takes a millisecond at most; a second is a loop that is not bounded as it should be. */
const RUN_MS_MAX = 1000;
/** Half of the inputs get their checksums right. */
const REPAIRED = 2;

/** Runs one input. @returns what went wrong; empty if nothing did */
export function runInput(target: FuzzTarget, input: Uint8Array): string {
  const startMs = performance.now();
  try {
    target.run(input);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  const ms = performance.now() - startMs;
  return ms > RUN_MS_MAX ? `it takes ${Math.round(ms)} ms` : "";
}

export class Fuzzer {
  private readonly inputs: Uint8Array[] = [];
  private readonly random: SeededRandom;
  private readonly words: Uint8Array[];
  private readonly startMs = performance.now();
  private executions = 0;

  constructor(
    private readonly target: FuzzTarget,
    private readonly options: FuzzOptions,
  ) {
    this.random = new SeededRandom(options.seed);
    this.words = (target.words ?? []).map((word) => new Uint8Array(Buffer.from(word, "latin1")));
  }

  run(): FuzzEnd {
    const { target, options } = this;
    for (const input of [...target.seeds(), ...options.corpus, new Uint8Array(0)]) {
      const crash = this.execute(input.subarray(0, target.maxBytes), true);
      if (crash !== undefined) {
        return this.end(crash);
      }
    }
    let shownMs = this.startMs;
    for (let nowMs = this.startMs; nowMs - this.startMs < options.seconds * 1000; nowMs = performance.now()) {
      for (let i = 0; i < 20; i++) {
        const crash = this.execute(this.next(), false);
        if (crash !== undefined) {
          return this.end(this.smaller(crash));
        }
      }
      if (nowMs - shownMs >= PROGRESS_MS) {
        shownMs = nowMs;
        options.progress(this.state());
      }
    }
    return this.end(undefined);
  }

  private next(): Uint8Array {
    const { inputs, random, target } = this;
    const context: MutationContext = { others: inputs, words: this.words };
    // Later inputs go deeper: every other one is taken from the newest quarter.
    const from = random.below(2) === 0 ? 0 : Math.floor(inputs.length * 0.75);
    const changed = mutate(inputs[from + random.below(inputs.length - from)], random, context);
    const cut = changed.subarray(0, target.maxBytes);
    return target.repair !== undefined && random.below(REPAIRED) === 0 ? target.repair(cut, random) : cut;
  }

  /** @param keep whether the input stays in use also if it reaches nothing new */
  private execute(input: Uint8Array, keep: boolean): FuzzCrash | undefined {
    const { coverage } = this.options;
    const copy = input.slice();
    this.options.before(copy);
    coverage.clear();
    this.executions++;
    const message = runInput(this.target, input);
    if (message !== "") {
      return { input: copy, message };
    }
    if (coverage.takeNew() > 0 || keep) {
      this.inputs.push(copy);
    }
    return undefined;
  }

  /** The same failure with fewer bytes, as far as leaving pieces out gets. */
  private smaller(crash: FuzzCrash): FuzzCrash {
    let { input } = crash;
    for (let size = Math.ceil(input.length / 2); size > 0; size = Math.floor(size / 2)) {
      for (let from = 0; from < input.length; ) {
        const shorter = new Uint8Array([...input.subarray(0, from), ...input.subarray(from + size)]);
        if (runInput(this.target, shorter.slice()) === crash.message) {
          input = shorter;
        } else {
          from += size;
        }
      }
    }
    return { ...crash, input };
  }

  private state(): FuzzProgress {
    const { executions, inputs, options } = this;
    const seconds = (performance.now() - this.startMs) / 1000;
    return { executions, seconds, inputs: inputs.length, blocks: options.coverage.reached() };
  }

  private end(crash: FuzzCrash | undefined): FuzzEnd {
    return { ...this.state(), crash, found: this.inputs };
  }
}

/** Erased bytes at the end say nothing where missing ones count as erased. */
function trimmed(target: FuzzTarget, input: Uint8Array): Uint8Array {
  const end = target.readsMissingAsErased === true ? input.findLastIndex((byte) => byte !== 0xff) + 1 : input.length;
  return input.subarray(0, end);
}

/** The smallest inputs that reach together what all of them reach, as far as there is room for them. */
export function distil(
  target: FuzzTarget, inputs: readonly Uint8Array[], coverage: Coverage, bytesMax: number,
): Uint8Array[] {
  const reached = new Set<number>();
  let bytesLeft = bytesMax;
  const ordered = inputs.map((input) => trimmed(target, input)).sort((a, b) => a.length - b.length);
  return ordered.filter((input) => {
    coverage.clear();
    runInput(target, input.slice());
    const fresh = coverage.features().filter((feature) => !reached.has(feature));
    const isKept = fresh.length > 0 && input.length <= bytesLeft;
    if (isKept) {
      bytesLeft -= input.length;
      fresh.forEach((feature) => reached.add(feature));
    }
    return isKept;
  });
}
