/**
 * Power cuts: what a plan says, and every plan there is for a run.
 *
 * A run does a known sequence of flash operations. Power may fail before each of them, inside it (torn at any byte),
 * and after it; `cutsOf` lists each of these places exactly once.
 */

import type { UnstableReads } from "./flash-geometry";

/** An erase or a write, as the chip is asked for it. */
export interface FlashOperation {
  readonly kind: "erase" | "write";
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface CutPlan {
  /** Number of the operation, counting erases and writes over the whole chip, 0 for the first after arming. */
  readonly atOperation: number;
  readonly when: "before" | "torn" | "after";
  /**
   * Torn only: bytes of the operation that are complete, below its length. Default: for a write drawn from `seed`,
   * for an erase 0.
   */
  readonly tornBytes?: number | undefined;
  /** Seeds how unstable bits read from the cut on, and the default of `tornBytes`. */
  readonly seed?: number | undefined;
  /** How unstable bits read from the cut on. Default: as the chip does already. */
  readonly unstableReads?: UnstableReads | undefined;
}

/** Power failed at an armed operation. Not an error of the software: whoever drives the chip catches it. */
export class PowerCut extends Error {
  readonly plan: CutPlan;
  readonly operation: FlashOperation;

  constructor(plan: CutPlan, operation: FlashOperation) {
    super(`power cut ${cutId(plan)} at ${operation.kind} of 0x${operation.offsetBytes.toString(16)}`);
    this.name = "PowerCut";
    this.plan = plan;
    this.operation = operation;
  }
}

/** Where inside an operation it may tear: at every byte, at every unit, or at first, middle and last byte. */
export type TornGrain = "byte" | "unit" | "sample" | "none";

export interface CutOptions {
  /** Grain for writes. */
  readonly writes: TornGrain;
  /** Grain for erases; a page erases as a whole, so that 0 means: all of it is unstable. */
  readonly erases: TornGrain;
  /** The chip's write unit, for the grain `unit`. */
  readonly writeUnitBytes: number;
  /** Ways unstable bits may read after a tear; one plan for each. Default: as the chip does already. */
  readonly unstableReads?: readonly UnstableReads[] | undefined;
  readonly seed?: number | undefined;
}

/** Offsets inside an operation of `lengthBytes` at which it may tear, ascending. */
export function tornPositions(lengthBytes: number, grain: TornGrain, unitBytes: number): number[] {
  switch (grain) {
    case "none":
      return [];
    case "sample":
      return [...new Set([0, Math.floor(lengthBytes / 2), lengthBytes - 1])];
    case "byte":
    case "unit": {
      const step = grain === "byte" ? 1 : unitBytes;
      return Array.from({ length: Math.ceil(lengthBytes / step) }, (_, i) => i * step);
    }
  }
}

/** Every plan for a run that does `operations`: for each before, torn at each position of its grain, after. */
export function* cutsOf(operations: readonly FlashOperation[], options: CutOptions): Generator<CutPlan> {
  const base = options.seed === undefined ? {} : { seed: options.seed };
  for (const [atOperation, operation] of operations.entries()) {
    yield { ...base, atOperation, when: "before" };
    const grain = operation.kind === "write" ? options.writes : options.erases;
    for (const tornBytes of tornPositions(operation.lengthBytes, grain, options.writeUnitBytes)) {
      for (const unstableReads of options.unstableReads ?? [undefined]) {
        const reads = unstableReads === undefined ? {} : { unstableReads };
        yield { ...base, ...reads, atOperation, when: "torn", tornBytes };
      }
    }
    yield { ...base, atOperation, when: "after" };
  }
}

const WHEN_LETTERS = { before: "b", torn: "t", after: "a" } as const;
const READS_LETTERS = { random: "r", ones: "o", zeros: "z", alternating: "l" } as const;

/**
 * A short name that gives the plan back: operation, place, torn bytes, reading of unstable bits, seed in hex.
 * `7b`, `7t12`, `7t12z~5ee`, `7a`.
 */
export function cutId(plan: CutPlan): string {
  const reads = plan.unstableReads === undefined ? "" : READS_LETTERS[plan.unstableReads];
  const seed = plan.seed === undefined ? "" : `~${plan.seed.toString(16)}`;
  return `${plan.atOperation}${WHEN_LETTERS[plan.when]}${plan.tornBytes ?? ""}${reads}${seed}`;
}

function keyOf<T extends string>(letters: Readonly<Record<T, string>>, letter: string | undefined): T | undefined {
  return (Object.keys(letters) as T[]).find((key) => letters[key] === letter);
}

/** The plan of a short name. Throws RangeError with the name where it is none. */
export function parseCutId(id: string): CutPlan {
  const match = /^(\d+)([bta])(\d+)?([rozl])?(?:~([0-9a-f]+))?$/.exec(id);
  const when = keyOf<CutPlan["when"]>(WHEN_LETTERS, match?.[2]);
  if (match === null || when === undefined || (match[3] !== undefined && when !== "torn")) {
    throw new RangeError(`"${id}" is no id of a power cut; expected something like 7b, 7t12 or 7a`);
  }
  const unstableReads = keyOf<UnstableReads>(READS_LETTERS, match[4]);
  return {
    atOperation: Number(match[1]),
    when,
    ...(match[3] === undefined ? {} : { tornBytes: Number(match[3]) }),
    ...(unstableReads === undefined ? {} : { unstableReads }),
    ...(match[5] === undefined ? {} : { seed: Number.parseInt(match[5], 16) }),
  };
}

/** What `forEachCut` needs of a chip or a machine. */
export interface Cuttable<Snapshot> {
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
  arm(plan: CutPlan | undefined): void;
  /** Calls `action` and lists the flash operations it asked for. */
  recordOperations(action: () => void): FlashOperation[];
}

/**
 * Runs `scenario` once without and then once with each cut, always from the same state.
 *
 * @param scenario what is cut; called with nothing armed first
 * @param check called after each cut run, with the plan; throws where the outcome is wrong
 * @returns how many cuts were tried
 */
export function forEachCut<Snapshot>(
  target: Cuttable<Snapshot>,
  options: CutOptions,
  scenario: () => void,
  check: (plan: CutPlan) => void,
): number {
  const start = target.snapshot();
  const operations = target.recordOperations(scenario);
  let tried = 0;
  for (const plan of cutsOf(operations, options)) {
    target.restore(start);
    target.arm(plan);
    scenario();
    target.arm(undefined);
    check(plan);
    tried++;
  }
  target.restore(start);
  return tried;
}
