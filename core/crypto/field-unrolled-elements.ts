/** Elements of the field modulo p = 2^255 - 19 as field-unrolled.ts keeps them: reading, comparing, sums, powers. */

import { FIELD_LIMBS, type FieldConstants, limbUnit } from "./field-unrolled";

export type FieldElement = number[];

export function zeroElement(): FieldElement {
  const element: FieldElement = [];
  for (let k = 0; k < FIELD_LIMBS; k++) {
    element.push(0 / 1);
  }
  return element;
}

export function copyElement(out: FieldElement, a: FieldElement): void {
  for (let k = 0; k < FIELD_LIMBS; k++) {
    out[k] = a[k];
  }
}

/** The element with these limbs, in multiples of their units. */
export function elementOf(limbs: number[], field: FieldConstants): FieldElement {
  const element: FieldElement = [];
  for (let k = 0; k < FIELD_LIMBS; k++) {
    element.push(limbs[k] * limbUnit(field, k));
  }
  return element;
}

/**
 * Reads 32 little-endian bytes without their highest bit; the limbs are carried. 64 bits are three limbs.
 *
 * @param factor 1 or 2: what the number is multiplied with
 */
export function readElement(
  out: FieldElement, bytes: Uint8Array, offset: number, factor: number, field: FieldConstants,
): void {
  let scale = factor / 1;
  let t = 0 / 1;
  for (let k = 0; k < FIELD_LIMBS; k += 3) {
    const at = offset + k / 3 * 8;
    const m0 = field[k], m1 = field[k + 1], m2 = field[k + 2];
    const top = k < 9 ? bytes[at + 7] : bytes[at + 7] % 128;
    t += (bytes[at] + bytes[at + 1] * 256 + bytes[at + 2] * 65536) * scale;
    scale *= 16777216;
    let q = t + m0 - m0;
    out[k] = t - q;
    t = q + (bytes[at + 3] + bytes[at + 4] * 256 + bytes[at + 5] * 65536) * scale;
    scale *= 16777216;
    q = t + m1 - m1;
    out[k + 1] = t - q;
    t = q + (bytes[at + 6] + top * 256) * scale;
    scale *= 65536;
    q = t + m2 - m2;
    out[k + 2] = t - q;
    t = q;
  }
  out[0] += t * field[FIELD_LIMBS];
}

/**
 * What a doubling multiplies in the end, from squares: with x^2 in `g`, y^2 in `h`, z^2 in `f` and (x + y)^2 in `e`,
 * H = x^2 + y^2, E = H - (x + y)^2, G = x^2 - y^2 and F = 2 z^2 + G. Not carried.
 */
export function doublingTerms(e: FieldElement, f: FieldElement, g: FieldElement, h: FieldElement): void {
  for (let k = 0; k < FIELD_LIMBS; k++) {
    const x = g[k];
    const y = h[k];
    const z = f[k];
    h[k] = x + y;
    e[k] = x + y - e[k];
    g[k] = x - y;
    f[k] = z + z + x - y;
  }
}

/** Carries from limb to limb, so that each is from 0 to below the next limb's unit. Gives what goes beyond limb 11. */
function carry(out: FieldElement, a: FieldElement, added: number, field: FieldConstants): number {
  let t = added;
  for (let k = 0; k < FIELD_LIMBS; k++) {
    const unit = limbUnit(field, k + 1);
    t += a[k];
    const q = Math.floor(t / unit) * unit;
    out[k] = t - q;
    t = q;
  }
  return t / limbUnit(field, FIELD_LIMBS);
}

function isInRange(a: FieldElement, field: FieldConstants): boolean {
  for (let k = 0; k < FIELD_LIMBS; k++) {
    const digit = a[k] / limbUnit(field, k);
    // Also false for NaN.
    if (!(digit >= 0 && a[k] < limbUnit(field, k + 1) && Math.floor(digit) === digit)) {
      return false;
    }
  }
  return true;
}

/**
 * The one form of an element in which limbs can be compared: below p, all limbs positive.
 *
 * @param out another array than `a`
 * @returns whether every limb is a whole number in its range; `false` means that the arithmetic went wrong
 */
export function toCanonical(out: FieldElement, a: FieldElement, field: FieldConstants): boolean {
  // The first two bring the value below 2^255 + 19 * 2^12, the third takes away 2^255 if it still is beyond.
  let beyond = carry(out, a, 0, field);
  beyond = carry(out, out, 19 * beyond, field);
  beyond = carry(out, out, 19 * beyond, field);
  if (beyond !== 0) {
    return false;
  }
  // A value from p on reaches 2^255 with 19 more; what is left then is the value minus p.
  const isBeyondP = carry(zeroElement(), out, 19, field);
  carry(out, out, 19 * isBeyondP, field);
  return isInRange(out, field);
}

/** Whether two elements are the same modulo p; false too if the arithmetic went wrong. */
export function elementsAreEqual(a: FieldElement, b: FieldElement, field: FieldConstants): boolean {
  const x = zeroElement();
  const y = zeroElement();
  if (!toCanonical(x, a, field) || !toCanonical(y, b, field)) {
    return false;
  }
  for (let k = 0; k < FIELD_LIMBS; k++) {
    if (x[k] !== y[k]) {
      return false;
    }
  }
  return true;
}
