/**
 * That no number leaves what a double or an Int32Array holds exactly. The verifier's own code runs on functions that
 * take every number for a bound of its size: a dot product is the sum of the products of sizes, and what it gives is at
 * least as large and leaves the largest limb and the largest carry. So each array holds, limb by limb, the most that it
 * may ever hold, and whatever order the operations come in, one step from there is the worst step.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addEntry, addRow, bindOperations, clearSum, doubleSum, ROW_LIMBS, saveSum,
} from "../../../core/crypto/ed25519-convolve-points";
import { isBelowOrder, reduceScalar, signBits, unpackScalar } from "../../../core/crypto/ed25519-convolve-scalar";
import type { ArrayFunctions } from "../../../core/crypto/field-convolve";
import { LIMBS } from "../../../core/crypto/field-convolve";
import { isZero, makeCanonical, multiply, unpack } from "../../../core/crypto/field-convolve-elements";
import { arrayFunctions } from "../../support/convolve";
import { littleEndian, ORDER, PRIME } from "./ed25519-portable-cases";

const EXACT = 2 ** 53;
const LIMB = 2 ** 20;
const TOP = 2 ** 15;

interface Bounds {
  readonly functions: ArrayFunctions;
  /** The largest dot product with its carry, and the largest number in an Int32Array. */
  largestSum: number;
  largestElement: number;
}

/** The engine's functions on bounds. */
function boundFunctions(): Bounds {
  let carry = 0;
  let isMapping = false;

  function convolve(a: Int32Array | number[], b: Int32Array | Uint8Array, offset: number): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] * b[(i + offset) % b.length]);
    }
    bounds.largestSum = Math.max(bounds.largestSum, sum);
    if (isMapping) {
      return -sum;
    }
    // A column of a product: the offsets go from 12 to 0. The verifier carries as it always does.
    const whole = sum + (offset === 12 ? 0 : -carry);
    const column = offset > 0
      ? -(Math.ceil(whole / LIMB) * LIMB + LIMB / 2)
      // The top limb; 19 times what is above it leaves nothing in the lowest limb, and the largest carry.
      : -(Math.ceil(whole / TOP / LIMB) * TOP * LIMB + TOP / 2);
    const before = offset === 12 ? 0 : carry;
    carry = (column + LIMB / 2) / LIMB;
    bounds.largestSum = Math.max(bounds.largestSum, -column);
    return column - before;
  }

  function mapInPlace(
    from: Uint8Array, to: Int32Array | Uint8Array, map?: Int32Array | ((index: number) => number), bits?: number,
  ): void {
    isMapping = true;
    const count = bits === undefined ? from.length : Math.ceil((from.length * 8) / -bits);
    for (let i = 0; i < Math.min(count, to.length); i++) {
      const value = bits === undefined ? (typeof map === "function" ? map(from[i]) : map![from[i]]) : 2 ** -bits - 1;
      bounds.largestElement = Math.max(bounds.largestElement, Math.abs(value));
      to[i] = value;
    }
    isMapping = false;
  }

  const bounds: Bounds = { functions: { convolve, mapInPlace }, largestSum: 0, largestElement: 0 };
  return bounds;
}

const elementOf = (limb: number, top: number): Int32Array =>
  Int32Array.from({ length: LIMBS }, (_, i) => (i === 12 ? top : limb));

/** What `makeCanonical` leaves, with room for the 1 that is added to some. */
const canonical = elementOf(LIMB, TOP);
/** What a product leaves is held to be less in "a product of the largest elements". */
const produced = elementOf(LIMB / 2 + 2 ** 14, TOP / 2);
/** Two of these added. */
const doubled = produced.map((limb) => 2 * limb + 2);

const valueOf = (element: Int32Array): bigint => element.reduceRight((sum, limb) => sum * 0x100000n + BigInt(limb), 0n);
const modulo = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

