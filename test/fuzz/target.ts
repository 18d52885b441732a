/** What is fuzzed: something that reads bytes from outside, and how to tell that it read them rightly. */

import type { SeededRandom } from "../../sim/random";

export interface FuzzTarget {
  readonly name: string;
  /** Longer inputs are cut. */
  readonly maxBytes: number;
  /** Inputs to start from, beside those of the corpus. */
  seeds(): Uint8Array[];
  /** Reads the input. Throws where what came of it is wrong; a refusal of the input is none. */
  run(input: Uint8Array): void;
  /** Makes checksums and the like right again, so that an input gets past them; changes nothing in place. */
  repair?(input: Uint8Array, random: SeededRandom): Uint8Array;
  /** Whether an input counts as if erased bytes followed it. */
  readonly readsMissingAsErased?: boolean;
  /** Pieces that are worth inserting. */
  readonly words?: readonly string[];
}

/** A target module's only export. */
export interface TargetModule {
  readonly target: FuzzTarget;
}
