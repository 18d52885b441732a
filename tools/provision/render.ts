/** Steps as the flash that they leave behind: factory images, and a check of what a board says of itself. */

import { placesOutside, STORAGE_HEADER_BYTES } from "../board/layout";
import type { BoardFile, BoardPartition } from "../board/board-data";
import { createHostHash } from "../host-hash";
import type { Block } from "../hex/intel-hex";
import type { ProvisioningStep } from "./steps";
import { findStorageFile, nextHeader, storageHeader } from "./storage-files";

const ERASED = 0xff;
const hash = createHostHash();

/** A stretch of flash that provisioning erases: Storage, a partition outside of it, pages with files. */
interface Area {
  readonly place: BoardPartition;
  readonly bytes: Uint8Array;
}

function makeArea(place: BoardPartition): Area {
  return { place, bytes: new Uint8Array(place.sizeBytes).fill(ERASED) };
}

/** Flash as the steps change it, with the errors that a board would give. */
class RenderedFlash {
  readonly storage: Area;
  readonly areas: readonly Area[];
  private readonly board: BoardFile;
  /** Where the next file's header goes. */
  private free = 0;

  constructor(board: BoardFile) {
    this.board = board;
    this.storage = makeArea(board.storage);
    this.areas = [this.storage, ...placesOutside(board).map(makeArea)];
  }

  apply(step: ProvisioningStep): void {
    switch (step.kind) {
      case "erase-storage":
        this.storage.bytes.fill(ERASED);
        this.free = 0;
        return;
      case "erase-page":
        this.view(step.address, this.board.flash.pageSizeBytes).fill(ERASED);
        return;
      case "write-flash":
        program(this.view(step.address, step.bytes.length), step.bytes);
        return;
      case "write-file":
        if (step.offsetBytes === 0) {
          this.createFile(step.name, step.fileBytes);
        }
        program(this.fileView(step.name, step.offsetBytes, step.bytes.length), step.bytes);
        return;
      case "activate":
        program(this.fileView(step.name, step.offsetBytes, step.word.length), Buffer.from(step.word, "latin1"));
        return;
      case "verify-file":
        compare(this.fileView(step.name, 0, step.fileBytes), step.crc32, step.name);
        return;
      case "verify-flash":
        compare(this.view(step.address, step.lengthBytes), step.crc32, String(step.address));
        return;
      case "verify-place": {
        const header = this.view(step.address - step.header.length, step.header.length);
        compare(header, hash.crc32(step.header), step.name);
      }
    }
  }

  private createFile(name: string, sizeBytes: number): void {
    const start = this.free + STORAGE_HEADER_BYTES;
    if (start + sizeBytes > this.storage.bytes.length) {
      throw new RangeError(`${name} does not fit into Storage`);
    }
    program(this.storage.bytes.subarray(this.free, start), storageHeader(name, sizeBytes));
    this.free = nextHeader(start, sizeBytes);
  }

  private fileView(name: string, offsetBytes: number, lengthBytes: number): Uint8Array {
    const file = findStorageFile(this.storage.bytes, name, this.board.flash.pageSizeBytes);
    if (file === undefined || offsetBytes + lengthBytes > file.sizeBytes) {
      throw new RangeError(`${name} has no ${lengthBytes} bytes from ${offsetBytes} on`);
    }
    return this.storage.bytes.subarray(file.offsetBytes + offsetBytes, file.offsetBytes + offsetBytes + lengthBytes);
  }

  private view(address: number, lengthBytes: number): Uint8Array {
    const offset = address - this.board.flash.baseAddressBytes;
    const area = this.areas.find(({ place }) =>
      offset >= place.offsetBytes && offset + lengthBytes <= place.offsetBytes + place.sizeBytes);
    if (area === undefined) {
      throw new RangeError(`${lengthBytes} bytes at ${address} are none that provisioning erases`);
    }
    return area.bytes.subarray(offset - area.place.offsetBytes, offset - area.place.offsetBytes + lengthBytes);
  }
}

function program(target: Uint8Array, bytes: Uint8Array): void {
  if (target.some((byte, i) => byte !== ERASED && byte !== bytes[i])) {
    throw new RangeError("these bytes were written before");
  }
  target.set(bytes);
}

function compare(bytes: Uint8Array, crc32: number, what: string): void {
  if (hash.crc32(bytes) !== crc32) {
    throw new RangeError(`${what} is not as written`);
  }
}

/**
 * Flash after `steps`: Storage, and each place outside of it, whole, at their addresses in the interpreter's
 * address space, in the order of these. A board with these bytes is one that was provisioned.
 */
export function renderFlash(board: BoardFile, steps: readonly ProvisioningStep[]): Block[] {
  const flash = new RenderedFlash(board);
  steps.forEach((step) => flash.apply(step));
  return flash.areas
    .map(({ place, bytes }) => ({ address: board.flash.baseAddressBytes + place.offsetBytes, bytes }))
    .sort((a, b) => a.address - b.address);
}

/** The blocks as one piece of flash, with what lies between them erased, and the address of its first byte. */
export function joinBlocks(blocks: readonly Block[]): Block {
  const [first] = blocks;
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) {
    throw new RangeError("there are no blocks");
  }
  const bytes = new Uint8Array(last.address + last.bytes.length - first.address).fill(ERASED);
  blocks.forEach((block) => bytes.set(block.bytes, block.address - first.address));
  return { address: first.address, bytes };
}
