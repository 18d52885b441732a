/** Scalars modulo the group order L = 2^252 + 27742317777372353535851937790883648493, and their bits. */
/* eslint-disable no-bitwise -- see field-convolve.ts */

import { mapInPlace, newBytes, newLimbs } from "./field-convolve";

/** The 13 limbs, of 20 bits, of 256 (L - 2^252). 256 * 2^252 is limb 13, all of it. */
const ORDER: number[] = [257280, 380765, 156442, 877953, 194460, 1023466, 5342, 0, 0, 0, 0, 0, 0];

/** Adds `factor` times 256 L, `shift` limbs up, and carries as far as limb 13 + shift, which is returned. */
function addOrder(x: Int32Array, shift: number, factor: number): number {
  let t = 0;
  for (let i = 0; i < 13; i++) {
    t += x[i + shift] + factor * ORDER[i];
    t = (t - (x[i + shift] = t & 1048575)) / 1048576;
  }
  return x[13 + shift] += t + factor;
}

/** 256 times a number of at most 64 bytes, little endian: 26 whole limbs, which ascend. */
export function unpackScalar(bytes: Uint8Array): Int32Array {
  const padded = newBytes(65);
  const x = newLimbs(27);
  padded.set(bytes, 1);
  mapInPlace(padded, x, undefined, -20);
  return x;
}

/** Subtracts L from a number of 32 bytes. Whether that makes it negative. */
export function isBelowOrder(x: Int32Array): boolean {
  return addOrder(x, 0, -1) < 0;
}

/**
 * Reduces a number of 64 bytes modulo L, to one from -L to -1. What this is to be, that is L more, is even where bit 8
 * of the lowest limb is set.
 */
export function reduceScalar(x: Int32Array): void {
  for (let i = 12; i >= 0; i--) {
    // What the limb above has left is a sign: it goes with this one.
    addOrder(x, i, -(x[13 + i] += 1048576 * x[14 + i]));
  }
  for (let i = 0; i < 2; i++) {
    if (x[13] >= 0) {
      addOrder(x, 0, -1);
    }
  }
}

/**
 * Adds L to a number, `times` times, and gives the bits of the half of that, one in a byte, the least significant one
 * first, and bit `count` - 1 set: the digits 1 and -1, `count` of them, of an odd scalar.
 */
export function signBits(x: Int32Array, times: number, count: number): Uint8Array {
  const bits = newBytes(284);
  addOrder(x, 0, times);
  for (let i = 0; i < 14; i++) {
    // eslint-disable-next-line no-restricted-syntax -- a view; this file is not for Lua
    mapInPlace(new Uint8Array(x.buffer, 4 * i, 3), bits.subarray(20 * i), undefined, -1);
  }
  bits[8 + count] = 1;
  return bits.subarray(9);
}
