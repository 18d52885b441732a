/** Where the partitions of a scenario's board lie: as on the board `linux`, so that flash can be compared. */

import type { PartitionName } from "../../../tools/boards";
import { loadBoard } from "../../../tools/boards";

/** In the order of portable/scenario-board.ts. */
export const PARTITION_NAMES: readonly PartitionName[] = ["boot", "journal", "slotA", "slotB", "data"];

const BOARD = loadBoard("linux");

export const PAGE_BYTES = BOARD.flash.pageSizeBytes;

/** Offset in the flash file. */
export function offsetOf(name: PartitionName): number {
  return BOARD.partitions[name].offsetBytes;
}

export function sizeOf(name: PartitionName): number {
  return BOARD.partitions[name].sizeBytes;
}

/** As the chip addresses it. */
export function addressOf(name: PartitionName): number {
  return BOARD.flash.baseAddressBytes + offsetOf(name);
}
