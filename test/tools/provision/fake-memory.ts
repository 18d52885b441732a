/** Espruino's modules Storage and Flash in Node, over one piece of memory: each reads what the other wrote. */

import type { BoardFile } from "../../../tools/boards";
import { findStorageFile, listStorage, nextHeader, storageHeader } from "../../../tools/provision/storage-files";

const ERASED = 0xff;
const NAME_OFFSET_BYTES = 4;

type Bytes = string | ArrayLike<number>;

function bufferOf(bytes: Bytes): Buffer {
  return typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(Array.from(bytes));
}

export class FakeMemory {
  /** All of the chip's flash. */
  readonly bytes: Buffer;
  /** Pages that keep one byte at an erasure. */
  readonly wornPages = new Set<number>();
  private readonly board: BoardFile;

  constructor(board: BoardFile, bytes?: Uint8Array) {
    this.board = board;
    this.bytes = bytes === undefined ? Buffer.alloc(board.flash.sizeBytes, ERASED) : Buffer.from(bytes);
  }

  /** As `require("Storage")`. Nothing is ever compacted. */
  storage(): Record<string, unknown> {
    return {
      read: (name: string, at = 0, length?: number) =>
        this.fileOf(name)?.subarray(at, length === undefined ? undefined : at + length).toString("latin1"),
      write: (name: string, text: string, at = 0, size = 0) => this.writeFile(name, bufferOf(text), at, size),
      erase: (name: string) => this.eraseFile(name),
      eraseAll: () => void this.area.fill(ERASED),
      list: () => this.names(),
      getStats: () => ({ freeBytes: this.area.length - this.end() }),
    };
  }

  /** As `require("Flash")`. */
  flash(): Record<string, unknown> {
    const { baseAddressBytes, pageSizeBytes } = this.board.flash;
    const pageOf = (address: number): number => address - ((address - baseAddressBytes) % pageSizeBytes);
    return {
      read: (length: number, address: number) =>
        new Uint8Array(this.bytes.subarray(address - baseAddressBytes, address - baseAddressBytes + length)),
      write: (data: Bytes, address: number) => this.program(address - baseAddressBytes, bufferOf(data)),
      erasePage: (address: number) => {
        const at = pageOf(address) - baseAddressBytes;
        this.bytes.fill(ERASED, at + (this.wornPages.has(pageOf(address)) ? 1 : 0), at + pageSizeBytes);
      },
      getPage: (address: number) => ({ addr: pageOf(address), length: pageSizeBytes }),
    };
  }

  /** Names of the files that are there. */
  names(): string[] {
    return this.entries().filter(({ isDeleted }) => !isDeleted).map(({ name }) => name);
  }

  fileOf(name: string): Buffer | undefined {
    const file = findStorageFile(this.area, name, this.board.flash.pageSizeBytes);
    return file && this.area.subarray(file.offsetBytes, file.offsetBytes + file.sizeBytes);
  }

  private get area(): Buffer {
    const { offsetBytes, sizeBytes } = this.board.storage;
    return this.bytes.subarray(offsetBytes, offsetBytes + sizeBytes);
  }

  private entries(): ReturnType<typeof listStorage> {
    return listStorage(this.area, this.board.flash.pageSizeBytes);
  }

  /** Where the next header goes. */
  private end(): number {
    const last = this.entries().at(-1);
    return last === undefined ? 0 : nextHeader(last.offsetBytes, last.sizeBytes);
  }

  private eraseFile(name: string): void {
    const file = findStorageFile(this.area, name, this.board.flash.pageSizeBytes);
    if (file !== undefined) {
      const header = file.offsetBytes - storageHeader(name, 1).length;
      this.area.fill(0, header + NAME_OFFSET_BYTES, file.offsetBytes);
    }
  }

  private writeFile(name: string, data: Buffer, at: number, size: number): boolean {
    if (size > 0) {
      const end = this.end();
      const header = storageHeader(name, size);
      if (end + header.length + size > this.area.length) {
        return false;
      }
      this.eraseFile(name);
      this.area.set(header, end);
    }
    const file = this.fileOf(name);
    if (file === undefined || at + data.length > file.length) {
      return false;
    }
    this.program(file.byteOffset - this.bytes.byteOffset + at, data);
    return true;
  }

  /** Bits only go from one to zero. */
  private program(at: number, data: Buffer): void {
    data.forEach((byte, i) => {
      this.bytes[at + i] = (this.bytes[at + i] ?? 0) & byte;
    });
  }
}
