/** What running a scenario gives: everything that a report, a CI or a person may ask. */

import type { JournalRecord } from "../../core/journal/record-view";
import type { BootReport } from "../report";
import type { Happening } from "../story-world";
import type { PartitionName, Scenario } from "./scenario";

export interface BootRecord {
  readonly report: BootReport;
  readonly happenings: readonly Happening[];
  /** Records that this boot appended. */
  readonly records: readonly JournalRecord[];
}

/** One expectation, checked. */
export interface Finding {
  readonly line: number;
  /** Name of the expectation; empty where a step did not do what it says. */
  readonly name: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly found: string;
}

export interface StepResult {
  /** From 1; 0 for what is expected at the end. */
  readonly number: number;
  readonly line: number;
  readonly title: string;
  readonly note: string;
  readonly boots: readonly BootRecord[];
  readonly findings: readonly Finding[];
}

export interface LastWrite {
  readonly kind: "erase" | "write";
  readonly bootNumber: number;
  readonly uptimeMs: number;
}

export interface PageResult {
  /** Number on the chip. */
  readonly number: number;
  readonly erases: number;
  /** Whether every byte reads as erased. */
  readonly blank: boolean;
  /** Whether a power cut left bits that read differently from read to read. */
  readonly unstable: boolean;
  readonly lastWrite: LastWrite | undefined;
}

export interface PartitionResult {
  readonly name: PartitionName;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly pages: readonly PageResult[];
}

export interface FlashResult {
  readonly pageSizeBytes: number;
  readonly enduranceCycles: number | undefined;
  /** In the order of their places. */
  readonly partitions: readonly PartitionResult[];
  /** Pages that belong to no partition. */
  readonly otherPages: number;
}

/** The first thing that is not as it should be. */
export interface Failure {
  readonly line: number;
  /** `after step 2 (install update)`. */
  readonly where: string;
  readonly sentence: string;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly passed: boolean;
  readonly failure: Failure | undefined;
  readonly steps: readonly StepResult[];
  /** `undefined` where no board could be made. */
  readonly flash: FlashResult | undefined;
  /** Real time. */
  readonly durationMs: number;
}
