/** Hashes: native CRC-32 everywhere, native SHA-256 where the board has it, the portable one where it has not. */

import type { RegionHash } from "../../core/crypto/region-hash";
import type { ByteSource } from "../../core/ports";
import { createByteSource } from "../memory/byte-source";
import type { Hash } from "../hash";
import type { TextSource } from "./flash";
import type { Interpreter } from "./interpreter";
import { builtIn } from "./interpreter";
import type { BoardPlan } from "./plan";

/** `require("crypto").SHA256`. Takes its message in one piece: anything else it copies to the stack, or gives up. */
type NativeSha256 = (this: void, message: Uint8Array | string) => ArrayBuffer | undefined;

/** @param makeRegionHash the portable hash, evaluated when it is needed */
export function createHash(
  interpreter: Interpreter, plan: BoardPlan, makeRegionHash: (this: void) => RegionHash,
): Hash {
  const native = plan.hasSha256 ? (builtIn("crypto") as { readonly SHA256: NativeSha256 }).SHA256 : undefined;
  /** Kept only while it hashes ahead. */
  let ahead: RegionHash | undefined;

  const regionHash = (): RegionHash => ahead === undefined ? makeRegionHash() : ahead;

  /** The native digest of `message`, or the portable one of the same region. */
  function digestOf(
    message: Uint8Array | string | undefined, source: ByteSource, offsetBytes: number, lengthBytes: number,
  ): Uint8Array {
    const digest = native === undefined || message === undefined ? undefined : native(message);
    return digest === undefined
      ? regionHash().sha256Region(source, offsetBytes, lengthBytes)
      : new Uint8Array(digest);
  }

  return {
    // Without a function of ours around it: a start asks for some five hundred.
    crc32: interpreter.crc32,
    sha256(bytes: Uint8Array): Uint8Array {
      return digestOf(bytes, createByteSource(bytes), 0, bytes.length);
    },
    sha256Region(source: ByteSource, offsetBytes: number, lengthBytes: number): Uint8Array {
      const partition = source as unknown as TextSource;
      let message: Uint8Array | string | undefined;
      if (plan.hasSha256 && partition.isMapped) {
        message = partition.readText(offsetBytes, lengthBytes);
      } else if (plan.hasSha256 && lengthBytes <= plan.hashBufferBytes) {
        message = source.read(offsetBytes, lengthBytes);
      }
      return digestOf(message, source, offsetBytes, lengthBytes);
    },
    hashAhead(source: ByteSource, endBytes: number, markBytes: number): void {
      ahead = plan.hasSha256 || endBytes === 0 ? undefined : regionHash();
      if (ahead !== undefined) {
        ahead.hashAhead(source, endBytes, markBytes);
      }
    },
  };
}
