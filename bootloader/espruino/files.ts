/** The files that a bootloader on Espruino consists of. */

import type { Interpreter } from "../../hal/espruino/interpreter";
import type { BoardPlan, Chip, Place } from "../../hal/espruino/plan";
import type { BootConfig } from "../config";
import type { ManagementFacts } from "./management-settings";

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
  /** The serial window before the decision. */
  Window = "tb.window",
  /** Management, with the codec of the console framing. */
  Management = "tb.manage",
  Server = "tb.smp",
  Link = "tb.link",
  Technician = "tb.tech",
  /** Keys of technicians, in a key store of their own. */
  TechnicianKeys = "tb.techs",
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
  readonly windowCrc: number;
  readonly managementCrc: number;
  readonly serverCrc: number;
  readonly linkCrc: number;
  readonly technicianCrc: number;
  readonly technicianKeysCrc: number;
}

/** Where a file stands. */
export interface FilePlace extends Place {
  readonly name: string;
}

/** What the configuration file evaluates to. */
export interface BoardConfig {
  readonly plan: BoardPlan;
  makeChip(this: void): Chip;
  readonly crcs: FileCrcs;
  /** Its keys are empty: they are in the key store. */
  readonly bootConfig: BootConfig;
  /** Files that stand in raw pages instead of Storage. Only on boards whose flash is mapped. */
  readonly places: FilePlace[];
  /**
   * Only where Storage is not mapped: files that a start reads into RAM in one piece, `tb.boot` first, and where in
   * Storage the host wrote them. One that stands elsewhere by now is read by its name.
   */
  readonly copies: FilePlace[];
  /** Absent: the board is not managed over a wire. */
  readonly management: ManagementFacts | undefined;
  /** Quick power cycles that ask for recovery; 0: none do. */
  readonly powerCycles: number;
}

/** Where a file stands; `undefined`: it is none of these. */
export function placeOf(places: readonly FilePlace[], name: string): Place | undefined {
  for (let i = 0; i < places.length; i++) {
    if (places[i].name === name) {
      return places[i];
    }
  }
  return undefined;
}

/** A file as it stands in flash; `undefined`: there is none. */
export function readFile(interpreter: Interpreter, name: string, place: Place | undefined): string | undefined {
  return place === undefined
    ? interpreter.storageRead(name)
    : interpreter.memoryArea(place.address, place.sizeBytes);
}

/**
 * What a file evaluates to. One that is not there with this CRC-32 stops the start, and `.boot1` fails closed.
 *
 * @param place where it stands; absent: in Storage
 * @param inRam from a copy in RAM, if there is room for one: of the bytes at `place`, in one read, if they are the
 *   file's, otherwise of the file of this name
 */
export type LoadFile = (this: void, name: string, crc32: number, place?: Place, inRam?: boolean) => unknown;
