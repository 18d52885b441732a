/**
 * Arithmetic modulo p = 2^255 - 19 in doubles, for engines that have nothing faster: limb k is a multiple of 2^e(k),
 * e(k) = ceil(21.25 k), so that products of limbs need no shifts. Everything is written out, since loops and array
 * accesses cost an interpreter more than multiplications.
 *
 * A limb is carried if it is at most half of the next limb's unit in size (limb 1 a little more); what `multiply` and
 * `square` write is. Operands may be sums of carried elements; up to which size no bit is lost is computed by
 * test/core/crypto/field-unrolled-bounds.test.ts.
 */

export const FIELD_LIMBS = 12;

/**
 * What the arithmetic keeps in memory, because decimal literals of this size are inexact on Espruino:
 * 0 to 11: 1.5 * 2^(52 + e(k + 1)); adding and subtracting it rounds to a multiple of 2^e(k + 1).
 * 12: 19 * 2^-255, which brings what is beyond limb 11 back to limb 0.
 */
export type FieldConstants = number[];

/** 1.5 * 2^52. Divided, so that it is a double in Lua too, and with it all limbs. */
const ROUNDING = 13510798882111488 / 2;

export function createFieldConstants(): FieldConstants {
  const constants: FieldConstants = [];
  let rounding = ROUNDING;
  let bits = 0;
  for (let k = 1; k <= FIELD_LIMBS; k++) {
    while (4 * bits < 85 * k) {
      rounding *= 2;
      bits++;
    }
    constants.push(rounding);
  }
  let wrap = 19 / 1;
  for (let i = 0; i < 255; i++) {
    wrap /= 2;
  }
  constants.push(wrap);
  return constants;
}

/** 2^e(k), the unit of limb `k`; `k` may be 12. */
export function limbUnit(field: FieldConstants, k: number): number {
  return (k === 0 ? ROUNDING : field[k - 1]) / ROUNDING;
}

/** `out` = `a` * `b`, carried. All three may be the same. */
export function multiply(out: number[], a: number[], b: number[], field: FieldConstants): void {
  const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8],
    a9 = a[9], a10 = a[10], a11 = a[11];
  const b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6], b7 = b[7], b8 = b[8],
    b9 = b[9], b10 = b[10], b11 = b[11];
  const m0 = field[0], m1 = field[1], m2 = field[2], m3 = field[3], m4 = field[4], m5 = field[5], m6 = field[6],
    m7 = field[7], m8 = field[8], m9 = field[9], m10 = field[10], m11 = field[11], wrap = field[12];
  let t = a0 * b0 + wrap * (a1 * b11 + a2 * b10 + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 +
    a9 * b3 + a10 * b2 + a11 * b1);
  let q = t + m0 - m0;
  const r0 = t - q;
  t = q + a0 * b1 + a1 * b0 + wrap * (a2 * b11 + a3 * b10 + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 +
    a9 * b4 + a10 * b3 + a11 * b2);
  q = t + m1 - m1;
  const r1 = t - q;
  t = q + a0 * b2 + a1 * b1 + a2 * b0 + wrap * (a3 * b11 + a4 * b10 + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 +
    a9 * b5 + a10 * b4 + a11 * b3);
  q = t + m2 - m2;
  out[2] = t - q;
  t = q + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + wrap * (a4 * b11 + a5 * b10 + a6 * b9 + a7 * b8 + a8 * b7 +
    a9 * b6 + a10 * b5 + a11 * b4);
  q = t + m3 - m3;
  out[3] = t - q;
  t = q + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + wrap * (a5 * b11 + a6 * b10 + a7 * b9 + a8 * b8 +
    a9 * b7 + a10 * b6 + a11 * b5);
  q = t + m4 - m4;
  out[4] = t - q;
  t = q + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + wrap * (a6 * b11 + a7 * b10 + a8 * b9 +
    a9 * b8 + a10 * b7 + a11 * b6);
  q = t + m5 - m5;
  out[5] = t - q;
  t = q + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + wrap * (a7 * b11 + a8 * b10 +
    a9 * b9 + a10 * b8 + a11 * b7);
  q = t + m6 - m6;
  out[6] = t - q;
  t = q + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + wrap * (a8 * b11 +
    a9 * b10 + a10 * b9 + a11 * b8);
  q = t + m7 - m7;
  out[7] = t - q;
  t = q + a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0 +
    wrap * (a9 * b11 + a10 * b10 + a11 * b9);
  q = t + m8 - m8;
  out[8] = t - q;
  t = q + a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0 +
    wrap * (a10 * b11 + a11 * b10);
  q = t + m9 - m9;
  out[9] = t - q;
  t = q + a0 * b10 + a1 * b9 + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + a9 * b1 +
    a10 * b0 + wrap * (a11 * b11);
  q = t + m10 - m10;
  out[10] = t - q;
  t = q + a0 * b11 + a1 * b10 + a2 * b9 + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + a9 * b2 +
    a10 * b1 + a11 * b0;
  q = t + m11 - m11;
  out[11] = t - q;
  t = r0 + q * wrap;
  q = t + m0 - m0;
  out[0] = t - q;
  out[1] = r1 + q;
}

