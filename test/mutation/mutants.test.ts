import assert from "node:assert/strict";
import { readText } from "../house/project-files";
import { applyMutant, mutantsOf } from "./mutant";
import { MUTANTS } from "./mutants";

/** Files that the mutation check has to cover. */
const COVERED = [
  "core/image/judge.ts", "core/image/signatures.ts", "core/boot/decide.ts", "core/boot/state.ts",
  "core/boot/rebuild.ts", "core/boot/seal.ts", "core/journal/journal.ts", "core/journal/page.ts",
  "core/journal/record.ts", "bootloader/chain.ts", "bootloader/main.ts", "bootloader/handover.ts",
  "bootloader/lost-journal.ts", "bootloader/recovery.ts", "bootloader/seals.ts", "bootloader/service.ts",
  "bootloader/slot-sink.ts", "bootloader/slot-writer.ts",
];

describe("the mutants", () => {
  it("apply each to exactly one place of its file, and change it", () => {
    const unfit = MUTANTS.flatMap((mutant) => {
      const text = readText(mutant.file);
      try {
        return applyMutant(mutant, text) === text ? [`${mutant.id} changes nothing`] : [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    assert.deepEqual(unfit, []);
  });

  it("are forty or more, have names of their own, and cover the boot chain", () => {
    assert.ok(MUTANTS.length >= 40);
    assert.equal(new Set(MUTANTS.map(({ id }) => id)).size, MUTANTS.length);
    const files = new Set(MUTANTS.map(({ file }) => file));
    assert.deepEqual(COVERED.filter((file) => !files.has(file)), []);
  });

  it("are refused where their text is missing or stands there twice", () => {
    const [mutant] = mutantsOf("core/slot.ts", [["nothing", "one", "two"]]);
    assert.equal(applyMutant(mutant, "one two"), "two two");
    assert.throws(() => applyMutant(mutant, "three"), /stands 0 times/);
    assert.throws(() => applyMutant(mutant, "one and one"), /stands 2 times/);
  });
});
