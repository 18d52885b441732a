import assert from "node:assert/strict";
import fc from "fast-check";
import { NorFlash } from "../../sim/flash";
import { cutId, cutsOf, forEachCut, parseCutId, PowerCut, tornPositions } from "../../sim/power";
import type { CutPlan, Cuttable, FlashOperation } from "../../sim/power";
import type { FlashSnapshot } from "../../sim/flash";

const OPERATIONS: FlashOperation[] = [
  { kind: "erase", offsetBytes: 0, lengthBytes: 64 },
  { kind: "write", offsetBytes: 0, lengthBytes: 8 },
  { kind: "write", offsetBytes: 8, lengthBytes: 4 },
];

function ids(plans: Iterable<CutPlan>): string[] {
  return [...plans].map(cutId);
}

/** A chip by itself as something that can be cut. */
function cuttable(chip: NorFlash): Cuttable<FlashSnapshot> {
  return {
    snapshot: () => chip.snapshot(),
    restore: (snapshot) => chip.restore(snapshot),
    arm: (plan) => chip.arm(plan),
    recordOperations: (action) => {
      const operations: FlashOperation[] = [];
      chip.onOperation = (operation) => operations.push(operation);
      action();
      chip.onOperation = undefined;
      return operations;
    },
  };
}

describe("power cuts", () => {
  it("lists before, each torn position and after of every operation, each exactly once", () => {
    const plans = ids(cutsOf(OPERATIONS, { writes: "byte", erases: "sample", writeUnitBytes: 4 }));
    const torn = (n: number, count: number): string[] => Array.from({ length: count }, (_, i) => `${n}t${i}`);
    const expected = ["0b", "0t0", "0t32", "0t63", "0a", "1b", ...torn(1, 8), "1a", "2b", ...torn(2, 4), "2a"];
    assert.deepEqual(plans, expected);
    assert.equal(new Set(plans).size, plans.length);
  });

  it("lists a torn position once for each way its unstable bits may read", () => {
    const options = { writes: "unit", erases: "none", writeUnitBytes: 4, unstableReads: ["ones", "zeros"] } as const;
    const plans = ids(cutsOf(OPERATIONS.slice(1, 2), { ...options, seed: 255 }));
    assert.deepEqual(plans, ["0b~ff", "0t0o~ff", "0t0z~ff", "0t4o~ff", "0t4z~ff", "0a~ff"]);
  });

  it("tears at bytes, units, or a sample without repetition", () => {
    assert.deepEqual(tornPositions(4, "byte", 4), [0, 1, 2, 3]);
    assert.deepEqual(tornPositions(12, "unit", 4), [0, 4, 8]);
    assert.deepEqual(tornPositions(12, "sample", 4), [0, 6, 11]);
    assert.deepEqual(tornPositions(1, "sample", 1), [0]);
    assert.deepEqual(tornPositions(12, "none", 4), []);
  });

  it("gives every plan back from its id", () => {
    const plan = fc.record(
      {
        atOperation: fc.nat(),
        when: fc.constantFrom("before", "after", "torn"),
        tornBytes: fc.nat(),
        seed: fc.nat(),
        unstableReads: fc.constantFrom("random", "ones", "zeros", "alternating"),
      },
      { requiredKeys: ["atOperation", "when"] },
    );
    fc.assert(
      fc.property(plan, ({ tornBytes, ...rest }) => {
        const whole = (rest.when === "torn" && tornBytes !== undefined ? { ...rest, tornBytes } : rest) as CutPlan;
        assert.deepEqual(parseCutId(cutId(whole)), whole);
      }),
    );
  });

  it("refuses what is no id, quoting it", () => {
    for (const id of ["", "b", "3", "3x", "3b4", "3t4q", "-1b", "3b~xyz"]) {
      assert.throws(() => parseCutId(id), (error) => error instanceof RangeError && error.message.includes(`"${id}"`));
    }
  });

  it("runs a scenario with every cut from the same state, and leaves that state behind", () => {
    const chip = new NorFlash({ sizeBytes: 128, pageSizeBytes: 64, writeUnitBytes: 4 }, { unstableReads: "ones" });
    chip.write(0, new Uint8Array(4));
    const outcomes = new Map<string, string>();
    let tries = 0;
    const scenario = (): void => {
      tries++;
      try {
        chip.erasePage(0);
        chip.write(0, new Uint8Array([1, 2, 3, 4]));
      } catch (error) {
        assert.ok(error instanceof PowerCut);
        chip.powerOn();
      }
    };
    const options = { writes: "unit", erases: "none", writeUnitBytes: 4 } as const;
    const count = forEachCut(cuttable(chip), options, scenario, (plan) => {
      outcomes.set(cutId(plan), Buffer.from(chip.read(0, 4)).toString("hex"));
    });
    assert.equal(count, 5);
    assert.equal(tries, 6);
    assert.deepEqual(Object.fromEntries(outcomes), {
      "0b": "00000000",
      "0a": "ffffffff",
      "1b": "ffffffff",
      "1t0": "ffffffff",
      "1a": "01020304",
    });
    assert.deepEqual([...chip.read(0, 4)], [0, 0, 0, 0]);
  });
});
