/** Points from their encodings (RFC 8032 5.1.3), on the arithmetic of field-convolve.ts. */
/* eslint-disable no-bitwise -- see field-convolve.ts */

import { LIMBS, newLimbs } from "./field-convolve";
import { addScaled, CURVE_CONSTANT, isZero, makeCanonical, multiply, unpack } from "./field-convolve-elements";

/** Whether the sign of a canonical x is that of an encoding. */
export function hasSign(x: Int32Array, encoding: Uint8Array): boolean {
  return x[0] % 2 === encoding[31] >> 7;
}

/**
 * Reads y of an encoding and, where `x` is given, finds x: x^2 = u / v with u = y^2 - 1 and v = d y^2 + 1.
 *
 * @returns `false` if y is not reduced; if y belongs to a point of small order, by the rules of ed25519-rules.ts: 1, 0
 * and -1 have the orders 1, 4 and 2, and points of order 8 have x^2 = -y^2, so that y^2 v + u = 0; if there is no x
 */
export function decodePoint(
  pause: (this: void) => void,
  encoding: Uint8Array,
  y: Int32Array,
  x: Int32Array | undefined,
): boolean {
  const u = newLimbs(LIMBS);
  const v = newLimbs(LIMBS);
  const a = newLimbs(LIMBS);
  const b = newLimbs(LIMBS);
  unpack(encoding, 0, y);
  const isReduced = makeCanonical(y);
  multiply(y, y, u);
  multiply(CURVE_CONSTANT, u, v);
  v[0] += 1;
  multiply(u, v, a);
  u[0] -= 1;
  addScaled(a, u, 1);
  multiply(u, a, a);
  multiply(y, a, a);
  if (!isReduced || isZero(a)) {
    return false;
  }
  if (x === undefined) {
    return true;
  }
  // Atkin's method, for a fraction. With a = 2 u v and b = a^((p - 5) / 8), a b^2 is a root of -1 if u / v is a square.
  // Then (a b^2 - 1)^2 = -2 a b^2, and x = u b (a b^2 - 1), as v x^2 = u (a / 2) b^2 (-2 a b^2) = -u (a b^2)^2 = u.
  multiply(u, v, a);
  addScaled(a, a, 1);
  // (p - 5) / 8 = 2^252 - 3 begins with 250 ones. Their number is doubled, and increased, as the bits of 250 are read.
  let ones = 1;
  x.set(a);
  for (let bit = 64; bit > 0; bit >>= 1) {
    b.set(x);
    for (let i = ones; i > 0; i--) {
      multiply(x, x, x);
      if ((i & 31) === 0) {
        pause();
      }
    }
    multiply(b, x, x);
    ones *= 2;
    if ((250 & bit) !== 0) {
      multiply(x, x, x);
      multiply(a, x, x);
      ones++;
    }
  }
  multiply(x, x, x);
  multiply(x, x, x);
  multiply(a, x, x);
  multiply(x, x, b);
  multiply(a, b, b);
  b[0] -= 1;
  multiply(b, x, x);
  multiply(u, x, x);
  makeCanonical(x);
  if (!hasSign(x, encoding)) {
    addScaled(x, x, -2);
    makeCanonical(x);
  }
  multiply(x, x, b);
  multiply(v, b, b);
  addScaled(b, u, -1);
  return isZero(b);
}
