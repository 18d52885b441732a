/** What a file in `rows/` offers to the benchmark. */

import type { BenchRow } from "./row";

/** Every file in test/bench/rows exports one of these as `source`; its rows appear in the report. */
export interface BenchSource {
  /** Sources are measured and shown in this order. */
  readonly order: number;
  /** Measures whatever is installed; what is not gets a row from `notRun`. */
  measure(): Promise<BenchRow[]>;
}
