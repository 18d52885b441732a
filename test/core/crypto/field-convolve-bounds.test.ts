/**
 * The bounds of Ed25519 by dot products, computed by its own sequence of operations: every cell of every operand holds
 * the largest magnitude that its value may have, the engine's functions add up magnitudes, and carrying leaves the
 * largest limb there can be. Repeated until nothing grows any more, in every order of operations.
 */

import assert from "node:assert/strict";
import { reduceScalar, unpackScalar } from "../../../core/crypto/ed25519-convolve-scalar";
import {
  addEntry, addRow, bindOperations, clearSum, doubleSum, saveSum,
} from "../../../core/crypto/ed25519-convolve-points";
import { type ArrayFunctions, LIMBS, newLimbs, type Product } from "../../../core/crypto/field-convolve";
import { addScaled, makeCanonical, multiply } from "../../../core/crypto/field-convolve-elements";
import { arrayFunctions } from "../../support/convolve";

const DOUBLE_LIMIT = 2 ** 53;
const INT32_LIMIT = 2 ** 31;
const LIMB = 2 ** 19;
const TOP_LIMB = 2 ** 14;

let largestSum = 0;
let largestCell = 0;

function checkSum(sum: number): number {
  largestSum = Math.max(largestSum, sum);
  assert.ok(sum < DOUBLE_LIMIT, `a sum of ${sum} is not exact in a double`);
  return sum;
}

function checkCell(value: number): number {
  largestCell = Math.max(largestCell, value);
  assert.ok(value < INT32_LIMIT, `a cell of ${value} does not fit in 32 bits`);
  return value;
}

const magnitudes: ArrayFunctions = {
  convolve(a, b, offset) {
    const { length } = b;
    let sum = 0;
    Array.from(a).forEach((value, index) => {
      sum += Math.abs(value) * Math.abs(b[(((offset + index) % length) + length) % length]);
    });
    return checkSum(sum);
  },
  mapInPlace(from, to, map, bits) {
    if (bits !== undefined) {
      arrayFunctions.mapInPlace(from, to, map, bits);
      return;
    }
    assert.ok(map !== undefined);
    Array.from(from.subarray(0, to.length)).forEach((index, place) => {
      to[place] = checkCell(Math.abs(typeof map === "function" ? map(index) : map[index]));
    });
  },
};

/** What `product` of field-convolve.ts does, step by step, on magnitudes. */
const productOfMagnitudes: Product = (_nothing, column, out, from, to, map) => {
  const carried = (sum: number, limb: number): number => (checkSum(sum) + limb) / (2 * limb);
  let sum = column(12);
  for (let k = 12; k > 0; k--) {
    out[k] = LIMB;
    sum = column(k - 1) + carried(sum, LIMB);
  }
  out[0] = TOP_LIMB;
  sum = LIMB + 19 * carried(sum, TOP_LIMB);
  out[11] = checkCell(Math.ceil(LIMB + carried(sum, LIMB)));
  out[12] = LIMB;
  magnitudes.mapInPlace(from, to, map);
};

/** The text that the real product is made of: the model above follows it line by line. */
let text = "";

function useMagnitudes(): void {
  const real = globalThis.Function;
  globalThis.Function = function (_parameter: string, body: string) {
    text = body;
    return () => productOfMagnitudes;
  } as unknown as FunctionConstructor;
  try {
    bindOperations(magnitudes);
  } finally {
    globalThis.Function = real;
  }
}

