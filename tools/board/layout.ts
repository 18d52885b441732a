/** The partition plan of a board, derived from what its file says of flash and Storage. */

import type { BoardFile, BoardPartition, BoardStorageFile, FullBoardData, PartitionName } from "./board-data";

/** Espruino's header of a Storage file (jsflash.h). */
export const STORAGE_HEADER_BYTES = 32;

type Partitions = Record<PartitionName, BoardPartition>;

function alignUp(offsetBytes: number, unitBytes: number): number {
  return Math.ceil(offsetBytes / unitBytes) * unitBytes;
}

function isSlot(name: PartitionName): boolean {
  return name === "slotA" || name === "slotB";
}

/** Size of a partition that is no slot. */
function fixedBytes(board: FullBoardData, name: PartitionName): number {
  const { bootBytes, journalPages, dataBytes } = board.layout;
  const sizes = { boot: bootBytes, journal: journalPages * board.flash.pageSizeBytes, data: dataBytes };
  return isSlot(name) ? 0 : sizes[name as keyof typeof sizes];
}

/** What is left for each of two slots where all of `names` share the room from `start` to `end`. */
function slotBytesLeft(board: FullBoardData, names: readonly PartitionName[], start: number, end: number): number {
  const unit = board.layout.slotAlignmentBytes ?? board.flash.pageSizeBytes;
  const others = names.reduce((sum, name) => sum + fixedBytes(board, name), 0);
  const room = end - start - others - (unit === board.flash.pageSizeBytes ? 0 : unit);
  return Math.max(Math.floor(room / 2 / unit) * unit, 0);
}

/** One after the other, from `start` on. */
function placeAll(
  board: FullBoardData, names: readonly PartitionName[], start: number, end: number, into: Partial<Partitions>,
): number {
  const page = board.flash.pageSizeBytes;
  const slotBytes = board.layout.slotBytes ?? slotBytesLeft(board, names, start, end);
  let at = start;
  for (const name of names) {
    at = alignUp(at, isSlot(name) ? board.layout.slotAlignmentBytes ?? page : page);
    const sizeBytes = isSlot(name) ? slotBytes : fixedBytes(board, name);
    into[name] = { offsetBytes: at, sizeBytes };
    at += sizeBytes;
  }
  return at;
}

/**
 * The board with its plan: partitions outside of Storage fill the first free region from its start, those inside lie in
 * one Storage file, which is the first of all, from the first page on that its header leaves whole.
 *
 * @param board must fit the schema, and name each partition once; whether the plan is any good, check.ts says
 */
export function planBoard(board: FullBoardData): BoardFile {
  const { layout, storage, freeRegions, flash } = board;
  const region = freeRegions[0] ?? { offsetBytes: 0, sizeBytes: 0 };
  const partitions: Partial<Partitions> = {};
  placeAll(board, layout.outside, region.offsetBytes, region.offsetBytes + region.sizeBytes, partitions);
  const files = layout.bootFiles === undefined ? {} : { filePages: freeRegions[1] };
  if (layout.inside.length === 0) {
    return { ...board, ...files, partitions: partitions as Partitions };
  }
  const fileStart = storage.offsetBytes + STORAGE_HEADER_BYTES;
  const storageEnd = storage.offsetBytes + storage.sizeBytes - (layout.storageReserveBytes ?? 0);
  const end = placeAll(board, layout.inside, alignUp(fileStart, flash.pageSizeBytes), storageEnd, partitions);
  const storageFile: BoardStorageFile = {
    name: layout.storageFile ?? "",
    offsetBytes: fileStart,
    sizeBytes: end - fileStart,
  };
  return { ...board, ...files, partitions: partitions as Partitions, storageFile };
}

/** What lies outside of Storage and is the boot chain's: partitions, and pages with files. */
export function placesOutside({ layout, partitions, filePages }: BoardFile): BoardPartition[] {
  return [...layout.outside.map((name) => partitions[name]), ...(filePages === undefined ? [] : [filePages])];
}

/** Bytes of Storage that the board's plan leaves to files, each with its header. */
export function storageRoomBytes(board: BoardFile): number {
  const { storage, storageFile } = board;
  const start = storageFile === undefined ? storage.offsetBytes : storageFile.offsetBytes + storageFile.sizeBytes;
  return storage.offsetBytes + storage.sizeBytes - alignUp(start, 4);
}
