import assert from "node:assert/strict";
import path from "node:path";
import { readKept } from "./corpus";
import { runInput } from "./engine";
import type { TargetModule } from "./target";
import { targetNames } from "./target-names";

/** Kept inputs of all targets; a corpus that outgrows this is not minimised. */
const CORPUS_BYTES_MAX = 300000;

const modules = new Map<string, TargetModule>();
for (const name of targetNames()) {
  modules.set(name, (await import(path.join(import.meta.dirname, "targets", `${name}.ts`))) as TargetModule);
}

describe("fuzzed inputs that were kept", function () {
  this.timeout(60000);
  for (const [name, { target }] of modules) {
    it(`${name}: what once broke something, the corpus and the seeds pass`, () => {
      assert.equal(target.name, name);
      const kept = [...readKept("crashes", name), ...readKept("corpus", name)];
      const seeds = target.seeds().map((bytes, i) => ({ name: `seed ${i}`, bytes }));
      assert.ok(seeds.length > 0);
      const broken = [...kept, ...seeds].flatMap((input) => {
        const message = runInput(target, input.bytes.slice());
        return message === "" ? [] : [`${input.name}: ${message}`];
      });
      assert.deepEqual(broken, []);
    });
  }

  it("stay small", () => {
    const sizes = targetNames().flatMap((name) => readKept("corpus", name)).map(({ bytes }) => bytes.length);
    const sum = sizes.reduce((total, size) => total + size, 0);
    assert.ok(sum < CORPUS_BYTES_MAX, `${sum} bytes`);
  });
});
