/**
 * Ed25519 signature checks (RFC 8032 5.1.7) on JerryScript with BigInt: products of 256 bits in C instead of 300
 * operations of the interpreter. The equation and its tables are those of core/crypto/ed25519-portable.ts.
 */

import type { Ed25519Check, Ed25519Services } from "../../core/crypto/ed25519";
import {
  COMB_ENTRY_BYTES, type Comb, combOf, entryOffset, hashInput, inputIsAcceptable, isAdded, SCALAR_BITS,
  setHighestDigit,
} from "../../core/crypto/ed25519-portable-input";
import { windowDigits } from "../../core/crypto/ed25519-portable-scalars";
import { SIGNATURE_BYTES } from "../../core/crypto/ed25519-rules";

declare function BigInt(value: number | string): bigint;
declare class BigUint64Array {
  constructor(buffer: ArrayBufferLike);
  [index: number]: bigint;
}

/** A pause after so many doublings. */
const COLUMNS_PER_PAUSE = 4;
const DOUBLINGS_PER_PAUSE = 8;

/** The binary digits of 250 behind the first. */
const DIGITS_OF_250: number[] = [1, 1, 1, 1, 0, 1, 0];

/** Extended coordinates; each is below p in size and may be negative. */
interface Point {
  x: bigint;
  y: bigint;
  z: bigint;
  t: bigint;
}

/** A point as the second operand of an addition: Y - X, Y + X, 2 d T and 2 Z. */
interface Addend {
  readonly minus: bigint;
  readonly plus: bigint;
  readonly twiceDt: bigint;
  readonly twiceZ: bigint;
}

/** Numbers that have no literals in ES5, and the memory between bytes and numbers. */
interface Workspace {
  readonly services: Ed25519Services;
  readonly baseTable: Uint8Array;
  readonly comb: Comb;
  readonly p: bigint;
  readonly order: bigint;
  readonly twiceD: bigint;
  readonly rootOfMinus1: bigint;
  readonly zero: bigint;
  readonly one: bigint;
  readonly two: bigint;
  readonly wordBits: bigint;
  readonly bytes: Uint8Array;
  readonly words: BigUint64Array;
}

function createWorkspace(baseTable: Uint8Array, services: Ed25519Services): Workspace {
  const bytes = new Uint8Array(COMB_ENTRY_BYTES);
  return {
    services,
    baseTable,
    comb: combOf(baseTable),
    p: BigInt("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"),
    order: BigInt("0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed"),
    twiceD: BigInt("0x2406d9dc56dffce7198e80f2eef3d13000e0149a8283b156ebd69b9426b2f159"),
    rootOfMinus1: BigInt("0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0"),
    zero: BigInt(0),
    one: BigInt(1),
    two: BigInt(2),
    wordBits: BigInt(64),
    bytes,
    words: new BigUint64Array(bytes.buffer),
  };
}

/** `count` 64-bit words of the workspace's memory from word `first`, as one number. All targets are little endian. */
function joinWords(work: Workspace, first: number, count: number): bigint {
  let value = work.words[first + count - 1];
  for (let i = first + count - 2; i >= first; i--) {
    value = (value << work.wordBits) + work.words[i];
  }
  return value;
}

/** A little-endian number. @param length 32, 64 or 96 */
function readNumber(bytes: Uint8Array, offset: number, length: number, work: Workspace): bigint {
  work.bytes.set(bytes.subarray(offset, offset + length), 0);
  return joinWords(work, 0, length / 8);
}

/** A coordinate; the highest bit of its 32 bytes is a sign and left out. */
function readCoordinate(bytes: Uint8Array, offset: number, work: Workspace): bigint {
  work.bytes.set(bytes.subarray(offset, offset + 32), 0);
  work.bytes[31] %= 128;
  return joinWords(work, 0, 4);
}

/** The binary digits of a number below 2^256, and zeros. */
function binaryDigits(value: bigint, work: Workspace): number[] {
  let rest = value;
  for (let i = 0; i < 5; i++) {
    work.words[i] = rest % (work.one << work.wordBits);
    rest >>= work.wordBits;
  }
  const digits: number[] = [];
  for (let i = 0; i < 40; i++) {
    let byte = work.bytes[i];
    for (let j = 0; j < 8; j++) {
      digits.push(byte & 1);
      byte >>= 1;
    }
  }
  return digits;
}