/** `out` = `a` * `a`, carried. */
export function square(out: number[], a: number[], field: FieldConstants): void {
  const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8],
    a9 = a[9], a10 = a[10], a11 = a[11];
  const d0 = a0 + a0, d1 = a1 + a1, d2 = a2 + a2, d3 = a3 + a3, d4 = a4 + a4, d5 = a5 + a5, d6 = a6 + a6,
    d7 = a7 + a7, d8 = a8 + a8, d9 = a9 + a9, d10 = a10 + a10;
  const m0 = field[0], m1 = field[1], m2 = field[2], m3 = field[3], m4 = field[4], m5 = field[5], m6 = field[6],
    m7 = field[7], m8 = field[8], m9 = field[9], m10 = field[10], m11 = field[11], wrap = field[12];
  let t = a0 * a0 + wrap * (a6 * a6 + d1 * a11 + d2 * a10 + d3 * a9 + d4 * a8 + d5 * a7);
  let q = t + m0 - m0;
  const r0 = t - q;
  t = q + d0 * a1 + wrap * (d2 * a11 + d3 * a10 + d4 * a9 + d5 * a8 + d6 * a7);
  q = t + m1 - m1;
  const r1 = t - q;
  t = q + a1 * a1 + d0 * a2 + wrap * (a7 * a7 + d3 * a11 + d4 * a10 + d5 * a9 + d6 * a8);
  q = t + m2 - m2;
  out[2] = t - q;
  t = q + d0 * a3 + d1 * a2 + wrap * (d4 * a11 + d5 * a10 + d6 * a9 + d7 * a8);
  q = t + m3 - m3;
  out[3] = t - q;
  t = q + a2 * a2 + d0 * a4 + d1 * a3 + wrap * (a8 * a8 + d5 * a11 + d6 * a10 + d7 * a9);
  q = t + m4 - m4;
  out[4] = t - q;
  t = q + d0 * a5 + d1 * a4 + d2 * a3 + wrap * (d6 * a11 + d7 * a10 + d8 * a9);
  q = t + m5 - m5;
  out[5] = t - q;
  t = q + a3 * a3 + d0 * a6 + d1 * a5 + d2 * a4 + wrap * (a9 * a9 + d7 * a11 + d8 * a10);
  q = t + m6 - m6;
  out[6] = t - q;
  t = q + d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + wrap * (d8 * a11 + d9 * a10);
  q = t + m7 - m7;
  out[7] = t - q;
  t = q + a4 * a4 + d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + wrap * (a10 * a10 + d9 * a11);
  q = t + m8 - m8;
  out[8] = t - q;
  t = q + d0 * a9 + d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5 + wrap * (d10 * a11);
  q = t + m9 - m9;
  out[9] = t - q;
  t = q + a5 * a5 + d0 * a10 + d1 * a9 + d2 * a8 + d3 * a7 + d4 * a6 + wrap * (a11 * a11);
  q = t + m10 - m10;
  out[10] = t - q;
  t = q + d0 * a11 + d1 * a10 + d2 * a9 + d3 * a8 + d4 * a7 + d5 * a6;
  q = t + m11 - m11;
  out[11] = t - q;
  t = r0 + q * wrap;
  q = t + m0 - m0;
  out[0] = t - q;
  out[1] = r1 + q;
}

/** `sum` = `factor` * `a` + `b`, `difference` = `factor` * `a` - `b`, not carried. */
export function sumAndDifference(sum: number[], difference: number[], a: number[], b: number[], factor: number): void {
  let x = factor * a[0];
  let y = b[0];
  sum[0] = x + y;
  difference[0] = x - y;
  x = factor * a[1];
  y = b[1];
  sum[1] = x + y;
  difference[1] = x - y;
  x = factor * a[2];
  y = b[2];
  sum[2] = x + y;
  difference[2] = x - y;
  x = factor * a[3];
  y = b[3];
  sum[3] = x + y;
  difference[3] = x - y;
  x = factor * a[4];
  y = b[4];
  sum[4] = x + y;
  difference[4] = x - y;
  x = factor * a[5];
  y = b[5];
  sum[5] = x + y;
  difference[5] = x - y;
  x = factor * a[6];
  y = b[6];
  sum[6] = x + y;
  difference[6] = x - y;
  x = factor * a[7];
  y = b[7];
  sum[7] = x + y;
  difference[7] = x - y;
  x = factor * a[8];
  y = b[8];
  sum[8] = x + y;
  difference[8] = x - y;
  x = factor * a[9];
  y = b[9];
  sum[9] = x + y;
  difference[9] = x - y;
  x = factor * a[10];
  y = b[10];
  sum[10] = x + y;
  difference[10] = x - y;
  x = factor * a[11];
  y = b[11];
  sum[11] = x + y;
  difference[11] = x - y;
}
