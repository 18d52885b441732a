/** Hashes for searches of millions of short readings: a table in JavaScript beats a call of native code there. */

import type { Hash } from "../../hal/hash";

/** Longest message for which the table is faster than zlib. */
const SHORT_BYTES_MAX = 128;

const TABLE = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  }
  return crc >>> 0;
});

/** CRC-32 as core/ports.ts wants it. */
export function shortCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** CRC-32 of 32 erased bytes: most of what a journal page holds. */
const BLANK_RECORD_CRC = 0xff6cab0b;
const RECORD_BYTES = 32;

function isBlankRecord(bytes: Uint8Array): boolean {
  if (bytes.length !== RECORD_BYTES) {
    return false;
  }
  for (let i = 0; i < RECORD_BYTES; i++) {
    if (bytes[i] !== 0xff) {
      return false;
    }
  }
  return true;
}

function crc32Of(bytes: Uint8Array, hash: Hash): number {
  if (isBlankRecord(bytes)) {
    return BLANK_RECORD_CRC;
  }
  return bytes.length <= SHORT_BYTES_MAX ? shortCrc32(bytes) : hash.crc32(bytes);
}

/** `hash` with a faster CRC-32 of records and checkpoints. */
export function createFastHash(hash: Hash): Hash {
  return {
    ...hash,
    crc32: (bytes) => crc32Of(bytes, hash),
  };
}
