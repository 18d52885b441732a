/** Hashes without native help, from core's portable functions. */

import { createCrc32 } from "../../core/crc32";
import { createSha256, sha256 } from "../../core/crypto/sha256";
import type { ByteSource } from "../../core/ports";
import type { Hash } from "../hash";

/** What is taken from the source at a time. */
const CHUNK_BYTES = 512;

export function createMemoryHash(): Hash {
  const crc32 = createCrc32();
  return {
    crc32(bytes: Uint8Array): number {
      return crc32(bytes);
    },
    sha256(bytes: Uint8Array): Uint8Array {
      return sha256(bytes);
    },
    sha256Region(source: ByteSource, offsetBytes: number, lengthBytes: number): Uint8Array {
      const computation = createSha256();
      const endBytes = offsetBytes + lengthBytes;
      for (let at = offsetBytes; at < endBytes; at += CHUNK_BYTES) {
        computation.update(source.read(at, Math.min(CHUNK_BYTES, endBytes - at)));
      }
      return computation.digest();
    },
  };
}
