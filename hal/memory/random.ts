/** Bytes that count up from a start value: a test can tell which bytes went where. Never random. */

import type { Random } from "../random";

/**
 * @param firstByte 0..255, the first byte handed out; the next is one more, modulo 256
 */
export function createMemoryRandom(firstByte: number): Random {
  let next = firstByte;
  return {
    trusted: false,
    bytes(lengthBytes: number): Uint8Array {
      const bytes = new Uint8Array(lengthBytes);
      for (let i = 0; i < lengthBytes; i++) {
        bytes[i] = next;
        next = (next + 1) % 256;
      }
      return bytes;
    },
  };
}
