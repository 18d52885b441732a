import assert from "node:assert/strict";
import { buildBaseTable, buildKeyTable } from "../../../tools/ed25519/comb-table";
import type { Ed25519Check } from "../../../core/crypto/ed25519";
import { bytesOf, flipped, sha512, signWith, withHint } from "./ed25519-portable-cases";
import { loadModules, type Module, moduleNamed } from "./ed25519-portable-modules";

/** What takes the place of a result: `function.call = value`. */
interface Fault {
  readonly name: string;
  /** Number of the call that fails, from 0; all of them if absent. */
  readonly call?: number;
  readonly value: number;
}

/** What says yes or no about a comparison is the comparison; a fault there is beyond any check. */
const VERDICTS = ["isR", "elementsAreEqual", "inputIsAcceptable", "createPortableEd25519", "signatureIsWellFormed"];

const ALL_ONES = -1;
const VALUES = [NaN, 0, ALL_ONES, Infinity, 1];

let fault: Fault | undefined;
const calls = new Map<string, number>();

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && typeof value[0] === "number";
}

/** Every array of numbers in `value`, down to those in points in a workspace. */
function arraysIn(value: unknown, depth: number): number[][] {
  if (isNumbers(value)) {
    return [value];
  }
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || depth === 0) {
    return [];
  }
  return Object.values(value).flatMap((member) => arraysIn(member, depth - 1));
}

/** All ones: the largest value of each limb of an element, 1 elsewhere. */
function overwrite(array: number[], value: number): void {
  let bits = 0;
  for (let k = 0; k < array.length; k++) {
    const size = Math.ceil(21.25 * (k + 1)) - Math.ceil(21.25 * k);
    array[k] = value !== ALL_ONES ? value : array.length === 12 ? (2 ** size - 1) * 2 ** bits : 1;
    bits += size;
  }
}

function corrupted(result: unknown, changed: number[][], value: number): unknown {
  changed.forEach((array) => overwrite(array, value));
  arraysIn(result, 2).forEach((array) => overwrite(array, value));
  return typeof result === "number" ? value : result;
}

function wrap(module: Module): void {
  for (const [name, original] of Object.entries(module)) {
    if (typeof original !== "function" || VERDICTS.includes(name)) {
      continue;
    }
    module[name] = (...values: unknown[]): unknown => {
      const call = calls.get(name) ?? 0;
      calls.set(name, call + 1);
      if (fault?.name !== name || (fault.call !== undefined && fault.call !== call)) {
        return original(...values);
      }
      const before = arraysIn(values, 4).map((array) => ({ array, copy: array.join() }));
      const result = original(...values);
      const changed = before.filter(({ array, copy }) => array.join() !== copy).map(({ array }) => array);
      // The first argument is where most results go, even if the right one was there before.
      return corrupted(result, isNumbers(values[0]) ? [...changed, values[0]] : changed, fault.value);
    };
  }
}

const modules = loadModules("core/crypto/ed25519-portable.ts");
const { createPortableEd25519 } = moduleNamed(modules, "ed25519-portable");
const MESSAGE = bytesOf("00112233445566778899aabbccddeeff");

/** The four ways a check can go, each with a signature that is valid for MESSAGE. */
function checks(): ((message: Uint8Array) => boolean)[] {
  const services = { sha512: (bytes: Uint8Array) => sha512(bytes), pause: () => undefined };
  const check = createPortableEd25519(buildBaseTable(7), services) as Ed25519Check;
  const { publicKey, signature } = signWith(1234567n, 7654321n, MESSAGE);
  const table = buildKeyTable(publicKey, 7);
  return [table, undefined].flatMap((each) =>
    [signature, withHint(signature)].map((bytes) => (message: Uint8Array) => check(publicKey, message, bytes, each)),
  );
}

function run(check: (message: Uint8Array) => boolean, message: Uint8Array, injected: Fault | undefined): boolean {
  calls.clear();
  fault = injected;
  try {
    return check(message);
  } catch (error) {
    // Garbage as an index: the engine stops the check, which is no `true`.
    assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
    return false;
  } finally {
    fault = undefined;
  }
}

describe("Ed25519 in doubles with faults in its intermediate results", function () {
  this.timeout(120_000);
  const wrongMessage = flipped(MESSAGE, 3, 3);

  before(() => modules.forEach((module) => wrap(module)));

  it("is right without one, and calls what can be disturbed", () => {
    for (const check of checks()) {
      assert.equal(run(check, MESSAGE, undefined), true);
      assert.equal(run(check, wrongMessage, undefined), false);
      assert.ok(calls.size >= 20, [...calls.keys()].join());
    }
  });

  it("notices when the last multiplication before the comparison is disturbed", () => {
    for (const check of checks()) {
      run(check, MESSAGE, undefined);
      const last = (calls.get("multiply") ?? 0) - 1;
      assert.ok(last > 400);
      assert.equal(run(check, MESSAGE, { name: "multiply", call: last, value: 1 }), false);
    }
  });

  for (const value of VALUES) {
    const title = value === ALL_ONES ? "all ones" : String(value);
    it(`never takes a wrong signature: one result, or all of one function, replaced by ${title}`, () => {
      let faults = 0;
      for (const check of checks()) {
        run(check, wrongMessage, undefined);
        for (const [name, count] of [...calls]) {
          const some = new Set([undefined, 0, 1, count >> 1, count - 2, count - 1]);
          for (const call of some) {
            const injected = call === undefined ? { name, value } : { name, call, value };
            assert.equal(run(check, wrongMessage, injected), false, JSON.stringify(injected));
            faults++;
          }
        }
      }
      assert.ok(faults > 300, String(faults));
    });
  }
});
