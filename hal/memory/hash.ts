/** Hashes without native help, from core's portable functions. */

import { createCrc32 } from "../../core/crc32";
import { createRegionHash } from "../../core/crypto/region-hash";
import { createSha256, sha256 } from "../../core/crypto/sha256";
import type { ByteSource } from "../../core/ports";
import type { Hash } from "../hash";

export function createMemoryHash(): Hash {
  const crc32 = createCrc32();
  const regions = createRegionHash(createSha256, () => undefined);
  return {
    crc32(bytes: Uint8Array): number {
      return crc32(bytes);
    },
    sha256(bytes: Uint8Array): Uint8Array {
      return sha256(bytes);
    },
    sha256Region(source: ByteSource, offsetBytes: number, lengthBytes: number): Uint8Array {
      return regions.sha256Region(source, offsetBytes, lengthBytes);
    },
  };
}
