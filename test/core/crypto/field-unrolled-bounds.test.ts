/**
 * The bounds of the portable Ed25519 verifier, computed by its own source: the same functions run on intervals, and
 * every result of every operator must be exact in a double. An interval is a set of multiples of 2^unit.
 */

import assert from "node:assert/strict";
import { loadModules, type Module, moduleNamed, type Operators } from "./ed25519-portable-modules";

const LIMIT = 2n ** 53n;
const LIMBS = 12;

/** Rounded to the nearest or down; with the number added that rounds; or divided by 2^grid. */
type Kind = "near" | "floor" | "biased" | "divided";

class Interval {
  constructor(
    readonly low: bigint,
    readonly high: bigint,
    /** All members are multiples of 2^unit. */
    readonly unit: number,
    /** How it was made from another interval: by rounding to multiples of 2^grid, or as a step towards that. */
    readonly origin?: { readonly of: Interval; readonly grid: number; readonly kind: Kind },
  ) {
    if (-low > LIMIT || high > LIMIT) {
      throw new RangeError(`${low}..${high} times 2^${unit} is not exact in a double`);
    }
  }
}

/** The largest magnitude that was seen, in bits. */
let largestBits = 0;

function exponentOf(value: number): number {
  let exponent = 0;
  let rest = Math.abs(value);
  for (; rest !== 0 && !Number.isInteger(rest); rest *= 2) {
    exponent--;
  }
  for (; rest !== 0 && rest % 2 === 0; rest /= 2) {
    exponent++;
  }
  return exponent;
}

function lift(value: unknown): Interval {
  if (value instanceof Interval) {
    return value;
  }
  assert.ok(typeof value === "number" && Number.isFinite(value), `no number: ${String(value)}`);
  const unit = exponentOf(value);
  const count = BigInt(value / 2 ** unit);
  return new Interval(count, count, unit);
}

function interval(low: bigint, high: bigint, unit: number, origin?: Interval["origin"]): Interval {
  const size = -low > high ? -low : high;
  largestBits = Math.max(largestBits, size.toString(2).length);
  return origin === undefined ? new Interval(low, high, unit) : new Interval(low, high, unit, origin);
}

const scaled = (value: bigint, from: number, to: number): bigint => value * 2n ** BigInt(from - to);

function add(a: Interval, b: Interval, sign: bigint): Interval {
  if (b.low === 0n && b.high === 0n) {
    return a;
  }
  const unit = Math.min(a.unit, b.unit);
  const low = sign > 0n ? b.low : -b.high;
  const high = sign > 0n ? b.high : -b.low;
  return interval(
    scaled(a.low, a.unit, unit) + scaled(low, b.unit, unit),
    scaled(a.high, a.unit, unit) + scaled(high, b.unit, unit),
    unit,
  );
}

function multiply(a: Interval, b: Interval): Interval {
  const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  const low = products.reduce((x, y) => (x < y ? x : y));
  const high = products.reduce((x, y) => (x > y ? x : y));
  return interval(low, high, a.unit + b.unit);
}

/** Exponent of the grid to which adding this number rounds: 1.5 * 2^(52 + grid); undefined for other numbers. */
function gridOf(value: unknown): number | undefined {
  const grid = typeof value === "number" ? Math.log2(value / 1.5) - 52 : NaN;
  return Number.isInteger(grid) && grid > 0 ? grid : undefined;
}

function gridPoints(a: Interval, grid: number, kind: "near" | "floor"): Interval {
  if (a.unit > grid) {
    return interval(a.low, a.high, a.unit, { of: a, grid, kind });
  }
  const size = 2n ** BigInt(grid - a.unit);
  const down = (value: bigint): bigint => (value - (((value % size) + size) % size)) / size;
  const up = kind === "near" ? size / 2n : 0n;
  return interval(down(a.low + up), down(a.high + up), grid, { of: a, grid, kind });
}

/** What is left of a number when its rounded value is taken away. */
function remainder(a: Interval, grid: number, kind: string): Interval {
  const size = a.unit > grid ? 0n : 2n ** BigInt(grid - a.unit);
  return kind === "near" ? interval(-size / 2n, size / 2n, a.unit) : interval(0n, size > 0n ? size - 1n : 0n, a.unit);
}

