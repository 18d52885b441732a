/** A scenario file whose schema is right, as data: what to-scenario.ts turns into a Scenario. */

import type { UnstableReads } from "../flash-geometry";
import type { PartitionName, Trailer } from "./scenario";

export interface RawBoard {
  readonly name: string;
  readonly pageSizeBytes?: number;
  readonly writesPerWordMax?: number;
  readonly enduranceCycles?: number;
  readonly eraseTakes?: string;
  readonly knowsResetCauses?: boolean;
  readonly watchdog?: string;
  readonly verifyMode?: "full" | "seal";
  readonly trialAttempts?: number;
  readonly baseFloor?: number;
  readonly vendor?: string;
  readonly class?: string;
}

interface RawTimed {
  readonly after?: string;
}

export interface RawAction {
  readonly confirm?: string;
  readonly reject?: string | (RawTimed & { readonly text?: string });
  readonly hang?: string;
  readonly throw?: string | (RawTimed & { readonly text?: string });
  readonly crash?: string;
  readonly sleep?: RawTimed & { readonly for: string; readonly announced?: boolean };
  readonly restart?: string | (RawTimed & { readonly announced?: boolean });
  readonly print?: string | (RawTimed & { readonly text: string });
  readonly writeData?: string | (RawTimed & { readonly text: string });
  readonly askForRecovery?: string;
  readonly stopKicking?: string;
  readonly runtime?: { readonly healthyAfter?: string; readonly failsAfter?: string; readonly minTrial?: string };
}

export interface RawDamage {
  readonly flipBit?: { readonly at: number | string; readonly bit?: number };
  readonly truncate?: string;
  readonly append?: number;
}

export interface RawImage {
  readonly version: string;
  readonly counter?: number | "none";
  readonly signedBy?: "owner" | "stranger" | "nobody";
  readonly vendor?: string;
  readonly class?: string;
  readonly payloadBytes?: number;
  readonly file?: string;
  readonly does?: readonly RawAction[];
  readonly damage?: readonly RawDamage[];
}

export interface RawCut {
  readonly after?: string;
  readonly operation?: number;
  readonly id?: string;
  readonly whileErasing?: PartitionName;
  readonly whileWriting?: PartitionName;
  readonly whileRecording?: string;
  readonly which?: number | string;
  readonly when?: "before" | "inside" | "after";
  readonly tornBytes?: number;
  readonly unstableReads?: UnstableReads;
  readonly times?: number;
  readonly comesBackAs?: string;
}

export interface RawRun {
  readonly for?: string;
  readonly boots?: number;
  readonly times?: number;
  readonly cause?: string;
  readonly cutPower?: RawCut;
  readonly press?: string | (RawTimed & { readonly for: string });
  readonly reset?: { readonly after: string; readonly as: string };
  readonly askForRecovery?: string;
}

export interface RawInstall extends RawRun {
  readonly image?: string;
  readonly images?: readonly string[];
  readonly after?: string;
  readonly duringTrial?: boolean;
  readonly restart?: boolean;
  readonly linkDrop?: { readonly at: string; readonly for?: string; readonly then?: "goes on" | "starts again" };
  readonly linkGarbage?: { readonly at: string; readonly how: "changed" | "extra" | "lost" };
}

export interface RawStep {
  readonly run?: string | RawRun | null;
  readonly install?: string | RawInstall;
  readonly repair?: string | (RawRun & { readonly image: string });
  readonly flipBit?: { readonly partition: PartitionName; readonly at: number | string; readonly bit?: number };
  readonly wipe?: PartitionName | readonly PartitionName[];
  readonly wearOut?: { readonly partition: PartitionName; readonly page?: number };
  readonly readNoise?: number | "off";
  readonly clockJump?: string;
  readonly button?: "pressed" | "released";
  readonly putImage?: { readonly image: string; readonly slot: "A" | "B"; readonly trailer?: Trailer };
  readonly note?: string;
  readonly expect?: RawExpect;
}

export type RawExpect = Readonly<Record<string, unknown>>;

export interface RawScenario {
  readonly title: string;
  readonly why?: string;
  readonly board: string | RawBoard;
  readonly seed?: number;
  readonly images: Readonly<Record<string, RawImage>>;
  readonly factory?: string | { readonly image: string; readonly provisioned?: boolean; readonly trailer?: Trailer };
  readonly steps: readonly RawStep[];
  readonly expect?: RawExpect;
}
