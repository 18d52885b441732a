/** What an exploration is told, and what it says. */

export interface FoundViolation {
  /** `trialboot sim replay` runs the path again. */
  readonly id: string;
  readonly sentence: string;
}

export interface ExploreOptions {
  /** States that are walked on from at most. Default: no bound. */
  readonly statesMax?: number | undefined;
  /** Places that may read in more than one way at one time. Default 1. */
  readonly marginalPlacesMax?: number | undefined;
  /** Leaves out what docs/explore.md lists as known: an erase of a checkpoint that was cut short is cut short too. */
  readonly leavesOutKnown?: boolean | undefined;
  /** Stops after so many violations. Default 1. */
  readonly violationsMax?: number | undefined;
  /** Called now and then. */
  readonly onProgress?: ((result: ExploreResult) => void) | undefined;
  /** Told of every state when it is first met. */
  readonly onState?: ((key: string, depth: number) => void) | undefined;
}

export interface ExploreResult {
  readonly board: string;
  readonly story: string;
  /** Different states. */
  readonly states: number;
  /** Of these, states that were not walked on from, because the bound was reached. */
  readonly open: number;
  /** Moves from one state to another: boots that ran to their end, boots that power cut short, flipped bits. */
  readonly edges: number;
  /** Boots that were run. A boot that power cuts short shares the run with the one that it cuts. */
  readonly boots: number;
  /** Power cuts. */
  readonly cuts: number;
  /** Cuts at the limits of the chip that no software can notice (docs/explore.md, A1). */
  readonly leftOut: number;
  /** Longest path, in moves. */
  readonly depth: number;
  readonly closed: boolean;
  readonly seconds: number;
  readonly violations: readonly FoundViolation[];
}
