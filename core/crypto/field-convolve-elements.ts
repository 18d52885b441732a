/** Single elements of the field of field-convolve.ts, limbs ascending: for what is done once. */
/* eslint-disable no-bitwise, no-restricted-globals -- see field-convolve.ts */

import {
  BLOCK, columnsOf, convolve, DOWN, elementsFrom, FOLD, LIMBS, mapInPlace, newLimbs, product, UP,
} from "./field-convolve";

/** The replacement of an index by `by` times the element of `array` there. */
export function scaled(array: Int32Array, by: number): (index: number) => number {
  const factors = newLimbs(1);
  factors[0] = by;
  return columnsOf(factors, array);
}

/** An element from 32 bytes, little endian, without their highest bit, to the first 13 limbs of `element`. */
export function unpack(bytes: Uint8Array, offset: number, element: Int32Array): void {
  mapInPlace(bytes.subarray(offset, offset + 32), element, undefined, -20);
  element[12] &= 32767;
}

/** The curve's constant d = -121665 / 121666. */
export const CURVE_CONSTANT: Int32Array = new Int32Array([
  620707, 827701, 387917, 887479, 868673, 458916, 563200, 489374, 475257, 473292, 749566, 446178, 20995,
]);

const factor = newLimbs(BLOCK);
/** For products that are kept elsewhere. */
export const scratch: Int32Array = newLimbs(LIMBS);
let foldFactor: (this: void) => void;

/** To be called once the functions of field-convolve.ts are there. */
export function bindMultiply(): void {
  foldFactor = mapInPlace.bind(0 as never, UP, elementsFrom(factor, 1), scaled(factor, FOLD));
}

/** out = a * b; `out` may be one of them. */
export function multiply(a: Int32Array, b: Int32Array, out: Int32Array): void {
  mapInPlace(DOWN, factor, b);
  foldFactor();
  product(0, convolve.bind(0 as never, a, factor), scratch, DOWN, out, scratch);
}

/** Adds `start`, and carries once. What is above bit 255 is returned. */
function carry(element: Int32Array, start: number): number {
  let t = start;
  for (let i = 0; i < 12; i++) {
    t += element[i];
    t = (t - (element[i] = t & 1048575)) / 1048576;
  }
  t += element[12];
  return (t - (element[12] = t & 32767)) / 32768;
}

/**
 * Reduces an element whose limbs are below 2^30 in size to limbs that are not negative, of a number below p.
 *
 * @returns whether it was so, if only its limbs were not negative
 */
export function makeCanonical(element: Int32Array): boolean {
  const lowest = element[0];
  // The first carry leaves a few multiples of 2^255, the second one at most.
  carry(element, 19 * carry(element, 19 * carry(element, 0)));
  if (carry(element, 19) === 0) {
    carry(element, -19);
  }
  return element[0] === lowest;
}

/** Adds `by` times `element` to `sum`, limb by limb. */
export function addScaled(sum: Int32Array, element: Int32Array, by: number): void {
  for (let i = 0; i < LIMBS; i++) {
    sum[i] += by * element[i];
  }
}

/** Whether an element is 0 modulo p. Makes it canonical. */
export function isZero(element: Int32Array): boolean {
  makeCanonical(element);
  let bits = 0;
  for (let i = 0; i < LIMBS; i++) {
    bits |= element[i];
  }
  return bits === 0;
}