function plus(left: unknown, right: unknown): Interval {
  const grid = gridOf(right);
  if (grid !== undefined && left instanceof Interval) {
    const size = scaled(2n ** 51n, grid, Math.min(grid, left.unit)) * 1n;
    const factor = 2n ** BigInt(Math.max(0, left.unit - grid));
    assert.ok(-left.low * factor < size && left.high * factor < size, "too large for rounding by addition");
    return new Interval(0n, 0n, grid, { of: left, grid, kind: "biased" });
  }
  return add(lift(left), lift(right), 1n);
}

function minus(left: unknown, right: unknown): Interval {
  if (left instanceof Interval && left.origin?.kind === "biased") {
    assert.equal(gridOf(right), left.origin.grid);
    return gridPoints(left.origin.of, left.origin.grid, "near");
  }
  const origin = right instanceof Interval ? right.origin : undefined;
  if (origin !== undefined && origin.of === left && lift(right).unit >= origin.grid) {
    return remainder(origin.of, origin.grid, origin.kind);
  }
  return add(lift(left), lift(right), -1n);
}

/** Times a power of two; that keeps what is known of a rounded number. */
function shifted(a: Interval, exponent: number): Interval {
  return new Interval(a.low, a.high, a.unit + exponent, a.origin);
}

function divided(a: Interval, exponent: number): Interval {
  return new Interval(a.low, a.high, a.unit - exponent, { of: a, grid: exponent, kind: "divided" });
}

function isPowerOfTwo(value: unknown): value is number {
  return typeof value === "number" && value > 0 && Number.isInteger(Math.log2(value));
}

function times(left: unknown, right: unknown): Interval {
  if (left instanceof Interval && left.origin?.kind === "floor" && isPowerOfTwo(right)) {
    return shifted(left, Math.log2(right));
  }
  return multiply(lift(left), lift(right));
}

function modulo(left: unknown, right: unknown): Interval {
  const a = lift(left);
  assert.ok(isPowerOfTwo(right) && a.unit >= 0);
  return interval(0n, BigInt(right) - 1n, 0);
}

/** Of a comparison that could go either way, the one on which the code goes on. */
const COMPARISONS: Record<string, boolean> = { "<": true, ">=": true, ">": true, "===": true, "!==": false };

function onNumbers(operator: string, a: number, b: number): unknown {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    default:
      return { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "===": a === b, "!==": a !== b }[operator];
  }
}

const OPERATORS: Operators = {
  binary(operator, left, right) {
    if (!(left instanceof Interval) && !(right instanceof Interval)) {
      return operator === "===" ? left === right : onNumbers(operator, left as number, right as number);
    }
    switch (operator) {
      case "+":
        return gridOf(left) === undefined ? plus(left, right) : plus(right, left);
      case "-":
        return minus(left, right);
      case "*":
        return times(left, right);
      case "/":
        assert.ok(isPowerOfTwo(right));
        return divided(lift(left), Math.log2(right));
      case "%":
        return modulo(left, right);
      default:
        assert.ok(operator in COMPARISONS, operator);
        return COMPARISONS[operator];
    }
  },
  floor(value) {
    if (!(value instanceof Interval)) {
      return Math.floor(value as number);
    }
    assert.equal(value.origin?.kind, "divided");
    const { of, grid } = value.origin;
    return shifted(gridPoints(of, grid, "floor"), -grid);
  },
};

const modules = loadModules("core/crypto/ed25519-portable.ts", OPERATORS);
const field = moduleNamed(modules, "field-unrolled");
const elements = moduleNamed(modules, "field-unrolled-elements");
const points = moduleNamed(modules, "ed25519-portable-points");
const scalars = moduleNamed(modules, "ed25519-portable-scalars");

type Element = Interval[];
type PointOfIntervals = Record<"x" | "y" | "z" | "t", Element>;

const CONSTANTS = field["createFieldConstants"]() as number[];
const zero = (): Element => elements["zeroElement"]() as Element;
const exponent = (k: number): number => Math.ceil(21.25 * k);

/** Limbs of at most half the next limb's unit, and `extra` of its own units. */
function within(extra: bigint[]): Element {
  return Array.from({ length: LIMBS }, (_, k) => {
    const size = 2n ** BigInt(exponent(k + 1) - exponent(k) - 1) + extra[k];
    return new Interval(-size, size, exponent(k));
  });
}

function contains(outer: Element, inner: Element): boolean {
  return outer.every(
    (limb, k) =>
      inner[k].unit >= limb.unit &&
      scaled(inner[k].low, inner[k].unit, limb.unit) >= limb.low &&
      scaled(inner[k].high, inner[k].unit, limb.unit) <= limb.high,
  );
}