/** The representative from 0 to p - 1. */
function canonical(value: bigint, p: bigint): bigint {
  const rest = value % p;
  return rest < 0 ? rest + p : rest;
}

function doublePoint(point: Point, wantsT: boolean, p: bigint): void {
  const sum = point.x + point.y;
  const xx = point.x * point.x;
  const yy = point.y * point.y;
  const zz = point.z * point.z;
  const h = (xx + yy) % p;
  const e = (h - sum * sum) % p;
  const g = (xx - yy) % p;
  const f = (zz + zz + g) % p;
  point.x = e * f % p;
  point.y = g * h % p;
  point.z = f * g % p;
  if (wantsT) {
    point.t = e * h % p;
  }
}

/** Adds or subtracts. Needs T, and gives it. The formulas hold for every pair of points. */
function addToPoint(point: Point, addend: Addend, isSubtracted: boolean, p: bigint): void {
  const a = (point.y - point.x) * (isSubtracted ? addend.plus : addend.minus);
  const b = (point.y + point.x) * (isSubtracted ? addend.minus : addend.plus);
  const c = isSubtracted ? -point.t * addend.twiceDt : point.t * addend.twiceDt;
  const d = point.z * addend.twiceZ;
  const e = (b - a) % p;
  const f = (d - c) % p;
  const g = (d + c) % p;
  const h = (b + a) % p;
  point.x = e * f % p;
  point.y = g * h % p;
  point.z = f * g % p;
  point.t = e * h % p;
}

function addColumn(point: Point, bits: number[], column: number, table: Uint8Array, work: Workspace): void {
  const offset = entryOffset(bits, column, work.comb);
  work.bytes.set(table.subarray(offset, offset + COMB_ENTRY_BYTES), 0);
  const x = joinWords(work, 0, 4);
  const y = joinWords(work, 4, 4);
  const dt = joinWords(work, 8, 4);
  const addend = { minus: y - x, plus: y + x, twiceDt: dt + dt, twiceZ: work.two };
  addToPoint(point, addend, !isAdded(bits, column, work.comb), work.p);
}

/** `a` to the power of 2^252 - 3 = (p - 5) / 8. */
function powerForSquareRoot(a: bigint, p: bigint): bigint {
  let power = a;
  let ones = 1;
  // `power` is a to the power of 2^ones - 1.
  for (let i = 0; i < DIGITS_OF_250.length; i++) {
    const factor = power;
    for (let j = 0; j < ones; j++) {
      power = power * power % p;
    }
    power = power * factor % p;
    ones *= 2;
    if (DIGITS_OF_250[i] === 1) {
      power = power * power % p * a % p;
      ones++;
    }
  }
  power = power * power % p;
  power = power * power % p;
  return power * a % p;
}

/** 1 / `a`: `a` to the power of p - 2 = 8 (2^252 - 3) + 3. */
function invert(a: bigint, p: bigint): bigint {
  let power = powerForSquareRoot(a, p);
  for (let i = 0; i < 3; i++) {
    power = power * power % p;
  }
  return power * (a * a % p) % p * a % p;
}

/** The negative of an encoded point (RFC 8032 5.1.3), `undefined` if the bytes are no point of the curve. */
function decodeNegative(bytes: Uint8Array, work: Workspace): Point | undefined {
  const p = work.p;
  const y = readCoordinate(bytes, 0, work);
  const yy = y * y % p;
  const u = canonical(yy + yy - work.two, p);
  const v = (yy * work.twiceD + work.two) % p;
  const cube = v * v % p * v % p;
  let x = u * cube % p * powerForSquareRoot(cube * cube % p * v % p * u % p, p) % p;
  if (canonical(x * x % p * v, p) !== u) {
    x = x * work.rootOfMinus1 % p;
    if (canonical(x * x % p * v, p) !== u) {
      return undefined;
    }
  }
  x = canonical(x, p);
  if (Number(x % work.two) === bytes[31] >> 7) {
    x = p - x;
  }
  return { x, y, z: work.one, t: x * y % p };
}

function toAddend(point: Point, work: Workspace): Addend {
  return {
    minus: point.y - point.x,
    plus: point.y + point.x,
    twiceDt: point.t * work.twiceD % work.p,
    twiceZ: point.z + point.z,
  };
}

