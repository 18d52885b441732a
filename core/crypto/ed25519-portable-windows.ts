/** Multiples of a public key that was not known when tables were built. */

import { addToPoint, type Addend, createPoint, doublePoint, type Point, type Scratch } from "./ed25519-portable-points";
import { type FieldConstants, multiply, square, sumAndDifference } from "./field-unrolled";
import {
  copyElement, elementOf, elementsAreEqual, type FieldElement, readElement, toCanonical, zeroElement,
} from "./field-unrolled-elements";
import { powerForSquareRoot } from "./field-unrolled-powers";

/** Odd multiples from 1 to 15. */
const MULTIPLES = 8;

/** 2 d, d being the constant of the curve (RFC 8032 5.1). */
const TWICE_D: number[] = [
  3338585, 938138, 1931987, 242006, 2413588, 7170, 1298736, 497527, 418720, 2096359, 975542, 590262,
];

/** A square root of -1. */
const ROOT_OF_MINUS_1: number[] = [
  958640, 826664, 1613251, 1041528, 13673, 387171, 1824679, 313839, 709440, 122635, 262782, 712905,
];

const TWO: number[] = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/**
 * RFC 8032 5.1.3 steps 2 and 3: x^2 = (y^2 - 1) / (d y^2 + 1), with numerator and denominator doubled.
 *
 * @returns false if no point has this y
 */
function findX(x: FieldElement, y: FieldElement, field: FieldConstants, pause: (this: void) => void): boolean {
  const u = zeroElement(), v = zeroElement(), w = zeroElement(), power = zeroElement();
  const two = elementOf(TWO, field);
  square(u, y, field);
  multiply(v, u, elementOf(TWICE_D, field), field);
  sumAndDifference(v, w, v, two, 1);
  sumAndDifference(w, u, u, two, 2);
  // x = u v^3 (u v^7)^((p - 5) / 8)
  square(w, v, field);
  multiply(w, w, v, field);
  multiply(x, w, u, field);
  square(w, w, field);
  multiply(w, w, v, field);
  multiply(w, w, u, field);
  powerForSquareRoot(power, w, field, pause);
  multiply(x, x, power, field);
  for (let i = 0; i < 2; i++) {
    square(w, x, field);
    multiply(w, w, v, field);
    if (elementsAreEqual(w, u, field)) {
      return true;
    }
    multiply(x, x, elementOf(ROOT_OF_MINUS_1, field), field);
  }
  return false;
}

/** The negative of an encoded point; `undefined` if the bytes, which are below p, are no point of the curve. */
export function decodeNegative(
  bytes: Uint8Array, field: FieldConstants, pause: (this: void) => void,
): Point | undefined {
  const point = createPoint();
  const zero = zeroElement();
  const canonical = zeroElement();
  readElement(point.y, bytes, 0, 1, field);
  if (!findX(point.x, point.y, field, pause) || !toCanonical(canonical, point.x, field)) {
    return undefined;
  }
  if (canonical[0] % 2 === Math.floor(bytes[31] / 128)) {
    sumAndDifference(canonical, point.x, zero, point.x, 1);
  }
  point.z[0]++;
  multiply(point.t, point.x, point.y, field);
  return point;
}

function toAddend(point: Point, twiceD: FieldElement, field: FieldConstants): Addend {
  const addend = { minus: zeroElement(), plus: zeroElement(), twiceDt: zeroElement(), twiceZ: zeroElement() };
  sumAndDifference(addend.plus, addend.minus, point.y, point.x, 1);
  sumAndDifference(addend.twiceZ, addend.twiceDt, point.z, point.z, 1);
  multiply(addend.twiceDt, point.t, twiceD, field);
  return addend;
}

/** 1, 3, 5 ... 15 times a point, which becomes 15 times itself. */
export function oddMultiples(point: Point, scratch: Scratch, field: FieldConstants): Addend[] {
  const twiceD = elementOf(TWICE_D, field);
  const double = createPoint();
  copyElement(double.x, point.x);
  copyElement(double.y, point.y);
  copyElement(double.z, point.z);
  doublePoint(double, true, scratch, field);
  const step = toAddend(double, twiceD, field);
  const multiples: Addend[] = [toAddend(point, twiceD, field)];
  while (multiples.length < MULTIPLES) {
    addToPoint(point, step, false, true, scratch, field);
    multiples.push(toAddend(point, twiceD, field));
  }
  return multiples;
}
