/**
 * Arithmetic modulo p = 2^255 - 19 for engines whose only fast arithmetic is a dot product of arrays (Espruino's
 * E.convolve). Engines without typed arrays and bitwise operators never load this file.
 *
 * An element is 13 limbs of 20 bits, signed: |limb| <= 2^19, but the last one, of 15 bits, <= 2^14. As a left operand
 * its limbs ascend. As a right operand it is a block of 26: the limbs descend, and behind them is 608 times the same,
 * because 2^260 = 608 modulo p. Then column k of the product is one dot product, from index 12 - k of the block. So is
 * the sum of products, of two blocks in a row with two left operands that have 13 zeros between them. A left operand of
 * one limb needs nothing behind the limbs of its block.
 */
/* eslint-disable no-restricted-globals -- engines that lack these cannot run this file anyway */

export const LIMBS = 13;
/** 2^260 modulo p. */
export const FOLD = 608;
export const BLOCK = 26;

/** What `mapInPlace` replaces an integer by: the element of an array at this index, or a function's value. */
export type Replacement = Int32Array | ((index: number) => number);

/** Espruino's native functions on arrays. */
export interface ArrayFunctions {
  /** Sum over i of a[i] * b[(i + offset) modulo b.length], in doubles, from the first to the last. */
  convolve(this: void, a: Int32Array | number[], b: Int32Array | Uint8Array, offset: number): number;
  /**
   * Stores the replacements of the elements of `from` in `to`, as many as there is room for. With negative `bits`,
   * `from` is first cut into unsigned fields of so many bits, least significant first, the last one filled up by
   * whatever follows `from` in memory.
   */
  mapInPlace(this: void, from: Uint8Array, to: Int32Array | Uint8Array, map?: Replacement, bits?: number): void;
}

/**
 * out = a product or a sum of products, limbs descending; then what all want, `mapInPlace(from, to, map)`. The first
 * argument is of no meaning: it is the variable that is used most, and the first one is found fastest.
 */
export type Product = (
  this: void,
  nothing: number,
  column: (offset: number) => number,
  out: Int32Array,
  from: Uint8Array,
  to: Int32Array,
  map: Replacement,
) => void;

/** The engine's functions. There is one engine, so these are not handed around. */
export let convolve: ArrayFunctions["convolve"];
export let mapInPlace: ArrayFunctions["mapInPlace"];
export let product: Product;

/**
 * Says what to calculate with. The product is unrolled, since a loop costs Espruino more than the arithmetic in it. As
 * text, because it would be an eighth of the verifier's size, and is to be alone in its scope: Espruino looks for
 * variables one by one.
 */
export function useArrayFunctions(native: ArrayFunctions): void {
  convolve = native.convolve;
  mapInPlace = native.mapInPlace;
  let text = "return function(t,c,o,i,d,f){t=c(12);";
  for (let k = 12; k > 0; k--) {
    // A limb is what is left of a column when its lower 20 bits, signed, are taken; the rest goes to the next column.
    text += ["t=c(", k - 1, ")+(t-(o[", k, "]=t<<12>>12))/1048576;"].join("");
  }
  // What is above bit 255 comes back 19 times at the bottom, and reaches the second limb.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above; the text is constant
  product = (new Function("m", text +
    "t=o[12]+(t-(o[0]=t<<17>>17))/32768*19;" +
    "o[11]+=(t-(o[12]=t<<12>>12))/1048576;" +
    "m(i,d,f)}") as (map: unknown) => Product)(mapInPlace);
}

/** The columns of a product, for the offsets 12 to 0. */
export function columnsOf(left: Int32Array, right: Int32Array): (offset: number) => number {
  return convolve.bind(0 as never, left, right);
}

/** Zeros, or what is given. */
export function newBytes(content: number | ArrayBuffer | Uint8Array): Uint8Array {
  return new Uint8Array(content as ArrayBuffer);
}

/** Zeros. */
export function newLimbs(count: number): Int32Array {
  return new Int32Array(count);
}

/** The elements of an array from element number `index`, if one follows the other. */
export function elementsFrom(array: Int32Array, index: number): Int32Array {
  return array.subarray(LIMBS * index);
}

/** Indices of limbs: 0 to 12, or 12 to 0. */
export const UP: Uint8Array = newBytes(LIMBS);
export const DOWN: Uint8Array = newBytes(LIMBS);

for (let i = 0; i < LIMBS; i++) {
  UP[i] = DOWN[12 - i] = i;
}
