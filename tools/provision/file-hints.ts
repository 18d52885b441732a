/** Where the boot files come to stand in an empty Storage; only boards whose Storage is not mapped make use of it. */

import type { StubHint } from "../../hal/espruino/stub";
import type { BoardFile } from "../board/board-data";
import { STORAGE_HEADER_BYTES } from "../board/layout";
import { createHostHash } from "../host-hash";
import type { FilePlace } from "./boot-places";
import { FILE_NAMES } from "./file-names";
import type { PartName } from "./file-names";
import type { StorageFile } from "./storage-files";
import { nextHeader, storageHeader } from "./storage-files";

const hash = createHostHash();

/** What an ordinary start uses and drops; `tb.boot` is the first. */
const COPIED: readonly PartName[] = ["boot", "service", "verifier", "keys"];

/** Addresses of `files`, which are written in their order behind the fixed-size file. */
export function placesInStorage(board: BoardFile, files: readonly StorageFile[]): FilePlace[] {
  const { flash: { baseAddressBytes }, storage, storageFile } = board;
  let header = storageFile === undefined
    ? storage.offsetBytes
    : nextHeader(storageFile.offsetBytes, storageFile.sizeBytes);
  return files.map(({ name, bytes }) => {
    const offsetBytes = header + STORAGE_HEADER_BYTES;
    header = nextHeader(offsetBytes, bytes.length);
    return { name, address: baseAddressBytes + offsetBytes, sizeBytes: bytes.length };
  });
}

/** Those that a start copies into RAM, for the configuration. */
export function copiedPlaces(board: BoardFile, places: readonly FilePlace[]): FilePlace[] {
  return board.storage.isMapped
    ? []
    : COPIED.flatMap((part) => places.find(({ name }) => name === FILE_NAMES[part]) ?? []);
}

/** What `.boot0` is told; `undefined`: nothing, because flash is memory there. */
export function stubHint(
  board: BoardFile, main: StorageFile, places: readonly FilePlace[],
): StubHint | undefined {
  const place = places.find(({ name }) => name === main.name);
  const configPlace = places.find(({ name }) => name === FILE_NAMES.config);
  if (board.storage.isMapped || place === undefined || configPlace === undefined) {
    return undefined;
  }
  const whole = Buffer.concat([storageHeader(main.name, main.bytes.length), main.bytes]);
  return {
    mainPlace: { address: place.address - STORAGE_HEADER_BYTES, sizeBytes: whole.length },
    mainCrc32: hash.crc32(whole),
    configPlace,
  };
}
