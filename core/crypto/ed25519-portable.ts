/**
 * Ed25519 signature checks (RFC 8032 5.1.7) for engines without native arithmetic on large numbers: plain doubles, so
 * it runs on JerryScript, on Lua and, slowly, on every other engine. [S]B + [k](-A) is computed with comb tables where
 * the key has one, otherwise with windows of 5 bits, and compared with R without the factor 8.
 */

import type { Ed25519Check, Ed25519Services } from "./ed25519";
import {
  type Comb, combOf, entryOffset, hashInput, inputIsAcceptable, isAdded, SCALAR_BITS, setHighestDigit,
} from "./ed25519-portable-input";
import {
  addToPoint, type Addend, createAddend, createPoint, createScratch, doublePoint, type Point, readAddend, type Scratch,
  setNeutral,
} from "./ed25519-portable-points";
import { makeOdd, reduceScalar, scalarBits, scalarIsZero, windowDigits } from "./ed25519-portable-scalars";
import { decodeNegative, oddMultiples } from "./ed25519-portable-windows";
import { SIGNATURE_BYTES } from "./ed25519-rules";
import { createFieldConstants, type FieldConstants, multiply } from "./field-unrolled";
import {
  elementOf, elementsAreEqual, readElement, toCanonical, zeroElement,
} from "./field-unrolled-elements";
import { invert } from "./field-unrolled-powers";

/** A pause after so many doublings; additions come with them in the comb, and rarely without a table. */
const COLUMNS_PER_PAUSE = 4;
const DOUBLINGS_PER_PAUSE = 8;

const TWO: number[] = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const FOUR: number[] = [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** What a verifier keeps from check to check. */
interface Workspace {
  readonly field: FieldConstants;
  readonly services: Ed25519Services;
  readonly baseTable: Uint8Array;
  readonly comb: Comb;
  readonly point: Point;
  readonly addend: Addend;
  readonly scratch: Scratch;
}

/** The digits of a scalar for the comb; changes the limbs. */
function combBits(limbs: number[], comb: Comb): number[] {
  makeOdd(limbs);
  const bits = scalarBits(limbs);
  setHighestDigit(bits, comb);
  return bits;
}

/** Adds the entry for one column of a comb. */
function addColumn(bits: number[], column: number, table: Uint8Array, wantsT: boolean, work: Workspace): void {
  readAddend(work.addend, table, entryOffset(bits, column, work.comb), work.field);
  addToPoint(work.point, work.addend, !isAdded(bits, column, work.comb), wantsT, work.scratch, work.field);
}

/** [S]B + [k](-A) with tables for both. */
function combineByTables(sBits: number[], k: number[], table: Uint8Array, work: Workspace): void {
  const kBits = combBits(k, work.comb);
  for (let column = work.comb.columns - 1; column >= 0; column--) {
    if (column % COLUMNS_PER_PAUSE === 0) {
      work.services.pause();
    }
    doublePoint(work.point, true, work.scratch, work.field);
    addColumn(sBits, column, work.baseTable, true, work);
    addColumn(kBits, column, table, false, work);
  }
}

/** [S]B + [k](-A): the columns of the base point's comb are the last doublings of the key's windows. */
function combineByWindows(sBits: number[], k: number[], multiples: Addend[], work: Workspace): void {
  const point = work.point, scratch = work.scratch, field = work.field, columns = work.comb.columns;
  const digits = windowDigits(scalarBits(k));
  for (let i = SCALAR_BITS - 1; i >= 0; i--) {
    if (i % DOUBLINGS_PER_PAUSE === 0) {
      work.services.pause();
    }
    const digit = digits[i];
    doublePoint(point, digit !== 0 || i < columns, scratch, field);
    if (digit !== 0) {
      addToPoint(point, multiples[(Math.abs(digit) - 1) / 2], digit < 0, i < columns, scratch, field);
    }
    if (i < columns) {
      addColumn(sBits, i, work.baseTable, false, work);
    }
  }
}

/** Puts [S]B + [k](-A) into `work.point`; false if A is no point of the curve. */
function combine(
  publicKey: Uint8Array, signature: Uint8Array, k: number[], table: Uint8Array | undefined, work: Workspace,
): boolean {
  const sBits = combBits(reduceScalar(signature, 32, 32), work.comb);
  setNeutral(work.point);
  if (table !== undefined) {
    combineByTables(sBits, k, table, work);
    return true;
  }
  const negative = decodeNegative(publicKey, work.field, work.services.pause);
  if (negative === undefined) {
    return false;
  }
  combineByWindows(sBits, k, oddMultiples(negative, work.scratch, work.field), work);
  return true;
}

/**
 * Whether `work.point` is R: X = x Z and Y = y Z for the y of the signature and an x that has its sign. Where x comes
 * from does not matter, so neither the hint nor the inversion is trusted.
 */
function isR(signature: Uint8Array, work: Workspace): boolean {
  const field = work.field, point = work.point;
  const x = zeroElement(), y = zeroElement(), product = zeroElement();
  if (signature.length === SIGNATURE_BYTES) {
    invert(y, point.z, field, work.services.pause);
    multiply(product, point.x, y, field);
  } else {
    readElement(product, signature, 64, 1, field);
  }
  if (!toCanonical(x, product, field) || x[0] % 2 !== Math.floor(signature[31] / 128)) {
    return false;
  }
  readElement(y, signature, 0, 1, field);
  multiply(x, x, point.z, field);
  multiply(y, y, point.z, field);
  // If multiplication or comparison gave one and the same result for everything, it would be seen here.
  multiply(product, elementOf(TWO, field), elementOf(TWO, field), field);
  return elementsAreEqual(product, elementOf(FOUR, field), field) &&
    !elementsAreEqual(point.z, zeroElement(), field) &&
    elementsAreEqual(x, point.x, field) && elementsAreEqual(y, point.y, field);
}

function createWorkspace(baseTable: Uint8Array, services: Ed25519Services): Workspace {
  return {
    field: createFieldConstants(),
    services,
    baseTable,
    comb: combOf(baseTable),
    point: createPoint(),
    addend: createAddend(),
    scratch: createScratch(),
  };
}

/**
 * Makes a verifier for one comb table of the base point, which says how many teeth the tables of keys have.
 *
 * @param baseTable 96 * 2^(teeth - 1) bytes, teeth from 4 to 7
 */
export function createPortableEd25519(baseTable: Uint8Array, services: Ed25519Services): Ed25519Check {
  const work = createWorkspace(baseTable, services);
  return (publicKey, message, signature, table): boolean => {
    if (!inputIsAcceptable(publicKey, signature, table, baseTable)) {
      return false;
    }
    const k = reduceScalar(services.sha512(hashInput(publicKey, message, signature)), 0, 64);
    // No message is known whose k is 0, and then no key would be needed.
    return !scalarIsZero(k) && combine(publicKey, signature, k, table, work) && isR(signature, work);
  };
}
