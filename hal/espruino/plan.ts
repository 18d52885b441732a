/** What the host works out for one board and writes beside the bootloader: where things lie, and how the chip is. */

import type { ResetCause } from "../../core/boot/reset-cause";
import type { Slot } from "../../core/slot";

/** Where a partition lies, by absolute address in the address space of Espruino's Flash module. */
export interface Place {
  readonly address: number;
  readonly sizeBytes: number;
}

/** The fixed-size Storage file whose pages hold partitions. */
export interface StorageFilePlan {
  readonly name: string;
  /** Address of its first byte, behind its 32-byte header. */
  readonly address: number;
  readonly sizeBytes: number;
}

/** What differs from chip to chip; a file of hal/espruino/chips makes one. */
export interface Chip {
  /** Why the chip started, read from its register; Unknown where that cannot be read. */
  readCause(this: void): ResetCause;
  isGestureMade(this: void): boolean;
  setIndicator(this: void, isOn: boolean): void;
  /** Before the watchdog is started, where more than the common call is needed. */
  prepareWatchdog(this: void): void;
  /** Makes pages unwritable until the next reset of the chip, where it can: bootloader and the slot that starts. */
  lockPages(this: void, slot: Slot): void;
}

export interface BoardPlan {
  /** `process.version` and `process.env.BOARD` of the interpreter that the plan was made for. */
  readonly interpreterVersion: string;
  readonly interpreterBoard: string;
  readonly erasePageBytes: number;
  readonly programBytes: number;
  /** Partitions that lie inside of it are read through it; `undefined`: all lie outside of Storage. */
  readonly storageFile: StorageFilePlan | undefined;
  /** Whether flash outside of Storage files can be read as a string in place (`E.memoryArea`). */
  readonly isMapped: boolean;
  /** Whether what Storage.read gives lies in the processor's address space, so that a native hash needs no copy. */
  readonly isStorageMapped: boolean;
  readonly slotPlaces: Place[];
  readonly journalPlace: Place;
  readonly provisioningPlace: Place;
  readonly dataPlace: Place;
  readonly hasSha256: boolean;
  /** Longest region that is copied into RAM to be hashed in one call; longer ones go through the portable hash. */
  readonly hashBufferBytes: number;
  readonly isRandomTrusted: boolean;
  /** Where the console goes in recovery: "Serial1", "USB", "Bluetooth" ... */
  readonly consoleName: string;
}
