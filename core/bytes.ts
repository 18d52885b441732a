/** Fixed-width little-endian fields in byte arrays, and comparisons. */

import { assert } from "./assert";

export function readU16(bytes: Uint8Array, offsetBytes: number): number {
  assert(offsetBytes + 2 <= bytes.length, 1);
  return bytes[offsetBytes] + bytes[offsetBytes + 1] * 256;
}

export function readU32(bytes: Uint8Array, offsetBytes: number): number {
  return readU16(bytes, offsetBytes) + readU16(bytes, offsetBytes + 2) * 65536;
}

export function writeU16(bytes: Uint8Array, offsetBytes: number, value: number): void {
  assert(value >= 0 && value < 65536, 2);
  bytes[offsetBytes] = value % 256;
  bytes[offsetBytes + 1] = Math.floor(value / 256);
}

export function writeU32(bytes: Uint8Array, offsetBytes: number, value: number): void {
  let rest = value;
  for (let i = 0; i < 4; i++) {
    bytes[offsetBytes + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  assert(rest === 0, 3);
}

/**
 * Whether `length` bytes are the same. Looks at every byte, so that the time does not tell where they differ
 * (as far as an interpreter can promise that).
 */
export function equalBytes(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number, length: number): boolean {
  let differing = 0;
  for (let i = 0; i < length; i++) {
    if (a[aOffset + i] !== b[bOffset + i]) {
      differing++;
    }
  }
  return differing === 0;
}

/** Whether `bytes` starts with all of `prefix`. Looks at every byte of the prefix, as `equalBytes`. */
export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  let differing = 0;
  for (let i = 0; i < prefix.length; i++) {
    if (bytes[i] !== prefix[i]) {
      differing++;
    }
  }
  return differing === 0;
}

/** `length` bytes from `offset`, in the memory of `bytes`. */
export function viewBytes(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return bytes.subarray(offset, offset + length);
}

/**
 * A copy of `length` bytes from `offset`. Instead of `slice`, which gives a plain array on Espruino; and the range has
 * to lie within `bytes`, because Espruino's `subarray` does not stop at the end.
 */
export function copyBytes(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(viewBytes(bytes, offset, length), 0);
  return copy;
}

/** Whether `length` bytes all have the value `value`. */
export function isFilled(bytes: Uint8Array, offset: number, length: number, value: number): boolean {
  for (let i = 0; i < length; i++) {
    if (bytes[offset + i] !== value) {
      return false;
    }
  }
  return true;
}

/** `value` rounded up to a multiple of `unit`. */
export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