describe("the bounds of Ed25519 by dot products", () => {
  before(useMagnitudes);

  after(() => {
    bindOperations(arrayFunctions);
  });

  it("are those of the product's own text", () => {
    const columns = Array.from({ length: 12 }, (_, i) => 12 - i)
      .map((k) => `t=c(${k - 1})+(t-(o[${k}]=t<<12>>12))/1048576;`)
      .join("");
    assert.equal(
      text,
      `return function(t,c,o,i,d,f){t=c(12);${columns}` +
        "t=o[12]+(t-(o[0]=t<<17>>17))/32768*19;o[11]+=(t-(o[12]=t<<12>>12))/1048576;m(i,d,f)}",
    );
  });

  it("stay within a double and 32 bits whatever points are added and doubled, in any order and number", () => {
    const table = new Uint8Array(96).fill(255);
    let before = "";
    for (let round = 0; round < 50; round++) {
      clearSum();
      const rows = [saveSum()];
      // Every operation after every other one; what a round saves is added in the next.
      for (const second of [0, 1, 2, 3, 4]) {
        for (const first of [0, 1, 2, 3, 4]) {
          for (const operation of [first, second]) {
            if (operation === 0) {
              doubleSum(true);
            } else if (operation <= 2) {
              addEntry(table, operation === 1 ? 0 : -1, true);
            } else {
              addRow(rows[rows.length - 1], operation === 4, true);
            }
            rows.push(saveSum());
          }
        }
      }
      const widest = rows.reduce((sum, row) => sum.map((value, i) => Math.max(value, row[i])), Array.from(rows[0]));
      const state = widest.join();
      if (state === before) {
        // Room is left; a limit that were never reached would prove nothing.
        assert.ok(largestSum > 2 ** 40 && largestCell > 2 ** 20 && largestCell < 2 ** 30);
        return;
      }
      before = state;
    }
    assert.fail("the bounds grow for ever");
  });

  it("stay within them in products of any elements, also of differences and sums as they are compared", () => {
    const wide = newLimbs(LIMBS).fill(2 ** 20);
    const out = newLimbs(LIMBS);
    multiply(wide, wide, out);
    multiply(out, out, out);
    const sum = newLimbs(LIMBS).fill(2 ** 20);
    addScaled(sum, out, 1);
    addScaled(sum, wide, 2);
    assert.ok(Math.max(...sum) < 2 ** 30);
  });

  it("are enough for scalars: those with the largest and smallest limbs are reduced as they should be", () => {
    bindOperations(arrayFunctions);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const valueOf = (limbs: Int32Array): bigint =>
      limbs.subarray(0, 14).reduceRight((sum, limb) => sum * 2n ** 20n + BigInt(limb), 0n);
    const multiples = [0n, 1n, 2n, 2n ** 256n, 2n ** 258n, 2n ** 259n].flatMap((factor) =>
      [-1n, 0n, 1n].map((more) => factor * order + more),
    );
    const patterns = Array.from({ length: 4096 }, (_, pattern) =>
      Array.from({ length: 26 }, (_limb, i) => ((pattern >> (i % 12)) & 1) * (2 ** 20 - 1)),
    ).map((limbs) => limbs.reduceRight((sum, limb) => sum * 2n ** 20n + BigInt(limb), 0n));
    for (const number of [...multiples, ...patterns, 2n ** 512n - 1n]) {
      if (number < 0n) {
        continue;
      }
      const value = number % 2n ** 512n;
      const bytes = Uint8Array.from({ length: 64 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
      const limbs = unpackScalar(bytes);
      reduceScalar(limbs);
      assert.equal(valueOf(limbs), (value % order - order) * 256n);
    }
  });

  it("a reduction takes limbs of up to 2^30 in size, of either sign, to one number below p", () => {
    const prime = 2n ** 255n - 19n;
    const valueOf = (limbs: Int32Array): bigint =>
      limbs.reduceRight((sum, limb) => sum * 2n ** 20n + BigInt(limb), 0n);
    for (let pattern = 0; pattern < 2 ** LIMBS; pattern++) {
      const limbs = newLimbs(LIMBS).map((_, i) => ((pattern >> i) & 1) === 1 ? 2 ** 30 - 1 : 1 - 2 ** 30);
      const expected = ((valueOf(limbs) % prime) + prime) % prime;
      makeCanonical(limbs);
      assert.equal(valueOf(limbs), expected);
      assert.ok(limbs.every((limb, i) => limb >= 0 && limb < (i === 12 ? 2 ** 15 : 2 ** 20)));
    }
  });
});