/** 1, 3, 5 ... 15 times a point, which becomes 15 times itself. */
function oddMultiples(point: Point, work: Workspace): Addend[] {
  const double: Point = { x: point.x, y: point.y, z: point.z, t: point.t };
  doublePoint(double, true, work.p);
  const step = toAddend(double, work);
  const multiples: Addend[] = [toAddend(point, work)];
  while (multiples.length < 8) {
    addToPoint(point, step, false, work.p);
    multiples.push(toAddend(point, work));
  }
  return multiples;
}

/** The digits of a scalar for the comb. */
function combBits(scalar: bigint, work: Workspace): number[] {
  const bits = binaryDigits(scalar % work.two === work.zero ? scalar + work.order : scalar, work);
  setHighestDigit(bits, work.comb);
  return bits;
}

function combineByTables(point: Point, sBits: number[], kBits: number[], table: Uint8Array, work: Workspace): void {
  for (let column = work.comb.columns - 1; column >= 0; column--) {
    if (column % COLUMNS_PER_PAUSE === 0) {
      work.services.pause();
    }
    doublePoint(point, true, work.p);
    addColumn(point, sBits, column, work.baseTable, work);
    addColumn(point, kBits, column, table, work);
  }
}

/** The columns of the base point's comb are the last doublings of the key's windows. */
function combineByWindows(point: Point, sBits: number[], digits: number[], multiples: Addend[], work: Workspace): void {
  const columns = work.comb.columns;
  for (let i = SCALAR_BITS - 1; i >= 0; i--) {
    if (i % DOUBLINGS_PER_PAUSE === 0) {
      work.services.pause();
    }
    const digit = digits[i];
    doublePoint(point, digit !== 0 || i < columns, work.p);
    if (digit !== 0) {
      addToPoint(point, multiples[(Math.abs(digit) - 1) / 2], digit < 0, work.p);
    }
    if (i < columns) {
      addColumn(point, sBits, i, work.baseTable, work);
    }
  }
}

/** [S]B + [k](-A), `undefined` if A is no point of the curve. */
function combine(
  publicKey: Uint8Array, signature: Uint8Array, k: bigint, table: Uint8Array | undefined, work: Workspace,
): Point | undefined {
  const point: Point = { x: work.zero, y: work.one, z: work.one, t: work.zero };
  const sBits = combBits(readNumber(signature, 32, 32, work), work);
  if (table !== undefined) {
    combineByTables(point, sBits, combBits(k, work), table, work);
    return point;
  }
  const negative = decodeNegative(publicKey, work);
  if (negative === undefined) {
    return undefined;
  }
  const digits = windowDigits(binaryDigits(k, work));
  combineByWindows(point, sBits, digits, oddMultiples(negative, work), work);
  return point;
}

/** Whether `point` is R. Where x comes from does not matter, so neither the hint nor the inversion is trusted. */
function isR(point: Point, signature: Uint8Array, work: Workspace): boolean {
  const p = work.p;
  const x = signature.length === SIGNATURE_BYTES
    ? canonical(point.x * invert(point.z, p), p)
    : readCoordinate(signature, 64, work);
  const y = readCoordinate(signature, 0, work);
  // If products or comparisons gave one and the same result for everything, it would be seen here.
  return canonical(work.two * work.two, p) === work.two + work.two &&
    Number(x % work.two) === signature[31] >> 7 && canonical(point.z, p) !== work.zero &&
    canonical(x * point.z, p) === canonical(point.x, p) && canonical(y * point.z, p) === canonical(point.y, p);
}

/**
 * Makes a verifier for one comb table of the base point, which says how many teeth the tables of keys have.
 *
 * @param baseTable 96 * 2^(teeth - 1) bytes, teeth from 4 to 7
 */
export function createBigIntEd25519(baseTable: Uint8Array, services: Ed25519Services): Ed25519Check {
  const work = createWorkspace(baseTable, services);
  return (publicKey, message, signature, table): boolean => {
    if (!inputIsAcceptable(publicKey, signature, table, baseTable)) {
      return false;
    }
    const hash = services.sha512(hashInput(publicKey, message, signature));
    const k = readNumber(hash, 0, 64, work) % work.order;
    if (k === work.zero) {
      return false;
    }
    const point = combine(publicKey, signature, k, table, work);
    return point !== undefined && isR(point, signature, work);
  };
}
