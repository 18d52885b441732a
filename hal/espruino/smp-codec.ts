/**
 * What the console framing needs done to runs of bytes, by Espruino's native functions. There is none for a CRC of 16
 * bits: that takes two bytes in each step, with a table for either.
 */

import type { SmpCodec } from "../../core/smp/codec";

declare function atob(this: void, text: string): string;
declare function btoa(this: void, text: string): string;
declare const E: {
  toString(bytes: Uint8Array, text?: string): string;
  toArrayBuffer(text: string): ArrayBuffer;
};

/** Base64 of three bytes that are 0. */
const THREE_ZEROES = "AAAA";
const PADDING = 61;

function swap(word: number): number {
  return (word & 255) << 8 | word >> 8;
}

/** The steps of a CRC by a word's second byte; both bytes of the CRC are swapped, as they are in words of memory. */
function createSecondTable(): Uint16Array {
  const table = new Uint16Array(256);
  for (let i = 0; i < 256; i++) {
    const sum = i ^ i >> 4;
    table[i] = swap((sum ^ sum << 5 ^ sum << 12) & 65535);
  }
  return table;
}

/** The same for a word's first byte, which takes one step more. */
function createFirstTable(second: Uint16Array): Uint16Array {
  const table = new Uint16Array(256);
  for (let i = 0; i < 256; i++) {
    table[i] = second[second[i] & 255] ^ second[i] >> 8;
  }
  return table;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(E.toArrayBuffer(text));
}

/**
 * The interpreter looks names up in the order in which a function has them, parameters first: so the tables are
 * parameters. A condition that is read again costs a quarter of a step: so there are four steps to one.
 *
 * @param crc swapped, as the result is before its end
 */
function crcOf(bytes: Uint8Array, crc: number, first: Uint16Array, second: Uint16Array): number {
  let i = 0;
  const count = bytes.length >> 1;
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  const wholeSteps = count & ~3;
  while (i < wholeSteps) {
    crc = first[(crc ^= words[i++]) & 255] ^ second[crc >> 8];
    crc = first[(crc ^= words[i++]) & 255] ^ second[crc >> 8];
    crc = first[(crc ^= words[i++]) & 255] ^ second[crc >> 8];
    crc = first[(crc ^= words[i++]) & 255] ^ second[crc >> 8];
  }
  while (i < count) {
    crc = first[(crc ^= words[i++]) & 255] ^ second[crc >> 8];
  }
  if (bytes.length % 2 === 1) {
    crc = second[crc & 255 ^ bytes[bytes.length - 1]] ^ crc >> 8;
  }
  return swap(crc);
}

/** Takes 1 KiB for its tables. */
export function createSmpCodec(): SmpCodec {
  const second = createSecondTable();
  const first = createFirstTable(second);
  return {
    toBase64: (bytes) => bytesOf(btoa(E.toString(bytes))),

    /** Characters that are no base64 come out as any bytes: the CRC finds them. */
    fromBase64(text): Uint8Array | undefined {
      const length = text.length;
      if (length % 4 !== 0 || length === 0) {
        return length === 0 ? new Uint8Array(0) : undefined;
      }
      // `atob` takes less than nothing for the length of a text like "   =", and asks for 4 GiB: never end with that.
      const bytes = bytesOf(atob(E.toString(text, THREE_ZEROES)));
      const padding = text[length - 1] === PADDING ? text[length - 2] === PADDING ? 2 : 1 : 0;
      // It skips blanks, which gives fewer bytes.
      return bytes.length === length / 4 * 3 + 3 ? bytes.subarray(0, length / 4 * 3 - padding) : undefined;
    },

    crc16: (bytes, before) => crcOf(bytes, swap(before), first, second),

    indexOf: (bytes, value) => E.toString(bytes).indexOf(String.fromCharCode(value)),
  };
}
