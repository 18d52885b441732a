/**
 * What a scenario says, whatever file it came from: a board, images, steps, and what is expected of them. Times are
 * milliseconds here, and every expectation and step knows its line.
 */

import type { ResetCause } from "../../core/boot/reset-cause";
import type { UnstableReads } from "../flash-geometry";
import type { ExpectationName, ExpectationValues } from "./expectation-values";

/** Changes to a board of `boards/`; what is absent stays as the board's file has it. */
export interface BoardChanges {
  readonly pageSizeBytes?: number | undefined;
  readonly writesPerWordMax?: number | undefined;
  readonly enduranceCycles?: number | undefined;
  readonly eraseDurationUs?: number | undefined;
  readonly knowsResetCauses?: boolean | undefined;
  readonly watchdogTimeoutMs?: number | undefined;
  readonly verifyMode?: "full" | "seal" | undefined;
  readonly trialAttempts?: number | undefined;
  readonly baseFloor?: number | undefined;
  /** Names; images must carry the identifiers that are made of them. */
  readonly vendor?: string | undefined;
  readonly class?: string | undefined;
}

/** One thing an application does in every start, counted from the start. */
export type Action =
  | { readonly kind: "confirm" | "hang" | "crash" | "askForRecovery" | "stopKicking"; readonly afterMs: number }
  | { readonly kind: "reject" | "throw" | "print" | "writeData"; readonly afterMs: number; readonly text: string }
  | { readonly kind: "sleep"; readonly afterMs: number; readonly forMs: number; readonly announced: boolean }
  | { readonly kind: "restart"; readonly afterMs: number; readonly announced: boolean }
  | {
      /** The project's own runtime, with one health check. */
      readonly kind: "runtime";
      /** When the check passes; `undefined`: never. */
      readonly healthyAfterMs: number | undefined;
      /** When it fails; `undefined`: never. */
      readonly failsAfterMs: number | undefined;
      readonly minTrialMs: number | undefined;
    };

/** What happens to a signed image before anybody sends it. */
export type Damage =
  | { readonly kind: "flipBit"; readonly at: Position; readonly bit: number }
  | { readonly kind: "truncate"; readonly share: number }
  | { readonly kind: "append"; readonly bytes: number };

/** A place in a partition or file. */
export type Position = { readonly offsetBytes: number } | { readonly share: number };

export interface ScenarioImage {
  readonly name: string;
  readonly version: string;
  /** Security counter; `undefined`: the image carries none. */
  readonly counter: number | undefined;
  readonly signedBy: "owner" | "stranger" | "nobody";
  readonly vendor: string | undefined;
  readonly class: string | undefined;
  readonly payloadBytes: number;
  /** The application's text where it is a real one, read from a file. */
  readonly script: string | undefined;
  readonly does: readonly Action[];
  readonly damage: readonly Damage[];
}

export interface Factory {
  /** Name of the image in slot A. */
  readonly image: string;
  /** False: nobody ran the provisioning; the board finds its images and their trailers only. */
  readonly provisioned: boolean;
  readonly trailer: Trailer;
}

/** MCUboot's trailer behind a factory image. */
export type Trailer = "none" | "test" | "confirmed";

export type PartitionName = "boot" | "journal" | "slotA" | "slotB" | "data";

/** When in a run power fails. */
export type CutMoment =
  | { readonly kind: "time"; readonly afterMs: number }
  | { readonly kind: "operation"; readonly number: number }
  | {
      readonly kind: "erase" | "write";
      readonly partition: PartitionName;
      /** 0 for the first of them, -1 for the last; or their share, 0..1. */
      readonly which: number;
      readonly share: number | undefined;
    }
  | { readonly kind: "record"; readonly record: string; readonly which: number };

export interface PowerCutWish {
  readonly moment: CutMoment;
  readonly when: "before" | "torn" | "after";
  readonly tornBytes: number | undefined;
  readonly unstableReads: UnstableReads | undefined;
  /** How many boots of the run are cut so. */
  readonly times: number;
  /** How the board starts when power is back. */
  readonly comesBackAs: ResetCause;
}

export interface LinkDrop {
  readonly share: number;
  readonly forMs: number;
  readonly startsAgain: boolean;
}

export interface LinkGarbage {
  readonly share: number;
  readonly how: "changed" | "extra" | "lost";
}

/** How the board runs in a step that runs it. */
export interface RunWish {
  /** Time over all boots, then power goes; `undefined`: until it settles. */
  readonly forMs: number | undefined;
  readonly bootsMax: number;
  readonly times: number;
  readonly cause: ResetCause | undefined;
  readonly cutPower: PowerCutWish | undefined;
  /** The recovery button, by the time of the run. */
  readonly press: { readonly afterMs: number; readonly forMs: number } | undefined;
  readonly reset: { readonly afterMs: number; readonly as: ResetCause } | undefined;
  /** Somebody asks the running application for recovery. */
  readonly askForRecoveryAfterMs: number | undefined;
  readonly install: InstallWish | undefined;
  /** Name of the image that whoever finds the board in recovery installs. */
  readonly repairWith: string | undefined;
}

export interface InstallWish {
  /** Names of images, sent one after the other; the board is restarted after the last. */
  readonly images: readonly string[];
  /** Uptime of an application at which sending starts. */
  readonly afterMs: number;
  readonly duringTrial: boolean;
  readonly restart: boolean;
  readonly linkDrop: LinkDrop | undefined;
  readonly linkGarbage: LinkGarbage | undefined;
}

/** What is done to a board that is switched off. */
export type BenchWork =
  | { readonly kind: "flipBit"; readonly partition: PartitionName; readonly at: Position; readonly bit: number }
  | { readonly kind: "wipe"; readonly partitions: readonly PartitionName[] }
  | { readonly kind: "wearOut"; readonly partition: PartitionName; readonly page: number | undefined }
  | { readonly kind: "readNoise"; readonly probability: number }
  | { readonly kind: "clockJump"; readonly byMs: number }
  | { readonly kind: "button"; readonly pressed: boolean }
  | { readonly kind: "putImage"; readonly image: string; readonly slot: "A" | "B"; readonly trailer: Trailer };

export type StepWork = { readonly kind: "run"; readonly run: RunWish } | BenchWork;

/** One thing that is expected, with the line of the file that says so. */
export type Expectation = {
  [Name in ExpectationName]: { readonly name: Name; readonly wanted: ExpectationValues[Name]; readonly line: number };
}[ExpectationName];

export interface ScenarioStep {
  readonly line: number;
  /** In words: `install update`, `wipe journal`. */
  readonly title: string;
  readonly note: string;
  readonly work: StepWork;
  readonly expect: readonly Expectation[];
}

export interface Scenario {
  /** Name of its file, as it was given. */
  readonly file: string;
  readonly title: string;
  /** Why anybody cares; empty if the file does not say. */
  readonly why: string;
  readonly seed: number;
  readonly boardName: string;
  readonly boardChanges: BoardChanges;
  readonly images: ReadonlyMap<string, ScenarioImage>;
  readonly factory: Factory;
  readonly steps: readonly ScenarioStep[];
  /** Checked after the last step, over all boots. */
  readonly expect: readonly Expectation[];
}
