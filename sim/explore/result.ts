/** What an exploration is told, and what it says. */

import type { StateForm } from "./state-key";

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
  /** Stops after so many violations. Default 1. */
  readonly violationsMax?: number | undefined;
  /** Called now and then. */
  readonly onProgress?: ((result: ExploreResult) => void) | undefined;
  /** Told of every state when it is first met. */
  readonly onState?: ((form: StateForm, depth: number) => void) | undefined;
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
  /** Of the processor; more than `seconds` where it collects garbage on another core. */
  readonly processorSeconds: number;
  /** Boots that were run, from reset to their end, for each second of the processor: what one core does. */
  readonly bootsPerSecond: number;
  readonly violations: readonly FoundViolation[];
  /** The board whose search this is, where that is the same search (docs/explore.md, R15). */
  readonly sameAs?: string | undefined;
}
