/**
 * Wrong values in place of what the engine's functions give: they must never make a bad signature good. Each fault
 * meets the emitted file, evaluated anew, since a verifier keeps its scratch memory from one check to the next.
 */

import assert from "node:assert/strict";
import vm from "node:vm";
import type { createConvolveCheck } from "../../../core/crypto/ed25519-convolve";
import type { ArrayFunctions } from "../../../core/crypto/field-convolve";
import { buildBundle } from "../../../tools/build/bundle";
import { ENGINES } from "../../../tools/build/engines";
import { buildBaseTable, buildKeyTable } from "../../../tools/ed25519/comb-table";
import { arrayFunctions } from "../../support/convolve";
import { bytesOf, flipped, sha512, signWith, withHint } from "./ed25519-portable-cases";

const MESSAGE = bytesOf("00112233445566778899aabbccddeeff");
const TEETH = 4;
const VALUES = [Number.NaN, 0, -1, 2 ** 53 - 1, Infinity, 1];
const NAMES = ["convolve", "mapInPlace"] as const;

/** One function's results from its n-th call on, or of that call alone. */
interface Fault {
  readonly call: number;
  readonly lasts: boolean;
  readonly value: number;
}

class FaultyEngine {
  calls = 0;
  readonly functions: ArrayFunctions;

  constructor(name: (typeof NAMES)[number], private readonly fault?: Fault) {
    const convolve: ArrayFunctions["convolve"] = (...given) => {
      const right = arrayFunctions.convolve(...given);
      return name === "convolve" && this.isHit() ? this.fault!.value : right;
    };
    const mapInPlace: ArrayFunctions["mapInPlace"] = (...given) => {
      arrayFunctions.mapInPlace(...given);
      if (name === "mapInPlace" && this.isHit()) {
        given[1].fill(this.fault!.value);
      }
    };
    this.functions = { convolve, mapInPlace };
  }

  private isHit(): boolean {
    const call = this.calls++;
    const { fault } = this;
    return fault !== undefined && (call === fault.call || (fault.lasts && call > fault.call));
  }
}

const good = signWith(1234567n, 7654321n, MESSAGE);
const WAYS = {
  "with a table": { signature: good.signature, hasTable: true },
  "with a table and a hint": { signature: withHint(good.signature), hasTable: true },
  "without a table": { signature: good.signature, hasTable: false },
};

/** Call it inside a `describe`. @param samples how many of the calls of each function meet a fault */
export function testFaults(samples: number): void {
  let emitted: vm.Script;
  const baseTable = buildBaseTable(TEETH);
  const keyTable = buildKeyTable(good.publicKey, TEETH);

  before(async () => {
    const target = { name: "ed25519", entry: "core/crypto/ed25519-convolve.ts", exported: "createConvolveCheck" };
    emitted = new vm.Script(await buildBundle(target, ENGINES["espruino"]));
  });

  const accepts = (
    engine: FaultyEngine, way: keyof typeof WAYS, message: Uint8Array, signature: Uint8Array, hash = sha512,
  ): boolean => {
    const create = emitted.runInThisContext() as typeof createConvolveCheck;
    const check = create(engine.functions, (bytes) => hash(bytes), () => undefined, baseTable);
    engine.calls = 0;
    try {
      return check(good.publicKey, message, signature, WAYS[way].hasTable ? keyTable : undefined);
    } catch {
      // An index that became useless. On a board that is an error of the bootloader, which starts nothing.
      return false;
    }
  };

  for (const name of NAMES) {
    for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
      it(`of ${name} accept nothing ${way}`, () => {
        const { signature } = WAYS[way];
        const sound = new FaultyEngine(name);
        assert.equal(accepts(sound, way, MESSAGE, signature), true);
        const { calls } = sound;
        assert.ok(calls > 5, `${calls} calls`);
        const bad: [Uint8Array, Uint8Array][] = [
          [flipped(MESSAGE, 3, 2), signature],
          [MESSAGE, flipped(signature, 33, 1)],
          [MESSAGE, flipped(signature, 1, 0)],
        ];
        const step = Math.max(1, Math.floor(calls / samples));
        for (let call = 0, round = 0; call < calls; call += step, round++) {
          for (const value of VALUES) {
            for (const lasts of [false, true]) {
              const [message, changed] = bad[round % bad.length];
              const engine = new FaultyEngine(name, { call, lasts, value });
              assert.equal(accepts(engine, way, message, changed), false, `call ${call}, ${value}, lasts ${lasts}`);
            }
          }
        }
      });
    }
  }

  it("of the hash accept nothing", () => {
    for (const value of [0, 255]) {
      for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
        const hash = (): Uint8Array => new Uint8Array(64).fill(value);
        assert.equal(accepts(new FaultyEngine("convolve"), way, MESSAGE, WAYS[way].signature, hash), false);
      }
    }
  });
}
