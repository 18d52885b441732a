/** Ed25519 verification (RFC 8032 5.1.7) where the engine has native dot products. */
/* eslint-disable no-bitwise -- see field-convolve.ts */

import type { Ed25519Check, Ed25519Services } from "./ed25519";
import { HINTED_SIGNATURE_BYTES } from "./ed25519";
import { decodePoint, hasSign } from "./ed25519-convolve-decode";
import {
  addEntry, addRow, bindOperations, clearSum, doubleSum, ENTRY_BYTES, ROW_LIMBS, saveSum,
} from "./ed25519-convolve-points";
import { isBelowOrder, reduceScalar, signBits, unpackScalar } from "./ed25519-convolve-scalar";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "./ed25519-rules";
import type { ArrayFunctions } from "./field-convolve";
import { convolve, elementsFrom, LIMBS, newBytes, newLimbs } from "./field-convolve";
import { addScaled, CURVE_CONSTANT, isZero, makeCanonical, multiply, unpack } from "./field-convolve-elements";

/** Scalars are odd and below 2 L. */
const SCALAR_BITS = 254;
/** Without a table: odd digits of 5 bits, so the multiples 1, 3 ... 31 of A, and 51 additions. */
const DIGIT_BITS = 5;
const DIGITS_BITS = 255;
const HIGHEST_DIGIT = 250;
const MULTIPLES = 16;

/** Whether x = X / Z. What is multiplied is x + 1, so that a product that is stuck at one value shows. */
function isQuotient(x: Int32Array, numerator: Int32Array, z: Int32Array): boolean {
  const difference = newLimbs(LIMBS);
  x[0] += 1;
  multiply(x, z, difference);
  addScaled(difference, z, -1);
  addScaled(difference, numerator, -1);
  return isZero(difference);
}

/** The rows of 1, 3 ... 31 times a point. */
function multiplesOf(pause: Ed25519Services["pause"], x: Int32Array, y: Int32Array): Int32Array[] {
  const row = newLimbs(ROW_LIMBS);
  const rows: Int32Array[] = [row];
  row.set(y);
  row.set(x, LIMBS);
  row[3 * LIMBS] = 1;
  multiply(x, y, y);
  multiply(CURVE_CONSTANT, y, y);
  row.set(y, 2 * LIMBS);
  clearSum();
  addRow(row, false, false);
  doubleSum(true);
  const twice = saveSum();
  addRow(row, false, true);
  while (rows.push(saveSum()) < MULTIPLES) {
    addRow(twice, false, true);
    pause();
  }
  return rows;
}

/** A hash as engines have it, whose result may be a bare buffer. */
type NativeHash = (this: void, bytes: Uint8Array) => ArrayBuffer | Uint8Array;

/**
 * @param sha512 gives 64 bytes
 * @param pause called between slices of the work, `ED25519_PAUSES_MAX` times at most
 * @param baseTable comb table of the base point; its length tells the number of teeth, 4 to 7
 */
export function createConvolveCheck(
  native: ArrayFunctions, sha512: NativeHash, pause: Ed25519Services["pause"], baseTable: Uint8Array,
): Ed25519Check {
  let teeth = 4;
  while (ENTRY_BYTES << (teeth - 1) < baseTable.length) {
    teeth++;
  }
  // The scalar's bits by the teeth, rounded up.
  const columns = ((SCALAR_BITS - 1) / teeth + 1) | 0;
  const weights = newLimbs(columns * teeth - columns + 1);
  for (let i = 0; i < teeth; i++) {
    weights[columns * i] = 1 << i;
  }
  bindOperations(native);

  /** Adds the entry for the signs of a column (docs/SPEC.md, "Comb tables"). */
  const addColumn = (table: Uint8Array, bits: Uint8Array, column: number, hasT: boolean): void => {
    addEntry(table, convolve(weights, bits, column) - (1 << (teeth - 1)), hasT);
  };

  return (publicKey, message, signature, table) => {
    const isHinted = signature.length === HINTED_SIGNATURE_BYTES;
    const hasTable = table !== undefined;
    if (publicKey.length !== PUBLIC_KEY_BYTES || (!isHinted && signature.length !== SIGNATURE_BYTES) ||
        (hasTable && table.length !== baseTable.length)) {
      return false;
    }
    const s = unpackScalar(signature.subarray(32, 64));
    const x = newLimbs(LIMBS), y = newLimbs(LIMBS);
    if (!isBelowOrder(s) || !decodePoint(pause, publicKey, y, hasTable ? undefined : x)) {
      return false;
    }
    const rows = hasTable ? [] : multiplesOf(pause, x, y);
    const hashed = newBytes(64 + message.length);
    hashed.set(signature.subarray(0, 32));
    hashed.set(publicKey, 32);
    hashed.set(message, 64);
    const k = unpackScalar(newBytes(sha512(hashed)));
    if (isHinted) {
      unpack(signature, SIGNATURE_BYTES, x);
    }
    // A hash of zeros is that of a broken engine, and S B = R would do.
    if (convolve(k, k, 0) === 0 || !decodePoint(pause, signature, y, isHinted ? undefined : x) ||
        !makeCanonical(x) || signature[95] > 127 || !hasSign(x, signature)) {
      return false;
    }
    reduceScalar(k);

    // [S] B + [k] (-A). Without a table of A there are digits of k, and A may be any point, as L is not added to k.
    const kIsEven = (k[0] >> 8) & 1;
    const sSigns = signBits(s, 1 + ((s[0] >> 8) & 1), columns * teeth);
    const kSigns = signBits(k, hasTable ? 1 + kIsEven : 1, hasTable ? columns * teeth : DIGITS_BITS);
    clearSum();
    for (let i = hasTable ? columns - 1 : HIGHEST_DIGIT; i >= 0; i--) {
      const hasDigit = hasTable || i % DIGIT_BITS === 0;
      doubleSum(hasDigit || i < columns);
      if (i < columns) {
        addColumn(baseTable, sSigns, i, hasDigit);
        pause();
      }
      if (hasDigit) {
        if (hasTable) {
          addColumn(table, kSigns, i, false);
        } else {
          const index = convolve([1, 2, 4, 8, 16], kSigns, i) - MULTIPLES;
          addRow(rows[index ^ (index >> 31)], index >= 0, i === 0);
          pause();
        }
      }
    }
    if (!hasTable && kIsEven > 0) {
      // The digits are those of k + 1.
      addRow(rows[0], false, false);
    }
    const row = saveSum(), z = elementsFrom(row, 3);
    // Z is not 0, and the sum is (x, y).
    return !isZero(z) && isQuotient(y, row, z) && isQuotient(x, elementsFrom(row, 1), z);
  };
}
