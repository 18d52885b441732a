/** Inversion and square roots modulo p = 2^255 - 19 by powers with fixed exponents. */

import { type FieldConstants, multiply, square } from "./field-unrolled";
import { copyElement, type FieldElement, zeroElement } from "./field-unrolled-elements";

/** The binary digits of 250 behind the first. */
const DIGITS_OF_250: number[] = [1, 1, 1, 1, 0, 1, 0];

function squareTimes(a: FieldElement, times: number, field: FieldConstants): void {
  for (let i = 0; i < times; i++) {
    square(a, a, field);
  }
}

/**
 * `out` = `a` to the power of 2^252 - 3 = (p - 5) / 8.
 *
 * @param out another array than `a`
 * @param pause called seven times, between slices of the work
 */
export function powerForSquareRoot(
  out: FieldElement, a: FieldElement, field: FieldConstants, pause: (this: void) => void,
): void {
  const z = zeroElement();
  let ones = 1;
  copyElement(out, a);
  // `out` is a to the power of 2^ones - 1.
  for (let i = 0; i < DIGITS_OF_250.length; i++) {
    pause();
    copyElement(z, out);
    squareTimes(out, ones, field);
    multiply(out, out, z, field);
    ones *= 2;
    if (DIGITS_OF_250[i] === 1) {
      squareTimes(out, 1, field);
      multiply(out, out, a, field);
      ones++;
    }
  }
  squareTimes(out, 2, field);
  multiply(out, out, a, field);
}

/**
 * `out` = 1 / `a`, or 0 for 0: `a` to the power of p - 2 = 8 (2^252 - 3) + 3.
 *
 * @param out another array than `a`
 */
export function invert(out: FieldElement, a: FieldElement, field: FieldConstants, pause: (this: void) => void): void {
  const cube = zeroElement();
  square(cube, a, field);
  multiply(cube, cube, a, field);
  powerForSquareRoot(out, a, field, pause);
  squareTimes(out, 3, field);
  multiply(out, out, cube, field);
}
