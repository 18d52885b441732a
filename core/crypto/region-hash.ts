/** SHA-256 of regions of flash on boards that take long to compute it: also while the bytes are still coming. */

import { copyBytes } from "../bytes";
import { HASH_AHEAD_BYTES_MAX, SLOT_CHUNK_BYTES } from "../limits";
import type { ByteSource } from "../ports";
import type { Sha256 } from "./sha256";
import { SHA256_BYTES } from "./sha256";

export interface RegionHash {
  /** As `HashPort.sha256Region`. */
  sha256Region(this: void, source: ByteSource, offsetBytes: number, lengthBytes: number): Uint8Array;
  /** As `HashPort.hashAhead`. */
  hashAhead(this: void, source: ByteSource, endBytes: number, markBytes: number): void;
}

/** A computation over the first bytes of a source. */
interface Prefix {
  readonly source: ByteSource;
  readonly computation: Sha256;
  readonly markBytes: number;
  atBytes: number;
  /** Of the first `markBytes`; absent until these were hashed. */
  markDigest?: Uint8Array;
}

/** @param kick kicks the watchdog: once in 512 bytes, so that no length takes too long */
export function createRegionHash(makeSha256: (this: void) => Sha256, kick: (this: void) => void): RegionHash {
  let prefix: Prefix | undefined;

  function take(computation: Sha256, source: ByteSource, offsetBytes: number, lengthBytes: number): void {
    const endBytes = offsetBytes + lengthBytes;
    for (let at = offsetBytes; at < endBytes; at += SLOT_CHUNK_BYTES) {
      kick();
      computation.update(source.read(at, Math.min(SLOT_CHUNK_BYTES, endBytes - at)));
    }
  }

  /** Goes on to `endBytes`; stops at the mark for its digest. */
  function goOn(known: Prefix, endBytes: number): void {
    const stopBytes = known.atBytes < known.markBytes ? Math.min(known.markBytes, endBytes) : endBytes;
    if (stopBytes > known.atBytes) {
      take(known.computation, known.source, known.atBytes, stopBytes - known.atBytes);
      known.atBytes = stopBytes;
      if (stopBytes === known.markBytes) {
        known.markDigest = known.computation.digest();
      }
    }
  }

  return {
    sha256Region(source: ByteSource, offsetBytes: number, lengthBytes: number): Uint8Array {
      const known = prefix !== undefined && prefix.source === source && offsetBytes === 0 ? prefix : undefined;
      if (known !== undefined) {
        if (lengthBytes >= known.atBytes) {
          goOn(known, lengthBytes);
          goOn(known, lengthBytes);
        }
        if (lengthBytes === known.atBytes) {
          return known.computation.digest();
        }
        if (lengthBytes === known.markBytes && known.markDigest !== undefined) {
          return copyBytes(known.markDigest, 0, SHA256_BYTES);
        }
      }
      const computation = makeSha256();
      take(computation, source, offsetBytes, lengthBytes);
      return computation.digest();
    },
    hashAhead(source: ByteSource, endBytes: number, markBytes: number): void {
      if (endBytes === 0) {
        prefix = undefined;
        return;
      }
      if (prefix === undefined || prefix.source !== source || prefix.markBytes !== markBytes) {
        prefix = { source, computation: makeSha256(), markBytes, atBytes: 0 };
      }
      goOn(prefix, Math.min(endBytes, prefix.atBytes + HASH_AHEAD_BYTES_MAX));
    },
  };
}
