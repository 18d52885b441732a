import assert from "node:assert/strict";
import { SeededRandom } from "../../sim/random";
import { COUNTERS, createCoverage } from "./coverage";
import type { FuzzEnd } from "./engine";
import { distil, Fuzzer } from "./engine";
import { mutate } from "./mutate";
import type { FuzzTarget } from "./target";

/** Fails on any input that begins with "boom", and has a block behind each of its letters. */
const target: FuzzTarget = {
  name: "planted",
  maxBytes: 16,
  seeds: () => [new Uint8Array(8)],
  run(input) {
    const letters = Buffer.from("boom");
    for (let i = 0; i < letters.length; i++) {
      if (input[i] !== letters[i]) {
        return;
      }
      COUNTERS[i]++;
    }
    throw new Error("boom");
  },
};

function fuzz(seed: number, seconds: number): FuzzEnd {
  const coverage = createCoverage(8);
  const nothing = (): void => undefined;
  return new Fuzzer(target, { seed, seconds, corpus: [], coverage, before: nothing, progress: nothing }).run();
}

describe("the fuzzer", function () {
  this.timeout(60000);

  it("finds what no chance would, by the code that inputs reach, and makes it small", () => {
    const { crash, executions, blocks } = fuzz(1, 50);
    assert.equal(crash?.message, "Error: boom");
    assert.equal(Buffer.from(crash?.input ?? []).toString(), "boom");
    assert.ok(executions < 1e6 && blocks >= 3, `${executions} runs, ${blocks} blocks`);
  });

  it("does the same for the same seed", () => {
    const [first, second] = [fuzz(7, 50), fuzz(7, 50)];
    assert.deepEqual([first.executions, first.crash], [second.executions, second.crash]);
  });

  it("keeps the smallest inputs that reach everything, as far as there is room", () => {
    const inputs = ["b", "bxxxxx", "bo", "boo", "booyyyy", "x"].map((text) => new Uint8Array(Buffer.from(text)));
    const kept = (bytesMax: number): string[] =>
      distil(target, inputs, createCoverage(8), bytesMax).map((input) => Buffer.from(input).toString());
    assert.deepEqual(kept(100), ["b", "bo", "boo"]);
    assert.deepEqual(kept(3), ["b", "bo"]);
  });

  it("changes inputs of any length, the empty one too, without touching what it was given", () => {
    const random = new SeededRandom(3);
    for (const length of [0, 1, 2, 100]) {
      const input = new Uint8Array(length).fill(9);
      const context = { others: [input, new Uint8Array(0)], words: [new Uint8Array(4)] };
      const changed = Array.from({ length: 500 }, () => Buffer.from(mutate(input, random, context)).toString("hex"));
      assert.ok(new Set(changed).size > 100, `${new Set(changed).size} different ones of length ${length}`);
      assert.ok(input.every((byte) => byte === 9));
    }
  });
});
