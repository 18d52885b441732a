/** What reading a scenario needs beside its text, and where the faults go that no schema can see. */

import type { FieldPath, ScenarioFault, SourceText } from "./source-text";
import { fieldText } from "./source-text";

/** Names that a scenario may use, and files beside it. */
export interface ScenarioSurroundings {
  /** Boards that exist. */
  readonly boardNames: readonly string[];
  /** The name of a reason; `reason-N` for numbers that are none. */
  readonly reasonName: (reason: number) => string;
  /**
   * The text of an application beside the scenario's file.
   * @returns the text, or a sentence that says why not
   */
  readonly readScript: (name: string) => { readonly text: string } | { readonly refusal: string };
}

export class Reading {
  readonly faults: ScenarioFault[] = [];

  constructor(
    readonly source: SourceText,
    readonly surroundings: ScenarioSurroundings,
  ) {}

  fault(path: FieldPath, sentence: string): void {
    this.faults.push({ line: this.source.lineOf(path), field: fieldText(path), sentence });
  }

  lineOf(path: FieldPath): number {
    return this.source.lineOf(path);
  }
}
