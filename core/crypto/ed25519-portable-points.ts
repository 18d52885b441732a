/** Points of the curve -x^2 + y^2 = 1 + d x^2 y^2 of Ed25519 in extended coordinates (RFC 8032 5.1.4). */

import { type FieldConstants, multiply, square, sumAndDifference } from "./field-unrolled";
import { copyElement, doublingTerms, type FieldElement, readElement, zeroElement } from "./field-unrolled-elements";

/** x = X / Z, y = Y / Z, x y = T / Z. */
export interface Point {
  readonly x: FieldElement;
  readonly y: FieldElement;
  readonly z: FieldElement;
  readonly t: FieldElement;
}

/** A point as the second operand of an addition. */
export interface Addend {
  /** Y - X */
  readonly minus: FieldElement;
  /** Y + X */
  readonly plus: FieldElement;
  /** 2 d T */
  readonly twiceDt: FieldElement;
  /** 2 Z, or `undefined` where Z is 1. */
  readonly twiceZ: FieldElement | undefined;
}

/** Memory for intermediate results. */
export type Scratch = readonly [FieldElement, FieldElement, FieldElement, FieldElement];

export function createPoint(): Point {
  return { x: zeroElement(), y: zeroElement(), z: zeroElement(), t: zeroElement() };
}

/** Makes it 0, the neutral point with x = 0 and y = 1. */
export function setNeutral(point: Point): void {
  const zero = zeroElement();
  copyElement(point.x, zero);
  copyElement(point.y, zero);
  copyElement(point.z, zero);
  copyElement(point.t, zero);
  point.y[0]++;
  point.z[0]++;
}

/** For an entry of a table. */
export function createAddend(): Addend {
  return { minus: zeroElement(), plus: zeroElement(), twiceDt: zeroElement(), twiceZ: undefined };
}

export function createScratch(): Scratch {
  return [zeroElement(), zeroElement(), zeroElement(), zeroElement()];
}

/** Reads an entry of a comb table: x, y and d x y. */
export function readAddend(out: Addend, table: Uint8Array, offset: number, field: FieldConstants): void {
  readElement(out.plus, table, offset, 1, field);
  readElement(out.minus, table, offset + 32, 1, field);
  sumAndDifference(out.plus, out.minus, out.minus, out.plus, 1);
  readElement(out.twiceDt, table, offset + 64, 2, field);
}

/** X = E F, Y = G H, Z = F G and, if wanted, T = E H: where additions and doublings end. */
function finish(
  point: Point, e: FieldElement, f: FieldElement, g: FieldElement, h: FieldElement, wantsT: boolean,
  field: FieldConstants,
): void {
  multiply(point.x, e, f, field);
  multiply(point.y, g, h, field);
  multiply(point.z, f, g, field);
  if (wantsT) {
    multiply(point.t, e, h, field);
  }
}

/**
 * Replaces `point` by its double (RFC 8032 5.1.4, with all signs of E to H changed).
 *
 * @param wantsT whether T is needed, as it is by an addition; otherwise T is wrong afterwards
 */
export function doublePoint(point: Point, wantsT: boolean, scratch: Scratch, field: FieldConstants): void {
  const e = scratch[0], f = scratch[1], g = scratch[2], h = scratch[3];
  square(g, point.x, field);
  square(h, point.y, field);
  square(f, point.z, field);
  sumAndDifference(e, point.t, point.x, point.y, 1);
  square(e, e, field);
  doublingTerms(e, f, g, h);
  finish(point, e, f, g, h, wantsT, field);
}

/**
 * Adds `addend` to `point`, or subtracts it. Needs T, and gives it if wanted.
 * The formulas are complete: they hold for every pair of points.
 */
export function addToPoint(
  point: Point, addend: Addend, isSubtracted: boolean, wantsT: boolean, scratch: Scratch, field: FieldConstants,
): void {
  const e = scratch[0], f = scratch[1], g = scratch[2], h = scratch[3];
  sumAndDifference(h, e, point.y, point.x, 1);
  multiply(e, e, isSubtracted ? addend.plus : addend.minus, field);
  multiply(h, h, isSubtracted ? addend.minus : addend.plus, field);
  multiply(g, point.t, addend.twiceDt, field);
  sumAndDifference(h, e, h, e, 1);
  let z = point.z;
  let factor = 2;
  if (addend.twiceZ !== undefined) {
    multiply(f, z, addend.twiceZ, field);
    z = f;
    factor = 1;
  }
  if (isSubtracted) {
    sumAndDifference(f, g, z, g, factor);
  } else {
    sumAndDifference(g, f, z, g, factor);
  }
  finish(point, e, f, g, h, wantsT, field);
}
