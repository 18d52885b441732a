/**
 * Espruino's E.convolve and E.mapInPlace for Node, with their semantics to the letter as far as the verifier goes;
 * test/engines/espruino/array-functions.engine.ts holds both against the real ones.
 */

import type { ArrayFunctions } from "../../core/crypto/field-convolve";

type Array32 = Int32Array | Uint8Array;

function convolve(a: Int32Array | number[], b: Array32, offset: number): number {
  const length = b.length;
  let position = ((offset % length) + length) % length;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[position];
    position++;
    if (position === length) {
      position = 0;
    }
  }
  return sum;
}

/** What follows a view in its memory, which is what Espruino reads beyond the end of one. */
function byteBeyond(from: Uint8Array, index: number): number {
  return new Uint8Array(from.buffer)[from.byteOffset + index] ?? 0;
}

function mapInPlace(
  from: Uint8Array,
  to: Array32,
  map?: Int32Array | ((index: number) => number),
  bits = 8,
): void {
  // Espruino regroups in 32-bit integers, so a field of 20 bits behind 7 that are left is about as wide as it can be.
  const fieldBits = Math.abs(bits);
  if (bits > 0 && bits !== 8) {
    throw new RangeError("only least significant bits first");
  }
  let collected = 0;
  let collectedBits = 0;
  let index = 0;
  for (let i = 0; i < to.length && (index < from.length || collectedBits >= fieldBits); i++) {
    while (collectedBits < fieldBits) {
      const byte = index < from.length ? from[index] : byteBeyond(from, index);
      collected |= byte << collectedBits;
      collectedBits += 8;
      index++;
    }
    const field = collected & ((1 << fieldBits) - 1);
    collected >>= fieldBits;
    collectedBits -= fieldBits;
    to[i] = map === undefined ? field : typeof map === "function" ? map(field) : map[field];
  }
}

export const arrayFunctions: ArrayFunctions = { convolve, mapInPlace };
