/** What boards/<name>.json says; its schema explains each field. Offsets are from the first byte of the flash. */

import type { CombTeeth } from "../ed25519/comb-table";

export interface BoardPartition {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export type PartitionName = "boot" | "journal" | "slotA" | "slotB" | "data";

export const PARTITION_NAMES: readonly PartitionName[] = ["boot", "journal", "slotA", "slotB", "data"];

/** Which signatures a board checks, and how. */
export interface BoardSignatures {
  readonly schemes: readonly ("ed25519" | "lms")[];
  readonly policy: "any" | "all";
  /** Given where `schemes` has ed25519. */
  readonly combTeeth?: CombTeeth;
}

export interface BoardEngine {
  readonly name: string;
  /** `process.env.BOARD` and `process.version` of the interpreters that the plan is made for. */
  readonly board: string;
  readonly versions: readonly string[];
  readonly variables: number;
  readonly variableBytes: number;
  readonly inputBufferBytes: number;
  readonly nativeSha256: boolean;
  readonly nativeSha512: boolean;
  readonly nativeAes: "aes" | "ccm" | "none";
  readonly nativeConvolve: boolean;
  readonly trustedRandom: boolean;
}

export interface BoardFlash {
  readonly sizeBytes: number;
  readonly baseAddressBytes: number;
  readonly pageSizeBytes: number;
  readonly writeUnitBytes: number;
  /** Absent: a word may be programmed any number of times between erases. */
  readonly writesPerWordMax?: number;
  readonly isMapped: boolean;
}

/** From this the partition plan is derived (layout.ts). */
export interface BoardLayout {
  readonly outside: readonly PartitionName[];
  readonly inside: readonly PartitionName[];
  readonly storageFile?: string;
  readonly bootBytes: number;
  readonly journalPages: number;
  readonly dataBytes: number;
  readonly slotBytes?: number;
  readonly slotAlignmentBytes?: number;
  /** Files that stand in the second free region instead of Storage. */
  readonly bootFiles?: readonly BootFileName[];
  readonly storageReserveBytes?: number;
}

/** Files that are evaluated on demand, as tools/provision/file-names.ts names them. */
export type BootFileName =
  | "service" | "management" | "server" | "link" | "technician" | "technicianKeys" | "recovery" | "window";

/** What a client gets over one transport in one situation. */
export interface BoardGrants {
  readonly rights: readonly ("read" | "upload" | "test" | "reset")[];
  readonly sets: readonly ("erase" | "factory-reset" | "files" | "console")[];
}

/** Who may do what: what is not named is not allowed. */
export type BoardPolicy = Readonly<Partial<Record<
  "serial" | "ble" | "udp", Readonly<Partial<Record<"confirmed" | "trial" | "recovery", BoardGrants>>>
>>>;

export interface BoardSerial {
  /** Espruino's name of it: "Serial1", "USB". */
  readonly device: string;
  readonly baud: number;
  /** `rx` and `tx` are pins, `path` is a file of Linux. Absent: the device's own. */
  readonly rx?: string;
  readonly tx?: string;
  readonly path?: string;
}

/** Management over a wire. */
export interface BoardSmp {
  /** What clients are told as `buf_size`: the largest frame. */
  readonly bufBytes: number;
  /** The wires of recovery. */
  readonly serial?: BoardSerial;
  readonly ble?: boolean;
  /** Absent: what is the same everywhere (docs/spec-smp.md, "Authorisation"). */
  readonly policy?: BoardPolicy;
}

/** Ways into recovery beside the gesture. */
export interface BoardRecovery {
  /** How long every start waits for a client on the serial wire; 0: not at all. */
  readonly serialWindowMs: number;
  /** Quick power cycles that lead to recovery; 0: none do. */
  readonly powerCycles: number;
}

export interface BoardButton {
  readonly pin: string;
  readonly pressedLevel: 0 | 1;
  readonly mode: "input" | "input_pullup" | "input_pulldown";
}

export interface BoardLamp {
  readonly pin: string;
  readonly onLevel: 0 | 1;
}

export type BoardDriver =
  | { readonly file: "esp32"; readonly resetStateAddress: number }
  | { readonly file: "nrf52"; readonly readsResetRegister: boolean; readonly lock: "acl" | "bprot" | "none" }
  | { readonly file: "linux" };

export type OptionalFile = "sha256" | "storage" | "read-only-storage";

/** The facts that every board file has. */
export interface BoardData {
  readonly name: string;
  readonly title: string;
  readonly class: "full" | "small";
  readonly status: "first-class" | "data only, never tried";
  readonly chip: string;
  readonly ramBytes: number;
  readonly engine: BoardEngine;
  readonly flash: BoardFlash;
  readonly storage: BoardPartition & { readonly isMapped: boolean };
  readonly freeRegions: readonly BoardPartition[];
  readonly knowsResetCauses: boolean;
  readonly watchdog: {
    readonly kind: "nrf52" | "espressif-task" | "process";
    readonly canBeStopped: boolean;
    readonly survivesSoftReset: boolean;
    readonly runningAtStartMs?: number;
    readonly hasWatchTimer: boolean;
  };
  readonly watchdogTimeoutMs: number;
  readonly pins: { readonly button?: BoardButton; readonly lamp?: BoardLamp; readonly gesture: string };
  readonly driver: BoardDriver;
  readonly consoleName: string;
  readonly bleMtuBytes?: number;
  readonly notes: readonly string[];
}

/** A board on which A/B fits. */
export interface FullBoardData extends BoardData {
  readonly class: "full";
  readonly layout: BoardLayout;
  readonly signatures: BoardSignatures;
  readonly verifyMode: "full" | "seal";
  readonly hashBufferBytes: number;
  readonly optionalFiles: readonly OptionalFile[];
  readonly trial?: { readonly attempts: number; readonly forgiven: number };
  /** Absent: the console serves recovery. */
  readonly smp?: BoardSmp;
  /** Absent: no other ways. */
  readonly recovery?: BoardRecovery;
}

/** The fixed-size Storage file whose inner pages are partitions. Its 32-byte header is in front of `offsetBytes`. */
export interface BoardStorageFile extends BoardPartition {
  readonly name: string;
}

/** A full board with its partition plan. */
export interface BoardFile extends FullBoardData {
  readonly partitions: Readonly<Record<PartitionName, BoardPartition>>;
  /** Absent: all partitions lie outside of Storage. */
  readonly storageFile?: BoardStorageFile;
  /** Pages for `layout.bootFiles`. */
  readonly filePages?: BoardPartition;
}

/**
 * Whether the files that are put on the board today tell reset causes. Where not, every cause is Unknown to the
 * bootloader, and a trial has a fixed number of attempts of any kind.
 */
export function tellsResetCauses(board: BoardData): boolean {
  return board.knowsResetCauses && (board.driver.file !== "nrf52" || board.driver.readsResetRegister);
}
