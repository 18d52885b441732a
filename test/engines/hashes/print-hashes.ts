/** Prints digests of many lengths, for an engine without a test runner; the host compares them. */

import { toHex } from "../portable/check";

declare function print(this: void, text: string): void;

type Digest = (this: void, bytes: Uint8Array) => Uint8Array;

export const PRINTED_LENGTH_MAX = 300;

function pattern(lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++) {
    bytes[i] = (i * 7 + lengthBytes) % 256;
  }
  return bytes;
}

/** One line per length and algorithm: `hash sha256 17 6d1f...`. */
export function printHashes(sha256: Digest, sha512: Digest): void {
  for (let length = 0; length <= PRINTED_LENGTH_MAX; length++) {
    const bytes = pattern(length);
    print("hash sha256 " + length.toString() + " " + toHex(sha256(bytes)));
    print("hash sha512 " + length.toString() + " " + toHex(sha512(bytes)));
  }
}