describe("bounds of Ed25519 by native dot products", () => {
  afterEach(() => {
    bindOperations(arrayFunctions);
  });

  function assertExact(bounds: Bounds): void {
    assert.ok(bounds.largestSum > 2 ** 50, "the worst case is near, or this test sees nothing");
    assert.ok(bounds.largestSum < EXACT, `a sum of 2^${Math.log2(bounds.largestSum)}`);
    assert.ok(bounds.largestElement > 2 ** 28 && bounds.largestElement < 2 ** 31, `${bounds.largestElement} stored`);
  }

  it("doubling and additions stay exact, whatever the point", () => {
    const bounds = boundFunctions();
    bindOperations(bounds.functions);
    const table = new Uint8Array(96);
    // The row of a key, and from then on those of sums.
    let row = new Int32Array(ROW_LIMBS);
    [canonical, canonical, canonical, produced].forEach((element, i) => row.set(element, i * LIMBS));
    clearSum();
    let before = 0;
    for (let round = 0; round < 6; round++) {
      before = bounds.largestSum;
      doubleSum(true);
      addEntry(table, 0, true);
      addEntry(table, -1, true);
      addRow(row, false, true);
      addRow(row, true, true);
      doubleSum(true);
      doubleSum(false);
      const saved = saveSum();
      row = row.map((limb, i) => Math.max(Math.abs(limb), Math.abs(saved[i])));
    }
    // Nothing grows any more.
    assert.equal(bounds.largestSum, before);
    assertExact(bounds);
  });

  it("a product of the largest elements stays exact, and its limbs are those of a product", () => {
    const bounds = boundFunctions();
    bindOperations(bounds.functions);
    for (const a of [canonical, produced, doubled]) {
      for (const b of [canonical, produced, doubled]) {
        const out = new Int32Array(LIMBS);
        multiply(a, b, out);
        out.forEach((limb, i) => assert.ok(Math.abs(limb) <= produced[i], `limb ${i}: ${limb}`));
      }
    }
    assertExact(bounds);
  });

  it("the same test finds limbs that are one bit too large", () => {
    const bounds = boundFunctions();
    bindOperations(bounds.functions);
    multiply(elementOf(2 * LIMB, 2 * TOP), canonical, new Int32Array(LIMBS));
    assert.ok(bounds.largestSum >= EXACT);
  });

  it("products are right with limbs of any size up to these", () => {
    bindOperations(arrayFunctions);
    const limb = fc.oneof(fc.constantFrom(1, -1), fc.double({ min: -1, max: 1, noNaN: true }));
    const element = fc.array(limb, { minLength: LIMBS, maxLength: LIMBS })
      .map((parts) => Int32Array.from(parts, (part, i) => Math.trunc(part * doubled[i])));
    fc.assert(fc.property(element, element, (a, b) => {
      const out = new Int32Array(LIMBS);
      multiply(a, b, out);
      assert.ok(out.every((value, i) => Math.abs(value) <= produced[i]), out.join());
      const expected = modulo(valueOf(a) * valueOf(b), PRIME);
      assert.equal(modulo(valueOf(out), PRIME), expected);
      makeCanonical(out);
      assert.equal(valueOf(out), expected);
    }), { numRuns: 2000 });
  });

  it("numbers from 0 to 2^255 - 1 become canonical, and only p and 0 are 0", () => {
    const near = [0n, 1n, 18n, 19n, 20n, PRIME - 1n, PRIME, PRIME + 1n, PRIME + 18n, 2n ** 255n - 1n, 2n ** 254n];
    for (const number of near) {
      const element = new Int32Array(LIMBS);
      unpack(littleEndian(number), 0, element);
      assert.equal(makeCanonical(element), number < PRIME, String(number));
      assert.equal(valueOf(element), number % PRIME);
      assert.equal(isZero(element), number % PRIME === 0n);
    }
    for (const factor of [-4, -3, -2, -1, 1, 2, 3, 4]) {
      const element = new Int32Array(LIMBS);
      unpack(littleEndian(PRIME), 0, element);
      const sum = element.map((limb) => factor * limb);
      assert.ok(isZero(sum), `${factor} p`);
      const other = element.map((limb, i) => factor * limb + (i === 5 ? 1 : 0));
      assert.ok(!isZero(other), `${factor} p and more`);
    }
  });

  it("512-bit numbers are reduced modulo L", () => {
    const check = (number: bigint): void => {
      const bytes = Uint8Array.from({ length: 64 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
      const scalar = unpackScalar(bytes);
      reduceScalar(scalar);
      // The highest of the bits is one more than those of the half, and its lowest bit is missing.
      const isOdd = ((scalar[0] >> 8) & 1) === 0;
      const bits = signBits(scalar, 1, 270);
      const half = bits.reduceRight((sum, bit, i) => 2n * sum + BigInt(i === 269 ? 0 : bit), 0n);
      assert.equal(2n * half + (isOdd ? 1n : 0n), number % ORDER);
    };
    for (let multiple = 0n; multiple < 2n ** 260n; multiple = multiple * 4n + 1n) {
      for (const difference of [-1n, 0n, 1n]) {
        check(modulo(multiple * ORDER + difference, 2n ** 512n));
        check(modulo(2n ** 512n - 1n - multiple * ORDER + difference, 2n ** 512n));
      }
    }
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 512n - 1n }), check), { numRuns: 1000 });
  });

  it("only numbers below L count as such", () => {
    const numbers = [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 252n - 1n, 2n ** 252n, 2n ** 253n, 2n ** 256n - 1n];
    for (const number of numbers) {
      assert.equal(isBelowOrder(unpackScalar(littleEndian(number))), number < ORDER, String(number));
    }
  });
});
