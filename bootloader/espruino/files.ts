/** The files that a bootloader on Espruino consists of. */

import type { BoardPlan, Chip } from "../../hal/espruino/plan";
import type { BootConfig } from "../config";

/** Names in Storage. `tb.main` stays in memory; the others are evaluated for as long as they are needed. */
export const enum BootFile {
  Config = "tb.config",
  /** From reset to the decision. */
  Boot = "tb.boot",
  Service = "tb.service",
  Verifier = "tb.verifier",
  Keys = "tb.keys",
  Sha256 = "tb.sha256",
  Storage = "tb.storage",
  Recovery = "tb.recovery",
}

/** CRC-32 of each file; 0: the board does without it. */
export interface FileCrcs {
  /** Of our own `.boot1`. */
  readonly boot1Crc: number;
  readonly bootCrc: number;
  readonly serviceCrc: number;
  readonly verifierCrc: number;
  readonly keysCrc: number;
  /** The portable hash, for boards without a native one and for regions that do not fit into RAM. */
  readonly sha256Crc: number;
  /** The application's Storage on the pages of the data partition. */
  readonly storageCrc: number;
  /** What serves the door of recovery over a wire; without it the console does. */
  readonly recoveryCrc: number;
}

/** What the configuration file evaluates to. */
export interface BoardConfig {
  readonly plan: BoardPlan;
  makeChip(this: void): Chip;
  readonly crcs: FileCrcs;
  /** Its keys are empty: they are in the key store. */
  readonly bootConfig: BootConfig;
}

/** What a file evaluates to. One that is not there with this CRC-32 stops the start, and `.boot1` fails closed. */
export type LoadFile = (this: void, name: string, crc32: number) => unknown;
