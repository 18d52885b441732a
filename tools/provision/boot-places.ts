/** Files that stand in pages of their own instead of Storage, on boards whose flash is mapped. */

import type { Place } from "../../hal/espruino/plan";
import type { BoardFile } from "../board/board-data";
import { failure } from "../errors";
import type { FlashContent } from "./flash-content";
import type { StorageFile } from "./storage-files";

/** bootloader/espruino/files.ts has the same. */
export interface FilePlace extends Place {
  readonly name: string;
}

export interface BootPlaces {
  /** For the configuration. */
  readonly places: readonly FilePlace[];
  /** For the flash. */
  readonly contents: readonly FlashContent[];
  readonly usedBytes: number;
  readonly roomBytes: number;
}

/**
 * One file behind the other from the start of the board's pages for files.
 *
 * @throws ToolError (failure) where they do not fit
 */
export function placeInBoot(board: BoardFile, files: readonly StorageFile[]): BootPlaces {
  const { offsetBytes, sizeBytes: roomBytes } = board.filePages ?? { offsetBytes: 0, sizeBytes: 0 };
  const { baseAddressBytes, writeUnitBytes } = board.flash;
  const start = baseAddressBytes + offsetBytes;
  let address = start;
  const placed = files.map(({ name, bytes }) => {
    const whole = new Uint8Array(Math.ceil(bytes.length / writeUnitBytes) * writeUnitBytes).fill(0xff);
    whole.set(bytes);
    const at = address;
    address += whole.length;
    return { place: { name, address: at, sizeBytes: bytes.length }, content: { address: at, bytes: whole } };
  });
  const usedBytes = address - start;
  if (usedBytes > roomBytes) {
    throw failure(
      `The files outside of Storage take ${usedBytes} bytes of ${roomBytes}.`,
      `Give boards/${board.name}.json a larger second free region, or fewer bootFiles.`,
    );
  }
  return {
    places: placed.map(({ place }) => place), contents: placed.map(({ content }) => content), usedBytes, roomBytes,
  };
}