/** What limbs 0 and 1 may be beyond half a unit. */
const CARRIED = within([64n, 65536n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n]);
const copy = (element: Element): Element => [...element];
const carriedPoint = (): PointOfIntervals => ({
  x: copy(CARRIED), y: copy(CARRIED), z: copy(CARRIED), t: copy(CARRIED),
});
const scratch = (): Element[] => [zero(), zero(), zero(), zero()];

function expectCarried(point: PointOfIntervals): void {
  for (const [name, element] of Object.entries(point)) {
    assert.ok(contains(CARRIED, element), name);
  }
}

/** An array of unknown bytes. */
const BYTES = Array.from({ length: 96 }, () => new Interval(0n, 255n, 0));

function entryAddend(): Record<string, Element | undefined> {
  const addend = points["createAddend"]() as Record<string, Element>;
  points["readAddend"](addend, BYTES, 0, CONSTANTS);
  return addend;
}

function windowAddend(): Record<string, Element> {
  const sum = zero();
  const difference = zero();
  field["sumAndDifference"](sum, difference, copy(CARRIED), copy(CARRIED), 1);
  return { minus: difference, plus: sum, twiceDt: copy(CARRIED), twiceZ: sum };
}

describe("bounds of the arithmetic in doubles", () => {
  it("products of carried elements are carried", () => {
    const out = zero();
    field["multiply"](out, CARRIED, CARRIED, CONSTANTS);
    assert.ok(contains(CARRIED, out));
    field["square"](out, CARRIED, CONSTANTS);
    assert.ok(contains(CARRIED, out));
  });

  it("elements that were read are carried, doubled ones too", () => {
    for (const factor of [1, 2]) {
      const out = zero();
      elements["readElement"](out, BYTES, 0, factor, CONSTANTS);
      assert.ok(contains(CARRIED, out));
    }
  });

  it("a doubling keeps carried points carried and every number in it exact", () => {
    largestBits = 0;
    const point = carriedPoint();
    points["doublePoint"](point, true, scratch(), CONSTANTS);
    expectCarried(point);
    assert.ok(largestBits > 50 && largestBits <= 53, `${largestBits} bits`);
  });

  it("so does an addition of an entry or a multiple, and a subtraction", () => {
    for (const addend of [entryAddend(), windowAddend()]) {
      for (const isSubtracted of [false, true]) {
        const point = carriedPoint();
        points["addToPoint"](point, addend, isSubtracted, true, scratch(), CONSTANTS);
        expectCarried(point);
      }
    }
  });

  it("the multiples of a key start and stay carried", () => {
    const windows = moduleNamed(modules, "ed25519-portable-windows");
    const multiples = windows["oddMultiples"](carriedPoint(), scratch(), CONSTANTS) as Record<string, Element>[];
    assert.equal(multiples.length, 8);
    for (const multiple of multiples) {
      assert.ok(contains(CARRIED, multiple["twiceDt"] ?? []));
    }
  });

  it("so do powers, and what a key is decoded to", () => {
    const powers = moduleNamed(modules, "field-unrolled-powers");
    const out = zero();
    powers["invert"](out, copy(CARRIED), CONSTANTS, () => undefined);
    assert.ok(contains(CARRIED, out));
    const windows = moduleNamed(modules, "ed25519-portable-windows");
    const x = zero();
    assert.equal(windows["findX"](x, copy(CARRIED), CONSTANTS, () => undefined), true);
    assert.ok(contains(CARRIED, x));
  });

  it("the canonical form comes from any sum of four carried elements", () => {
    const sum = zero();
    field["sumAndDifference"](sum, zero(), CARRIED, CARRIED, 3);
    assert.equal(elements["toCanonical"](zero(), sum, CONSTANTS), true);
  });

  it("scalars are reduced exactly", () => {
    const limbs = scalars["reduceScalar"](BYTES, 0, 64) as Interval[];
    scalars["makeOdd"](limbs);
    assert.equal(limbs.length, 25);
  });

  it("would show one bit too many", () => {
    const wide = within(Array.from({ length: LIMBS }, () => 2n ** 22n));
    const overflows = (module: Module): void => {
      module["multiply"](zero(), wide, wide, CONSTANTS);
      module["multiply"](zero(), wide.map((limb) => shifted(limb, 1)), wide, CONSTANTS);
    };
    assert.throws(() => overflows(field), RangeError);
  });
});
