/**
 * A flash partition in RAM for unit tests: strict, and without the faults that sim/flash.ts models. Whatever a real
 * chip would get wrong in silence stops the test: bad bounds, bad alignment, setting a bit that is already 0.
 */

import { assert } from "../../core/assert";
import { copyBytes, isFilled } from "../../core/bytes";
import { u32And } from "../../core/u32";
import type { FlashPartition } from "../flash";

export interface MemoryFlash extends FlashPartition {
  /** Erases since it was made, over all pages. */
  eraseCount(): number;
  /** Writes since it was made. */
  writeCount(): number;
}

export interface MemoryFlashShape {
  readonly name: string;
  readonly addressBytes: number;
  readonly sizeBytes: number;
  readonly pageSizeBytes: number;
  readonly writeUnitBytes: number;
}

/**
 * Programs `bytes` into `content`; a bit that is 0 and should become 1 asserts 914.
 */
function program(content: Uint8Array, offsetBytes: number, bytes: Uint8Array): void {
  if (!isFilled(content, offsetBytes, bytes.length, 0xff)) {
    for (let i = 0; i < bytes.length; i++) {
      assert(u32And(content[offsetBytes + i], bytes[i]) === bytes[i], 914);
    }
  }
  content.set(bytes, offsetBytes);
}

/**
 * An erased partition.
 *
 * @param shape sizes in bytes; the page size divides the size, the write unit divides the page size (asserts 910)
 */
export function createMemoryFlash(shape: MemoryFlashShape): MemoryFlash {
  const size = shape.sizeBytes;
  const page = shape.pageSizeBytes;
  const unit = shape.writeUnitBytes;
  assert(size > 0 && page > 0 && unit > 0 && size % page === 0 && page % unit === 0, 910);
  const content = new Uint8Array(size);
  content.fill(0xff);
  let erases = 0;
  let writes = 0;

  return {
    name: shape.name,
    addressBytes: shape.addressBytes,
    sizeBytes: size,
    pageSizeBytes: page,
    writeUnitBytes: unit,
    read(offsetBytes: number, lengthBytes: number): Uint8Array {
      assert(offsetBytes >= 0 && lengthBytes >= 0 && offsetBytes + lengthBytes <= size, 911);
      return copyBytes(content, offsetBytes, lengthBytes);
    },
    write(offsetBytes: number, bytes: Uint8Array): void {
      assert(offsetBytes >= 0 && offsetBytes + bytes.length <= size, 912);
      assert(offsetBytes % unit === 0 && bytes.length % unit === 0, 913);
      program(content, offsetBytes, bytes);
      writes++;
    },
    erasePage(offsetBytes: number): void {
      assert(offsetBytes >= 0 && offsetBytes < size && offsetBytes % page === 0, 915);
      content.fill(0xff, offsetBytes, offsetBytes + page);
      erases++;
    },
    eraseCount(): number {
      return erases;
    },
    writeCount(): number {
      return writes;
    },
  };
}
