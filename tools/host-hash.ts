/** Hashes of the host, from Node's own crypto: the fast counterpart of hal/memory/hash.ts. */

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ByteSource, HashPort } from "../core/ports";

/** Bytes hashed at a time; a host has memory, so this only bounds the copies that a source makes. */
const CHUNK_BYTES = 65536;

export function createHostHash(): HashPort {
  return {
    crc32: (bytes) => crc32(bytes),
    sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
    sha256Region: (source, offsetBytes, lengthBytes) => {
      const hash = createHash("sha256");
      for (let done = 0; done < lengthBytes; done += CHUNK_BYTES) {
        hash.update(source.read(offsetBytes + done, Math.min(CHUNK_BYTES, lengthBytes - done)));
      }
      return new Uint8Array(hash.digest());
    },
  };
}

/** A file that is in memory, as core reads it. */
export function bytesAsSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: (offsetBytes, lengthBytes) => {
      if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes + lengthBytes > bytes.length) {
        throw new RangeError(`read of ${lengthBytes} bytes at ${offsetBytes} leaves a source of ${bytes.length}`);
      }
      return bytes.slice(offsetBytes, offsetBytes + lengthBytes);
    },
  };
}
