/** Espruino's Storage as bytes: a log of 32-byte headers, each with its file behind it (jsflash.h, jsflash.c). */

import { STORAGE_HEADER_BYTES } from "../board/layout";

/** What the next header is aligned to, on chips that write words of 4 bytes. */
export const STORAGE_ALIGNMENT_BYTES = 4;
export const STORAGE_NAME_BYTES = 28;

const SIZE_MASK = 0xffffff;
const UNUSED = 0xffffffff;

/** Of ordinary, growing and compressed files; others, such as tables of names, are no files to read. */
const KNOWN_FLAGS = [0, 64, 128];

/** A file that is to be written. */
export interface StorageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface StorageEntry {
  readonly name: string;
  /** Of the file's first byte, behind the header, from the start of Storage. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly isDeleted: boolean;
  readonly flags: number;
}

/** The 32 bytes in front of a file. Throws RangeError for a name or size that a header cannot hold. */
export function storageHeader(name: string, sizeBytes: number): Uint8Array {
  if (name === "" || name.length > STORAGE_NAME_BYTES || sizeBytes <= 0 || sizeBytes > SIZE_MASK) {
    throw new RangeError(`there can be no Storage file ${JSON.stringify(name)} of ${sizeBytes} bytes`);
  }
  const header = Buffer.alloc(STORAGE_HEADER_BYTES);
  header.writeUInt32LE(sizeBytes, 0);
  header.write(name, 4, "latin1");
  return new Uint8Array(header);
}

/** Where the next header goes. */
export function nextHeader(offsetBytes: number, sizeBytes: number): number {
  const end = offsetBytes + sizeBytes;
  return Math.ceil(end / STORAGE_ALIGNMENT_BYTES) * STORAGE_ALIGNMENT_BYTES;
}

function readEntry(bytes: Buffer, at: number): StorageEntry | undefined {
  if (at + STORAGE_HEADER_BYTES > bytes.length) {
    return undefined;
  }
  const word = bytes.readUInt32LE(at);
  const sizeBytes = word & SIZE_MASK;
  const end = at + STORAGE_HEADER_BYTES + sizeBytes;
  if (word === UNUSED || word === 0 || end > bytes.length) {
    return undefined;
  }
  const name = bytes.subarray(at + 4, at + STORAGE_HEADER_BYTES);
  return {
    name: name.toString("latin1").replace(/\0.*$/s, ""),
    offsetBytes: at + STORAGE_HEADER_BYTES,
    sizeBytes,
    isDeleted: name.readUInt32LE(0) === 0,
    flags: word >>> 24,
  };
}

/**
 * Every header of a Storage area as Espruino walks them, deleted files and tables of names too. Where a chain of
 * headers ends, it goes on at the start of the next page, once.
 *
 * @param storage the whole area
 */
export function listStorage(storage: Uint8Array, pageSizeBytes: number): StorageEntry[] {
  const bytes = Buffer.from(storage.buffer, storage.byteOffset, storage.length);
  const entries: StorageEntry[] = [];
  let at = 0;
  let entry = readEntry(bytes, at);
  while (entry !== undefined) {
    entries.push(entry);
    at = nextHeader(entry.offsetBytes, entry.sizeBytes);
    entry = readEntry(bytes, at) ?? readEntry(bytes, (Math.floor(at / pageSizeBytes) + 1) * pageSizeBytes);
  }
  return entries;
}

/** The file that Espruino reads under this name; `undefined`: there is none. */
export function findStorageFile(
  storage: Uint8Array, name: string, pageSizeBytes: number,
): StorageEntry | undefined {
  return listStorage(storage, pageSizeBytes).find((entry) =>
    entry.name === name && !entry.isDeleted && KNOWN_FLAGS.includes(entry.flags));
}
