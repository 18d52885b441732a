/** One measured figure, as build/bench.json has it. */

export interface BenchRow {
  /** `node`, `espruino`, `jerryscript` or `lua`. */
  readonly engine: string;
  /** Heading under which the row appears. */
  readonly group: string;
  readonly name: string;
  /** Median of `repetitions` samples; `null`: not run. */
  readonly median_ms: number | null;
  readonly repetitions: number | null;
  /** How many times faster than what `ratio_to` names, from medians of one run; `null`: there is nothing to compare. */
  readonly ratio: number | null;
  readonly ratio_to: string | null;
  /** Minified bundle. */
  readonly bytes: number | null;
  /** Constant tables beside the code: base point and one key. */
  readonly table_bytes: number | null;
  /** Espruino: variables taken between checks, with the code in flash. */
  readonly variables: number | null;
  readonly note: string;
}

/** An engine as the head of the report shows it. */
export interface EngineReport {
  readonly name: string;
  readonly title: string;
  /** What it says of itself; `undefined`: not installed. */
  readonly version: string | undefined;
}

const NOTHING_MEASURED = {
  median_ms: null, repetitions: null, ratio: null, ratio_to: null, bytes: null, table_bytes: null, variables: null,
};

/** Takes the place of an engine's rows where it is absent: never a figure, never silence. */
export function notRun(engine: string, group: string, why: string): BenchRow {
  return { engine, group, name: "all", ...NOTHING_MEASURED, note: `not run: ${why}` };
}

/** The middle value; of an even number of them the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) {
    throw new RangeError("no values, no median");
  }
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
