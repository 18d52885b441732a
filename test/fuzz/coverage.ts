/**
 * Which code an input reaches: counters that instrument.ts puts into every block, in classes of how often it was run.
 * An input is worth keeping if it reaches a class that none did before.
 */

/** Room for the counters of all instrumented modules; more are counted in the last one. */
export const COUNTERS_MAX = 1 << 15;

/** Classes of counts as bits: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, 128 and more. */
const CLASSES = Uint8Array.from({ length: 256 }, (_, count) => {
  const bounds = [1, 2, 3, 4, 8, 16, 32, 128];
  return count === 0 ? 0 : 1 << bounds.findLastIndex((bound) => count >= bound);
});

export interface Coverage {
  /** Counters in use. */
  readonly size: number;
  /** Blocks that any input reached. */
  reached(): number;
  /** Forgets the counts of the last run. */
  clear(): void;
  /** How many features of the last run are new; they are known from then on. */
  takeNew(): number;
  /** All features of the last run: counter * 256 + class. */
  features(): number[];
}

/**
 * The counters themselves; they stop at 255. Instrumented modules look for them when they are loaded: this module has
 * to be the first that is imported.
 */
export const COUNTERS = new Uint8ClampedArray(COUNTERS_MAX);
Object.assign(globalThis, { fuzzCounters: COUNTERS });

export function createCoverage(size: number): Coverage {
  const counters = COUNTERS;
  const seen = new Uint8Array(size);
  return {
    size,
    reached: () => seen.reduce((sum, classes) => sum + (classes === 0 ? 0 : 1), 0),
    clear: () => counters.fill(0, 0, size),
    takeNew() {
      let found = 0;
      for (let i = 0; i < size; i++) {
        const reached = CLASSES[counters[i]];
        if ((reached & ~seen[i]) !== 0) {
          seen[i] |= reached;
          found++;
        }
      }
      return found;
    },
    features() {
      const list: number[] = [];
      for (let i = 0; i < size; i++) {
        if (counters[i] !== 0) {
          list.push(i * 256 + CLASSES[counters[i]]);
        }
      }
      return list;
    },
  };
}
