/** What the machine needs to know of a board; a board file has it, and tests write it down. */

import type { PageLock } from "../hal/espruino/chips/page-locks";
import type { FlashGeometry } from "./flash-geometry";
import { checkPartitions } from "./partition";
import type { PartitionPlace, PartitionTable } from "./partition";

export interface BoardDescription {
  readonly name: string;
  /** The chip's family in lower case, such as `esp32` or `nrf52840`; some globals exist on one family only. */
  readonly chip: string;
  readonly geometry: FlashGeometry;
  /**
   * At least `boot`, `journal`, `slotA`, `slotB` and `data`. The provisioning block is in the partition
   * `provisioning`, or in the last page of `boot` where there is none.
   */
  readonly partitions: PartitionTable;
  /** Whether software can read why the chip started; otherwise it is told Unknown. */
  readonly knowsResetCauses: boolean;
  /** Whether a running watchdog runs on through a software reset (nRF52: yes, ESP32: no). */
  readonly watchdogSurvivesSoftReset: boolean;
  /** Whether its engine has SHA-256 built in; otherwise a board hashes while it receives. Default true. */
  readonly nativeSha256?: boolean | undefined;
  /** By which registers the chip locks bootloader and running slot before an application starts. Default none. */
  readonly pageLock?: PageLock | undefined;
  /** Whether the generator of random numbers can be trusted. Default false. */
  readonly trustedRandom?: boolean | undefined;
  /** Bytes of the application's Storage. Default 36 KB. */
  readonly storageBytes?: number | undefined;
  /** Names of the pins with a role. Default BTN1 and LED1. */
  readonly recoveryPin?: string | undefined;
  readonly indicatorPin?: string | undefined;
}

/** The part of a board file (boards/*.json) that the simulator reads. */
export interface SimulatedBoardFile {
  readonly name: string;
  readonly chip: string;
  readonly engine: { readonly trustedRandom: boolean; readonly nativeSha256: boolean };
  readonly flash: FlashGeometry;
  readonly partitions: PartitionTable;
  readonly knowsResetCauses: boolean;
  readonly driver?: { readonly file: string; readonly lock?: PageLock | undefined } | undefined;
  /** Absent in tests only: then chips of the nRF family keep the watchdog running through a software reset. */
  readonly watchdog?: { readonly survivesSoftReset: boolean };
}

/** The description of a board file. */
export function describeBoard(file: SimulatedBoardFile): BoardDescription {
  return {
    name: file.name,
    chip: file.chip,
    geometry: file.flash,
    partitions: file.partitions,
    knowsResetCauses: file.knowsResetCauses,
    watchdogSurvivesSoftReset: file.watchdog?.survivesSoftReset ?? file.chip.startsWith("nrf"),
    nativeSha256: file.engine.nativeSha256,
    pageLock: file.driver?.lock,
    trustedRandom: file.engine.trustedRandom,
  };
}

const REQUIRED = ["boot", "journal", "slotA", "slotB", "data"] as const;

export interface MachinePlaces {
  readonly journal: PartitionPlace;
  readonly slots: readonly [PartitionPlace, PartitionPlace];
  readonly provisioning: PartitionPlace;
  readonly data: PartitionPlace;
}

/** The places the machine needs. Throws RangeError, naming the board, where the table does not fit. */
export function placesOf(board: BoardDescription): MachinePlaces {
  const { sizeBytes, pageSizeBytes } = board.geometry;
  try {
    checkPartitions(board.partitions, sizeBytes, pageSizeBytes);
  } catch (error) {
    throw new RangeError(`board ${board.name}: ${(error as Error).message}`);
  }
  for (const name of REQUIRED) {
    if (board.partitions[name] === undefined) {
      throw new RangeError(`board ${board.name}: there is no partition ${name}`);
    }
  }
  const { boot, journal, slotA, slotB, data, provisioning } = board.partitions;
  const lastBootPage = { offsetBytes: boot.offsetBytes + boot.sizeBytes - pageSizeBytes, sizeBytes: pageSizeBytes };
  return {
    journal: journal,
    slots: [slotA, slotB],
    provisioning: provisioning ?? lastBootPage,
    data: data,
  };
}
