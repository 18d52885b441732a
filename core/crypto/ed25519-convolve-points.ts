/**
 * Points of the curve -x^2 + y^2 = 1 + d x^2 y^2 in extended coordinates (x = X/Z, y = Y/Z, T = XY/Z), by the formulas
 * of RFC 8032 5.1.4: doubling and addition make E, F, G, H, and X = E F, Y = G H, Z = F G, T = E H. Each sum of
 * products is one dot product of field-convolve.ts.
 *
 * The operations are bound to their operands once: that is less code than a variable for each operand and for each way
 * to look at it, and Espruino calls it faster. All operands are in one array.
 */
/* eslint-disable no-bitwise -- see field-convolve.ts */

import type { ArrayFunctions, Replacement } from "./field-convolve";
import {
  columnsOf, DOWN, elementsFrom, FOLD, LIMBS, mapInPlace, newLimbs, product, UP, useArrayFunctions,
} from "./field-convolve";
import { bindMultiply, CURVE_CONSTANT, scaled, scratch, unpack } from "./field-convolve-elements";

/** Where the operands are, in elements. A right operand is a block of two; those that are added up are neighbours. */
const enum At {
  T = 0,
  Z = 2,
  G = 4,
  X = 6,
  Y = 8,
  H = 10,
  F = 12,
  /** E and G as left operands. */
  LeftE = 14,
  LeftG = 15,
  /** y | 0 | x | 0 | y of what is added: E = X y + Y x and H = X x + Y y. Doubling: H = X X + Y Y. */
  Added = 16,
  AddedX = 18,
  AddedY = 20,
  /** Doubling: 2 Y | 0 | -1, for E = X (2 Y) and G = Y (2 Y) - H. RFC 8032 has both negative: the same point. */
  TwiceY = 21,
  /** Addition: d t | 0 | z, for G = T (d t) + Z z. */
  AddedT = 24,
  AddedZ = 26,
  /** 2 z | 0 | -1, for F = Z (2 z) - G; doubling: F = Z (2 Z) - G. */
  TwiceZ = 27,
  /** The same for z = 1. */
  Two = 30,
  End = 33,
}

export const ENTRY_BYTES = 96;
/** Y | X | d T | Z. */
export const ROW_LIMBS = 4 * LIMBS;

type Operation = (this: void) => void;

const operands = newLimbs(At.End * LIMBS);
let doubleE: Operation;
let addE: Operation;
let makeH: Operation;
let doubleG: Operation;
let entryG: Operation;
let rowG: Operation;
let makeF: Operation;
let twiceZMinusG: Operation;
let foldF: Operation;
let makeX: Operation;
let makeY: Operation;
let makeZ: Operation;
let makeT: Operation;
let loadX: Operation;
let loadY: Operation;
let loadTwiceY: Operation;
let loadTwiceZ: Operation;
let copyY: Operation;
let negateX: Operation;
let negateT: Operation;

function at(index: number): Int32Array {
  return elementsFrom(operands, index);
}

/** A product, as a block where `to` is its upper half, else as a left operand. */
function bindProduct(left: At, elements: number, right: At, out: At, to: number): Operation {
  const isBlock = to < At.LeftE;
  return product.bind(
    0 as never,
    0,
    columnsOf(at(left).subarray(0, elements), at(right)),
    at(out),
    isBlock ? UP : DOWN,
    at(to),
    isBlock ? scaled(at(out), FOLD) : at(out),
  );
}

function bindMap(to: At, indices: Uint8Array, map: Replacement): Operation {
  return mapInPlace.bind(0 as never, indices, at(to), map);
}

