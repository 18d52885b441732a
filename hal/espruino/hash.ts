/** Hashes: native CRC-32 everywhere, native SHA-256 where the board has it, the portable one where it has not. */

import type { Sha256 } from "../../core/crypto/sha256";
import { SLOT_CHUNK_BYTES } from "../../core/limits";
import type { ByteSource } from "../../core/ports";
import { createByteSource } from "../memory/byte-source";
import type { Hash } from "../hash";
import type { TextSource } from "./flash";
import type { Interpreter } from "./interpreter";
import { builtIn } from "./interpreter";
import type { BoardPlan } from "./plan";

/** `require("crypto").SHA256`. Takes its message in one piece: anything else it copies to the stack, or gives up. */
type NativeSha256 = (this: void, message: Uint8Array | string) => ArrayBuffer | undefined;

/** @param makeSha256 the portable hash, evaluated when it is needed */
export function createHash(
  interpreter: Interpreter, plan: BoardPlan, makeSha256: (this: void) => Sha256,
): Hash {
  const native = plan.hasSha256 ? (builtIn("crypto") as { readonly SHA256: NativeSha256 }).SHA256 : undefined;

  /** The native digest of `message`, or the portable one of the same region. */
  function digestOf(
    message: Uint8Array | string | undefined, source: ByteSource, offsetBytes: number, lengthBytes: number,
  ): Uint8Array {
    const digest = native === undefined || message === undefined ? undefined : native(message);
    if (digest !== undefined) {
      return new Uint8Array(digest);
    }
    const computation = makeSha256();
    const endBytes = offsetBytes + lengthBytes;
    for (let at = offsetBytes; at < endBytes; at += SLOT_CHUNK_BYTES) {
      computation.update(source.read(at, Math.min(SLOT_CHUNK_BYTES, endBytes - at)));
    }
    return computation.finish();
  }

  return {
    crc32(bytes: Uint8Array): number {
      return interpreter.crc32(bytes);
    },
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
  };
}
