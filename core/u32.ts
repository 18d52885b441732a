/**
 * Unsigned 32-bit arithmetic for one source on JavaScript and Lua 5.3. Results are 0..2^32-1 on both: `>>> 0` masks
 * a 64-bit Lua integer exactly as it converts an int32 of JavaScript. Beside the hashes, whose inner loops
 * a call would make twice as slow, the only module that may use bit operators.
 */

const TWO_POW_32 = 4294967296;

export function u32And(a: number, b: number): number {
  return (a & b) >>> 0;
}

export function u32Or(a: number, b: number): number {
  return (a | b) >>> 0;
}

export function u32Xor(a: number, b: number): number {
  return (a ^ b) >>> 0;
}

export function u32Not(a: number): number {
  return ~a >>> 0;
}

/** @param count 0..31 */
export function u32ShiftLeft(a: number, count: number): number {
  return (a << count) >>> 0;
}

/** @param count 0..31 */
export function u32ShiftRight(a: number, count: number): number {
  return a >>> count;
}

/** @param count 1..31 */
export function u32RotateRight(a: number, count: number): number {
  return ((a >>> count) | (a << (32 - count))) >>> 0;
}

/** Sum modulo 2^32 of numbers that stay exact in a double. */
export function u32Add(a: number, b: number): number {
  return (a + b) % TWO_POW_32;
}
