/** The partition plan of a board as text. */

import { trailerStart } from "../../core/image/trailer";
import type { BoardFile, PartitionName } from "./board-data";
import { PARTITION_NAMES } from "./board-data";
import { storageRoomBytes } from "./layout";

/** Bytes of the longest image, header and signatures included, that a slot of the board takes. */
export function imageBytesMax(board: BoardFile): number {
  return trailerStart(board.partitions.slotA.sizeBytes);
}

function whereabouts(board: BoardFile, name: PartitionName): string {
  const { layout, storageFile, partitions, flash } = board;
  const count = partitions[name].sizeBytes / flash.pageSizeBytes;
  const pages = count === 1 ? "1 page" : `${count} pages`;
  const place = layout.inside.includes(name) ? `in the file ${storageFile?.name ?? ""}` : "outside of Storage";
  const images = name.startsWith("slot") ? `, images of up to ${imageBytesMax(board)} bytes` : "";
  return `${pages} ${place}${images}`;
}

/**
 * Lines with name, address in the interpreter's address space, bytes and place of each partition, in the order of their
 * addresses, and what is left of Storage.
 */
export function partitionTable(board: BoardFile): string[] {
  const address = (offsetBytes: number): string => `0x${(board.flash.baseAddressBytes + offsetBytes).toString(16)}`;
  const row = (name: string, start: number, bytes: number, text: string): string =>
    `${name.padEnd(8)} ${address(start).padEnd(10)} ${String(bytes).padStart(7)}  ${text}`;
  const names = [...PARTITION_NAMES].sort((a, b) => board.partitions[a].offsetBytes - board.partitions[b].offsetBytes);
  const room = storageRoomBytes(board);
  const { storage } = board;
  return [
    ...names.map((name) => {
      const { offsetBytes, sizeBytes } = board.partitions[name];
      return row(name, offsetBytes, sizeBytes, whereabouts(board, name));
    }),
    row("Storage", storage.offsetBytes + storage.sizeBytes - room, room, "for the bootloader's files and the host's"),
  ];
}