/** Says what to calculate with: to be called first. */
export function bindOperations(native: ArrayFunctions): void {
  useArrayFunctions(native);
  bindMultiply();
  doubleE = bindProduct(At.TwiceY, 13, At.X, At.F, At.LeftE);
  addE = bindProduct(At.Added, 39, At.X, At.F, At.LeftE);
  makeH = bindProduct(At.AddedX, 39, At.X, At.H, At.H + 1);
  doubleG = bindProduct(At.TwiceY, 27, At.Y, At.G, At.LeftG);
  entryG = bindProduct(At.AddedT, 27, At.T, At.G, At.LeftG);
  rowG = bindProduct(At.AddedT, 39, At.T, At.G, At.LeftG);
  makeF = bindProduct(At.TwiceZ, 27, At.Z, At.F, At.F + 1);
  makeX = bindProduct(At.LeftE, 13, At.F, At.X, At.X + 1);
  makeY = bindProduct(At.LeftG, 13, At.H, At.Y, At.Y + 1);
  makeZ = bindProduct(At.LeftG, 13, At.F, At.Z, At.Z + 1);
  makeT = bindProduct(At.LeftE, 13, At.H, At.T, At.T + 1);
  loadX = bindMap(At.AddedX, DOWN, at(At.X));
  loadY = bindMap(At.AddedY, DOWN, at(At.Y));
  loadTwiceY = bindMap(At.TwiceY, DOWN, scaled(at(At.Y), 2));
  loadTwiceZ = bindMap(At.TwiceZ, DOWN, scaled(at(At.Z), 2));
  copyY = bindMap(At.AddedY, UP, at(At.Added));
  negateX = bindMap(At.AddedX, UP, scaled(at(At.AddedX), -1));
  negateT = bindMap(At.AddedT, UP, scaled(at(At.AddedT), -1));
  twiceZMinusG = bindMap(At.F, UP, columnsOf(at(At.Two).subarray(0, 27), at(At.Z)));
  foldF = bindMap(At.F + 1, UP, scaled(at(At.F), FOLD));
  operands[At.Two * LIMBS] = 2;
  operands[(At.Two + 2) * LIMBS] = operands[(At.TwiceY + 2) * LIMBS] = operands[(At.TwiceZ + 2) * LIMBS] = -1;
}

/** F = 2 Z - G, limb by limb: that needs no carry. */
function entryF(): void {
  twiceZMinusG();
  foldF();
}

/** The formulas. `hasT`: whether T is computed too, which an addition needs that follows, but no doubling. */
function combine(makeE: Operation, makeG: Operation, useF: Operation, hasT: boolean): void {
  makeE();
  makeH();
  makeG();
  useF();
  makeX();
  makeY();
  makeZ();
  if (hasT) {
    makeT();
  }
}

function add(makeG: Operation, useF: Operation, isNegative: boolean, hasT: boolean): void {
  copyY();
  if (isNegative) {
    negateX();
    negateT();
  }
  combine(addE, makeG, useF, hasT);
}

/** Makes the sum the neutral point; it is none before. */
export function clearSum(): void {
  operands.fill(0, 0, At.Added * LIMBS);
  operands[At.Y * LIMBS + 12] = operands[At.Z * LIMBS + 12] = 1;
}

export function doubleSum(hasT: boolean): void {
  loadX();
  loadY();
  loadTwiceY();
  loadTwiceZ();
  combine(doubleE, doubleG, makeF, hasT);
}

/**
 * Adds entry `index` of a comb table, x | y | d x y in 96 bytes; or, for index -1, -2 ... the negative of
 * entry 0, 1 ...
 */
export function addEntry(table: Uint8Array, index: number, hasT: boolean): void {
  const offset = ENTRY_BYTES * (index ^ (index >> 31));
  unpack(table, offset, at(At.AddedX));
  unpack(table, offset + 32, at(At.Added));
  unpack(table, offset + 64, at(At.AddedT));
  operands[At.AddedZ * LIMBS] = 1;
  add(entryG, entryF, index < 0, hasT);
}

/** Adds the point of a row, or its negative. */
export function addRow(row: Int32Array, isNegative: boolean, hasT: boolean): void {
  [At.Added, At.AddedX, At.AddedT, At.AddedZ].forEach((to, index) => {
    mapInPlace(UP, at(to), elementsFrom(row, index));
  });
  mapInPlace(UP, at(At.TwiceZ), scaled(elementsFrom(row, 3), 2));
  add(rowG, makeF, isNegative, hasT);
}

/** The row of the sum. d T, which only `addRow` needs, is right if there is T. */
export function saveSum(): Int32Array {
  const row = newLimbs(ROW_LIMBS);
  mapInPlace(DOWN, row, at(At.Y));
  mapInPlace(DOWN, elementsFrom(row, 1), at(At.X));
  mapInPlace(DOWN, elementsFrom(row, 3), at(At.Z));
  product(0, columnsOf(CURVE_CONSTANT, operands), scratch, DOWN, elementsFrom(row, 2), scratch);
  return row;
}
