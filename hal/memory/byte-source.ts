/** Bytes in RAM as something that can be read like flash. */

import { copyBytes } from "../../core/bytes";
import { assert } from "../../core/assert";
import type { ByteSource } from "../../core/ports";

/** @param bytes not copied: later changes show */
export function createByteSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read(offsetBytes: number, lengthBytes: number): Uint8Array {
      assert(offsetBytes >= 0 && lengthBytes >= 0 && offsetBytes + lengthBytes <= bytes.length, 30);
      return copyBytes(bytes, offsetBytes, lengthBytes);
    },
  };
}
