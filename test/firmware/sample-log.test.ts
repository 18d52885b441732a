import assert from "node:assert/strict";
import fc from "fast-check";
import { openSampleLog } from "../../firmware/samples/sample-log";
import { NorFlash } from "../../sim/flash";
import { createPartition } from "../../sim/partition";
import { cutId, cutsOf, PowerCut } from "../../sim/power";
import type { FlashOperation } from "../../sim/power";

const PAGE = 128;

function chipOf(pages = 3, writeUnitBytes = 4): { chip: NorFlash; flash: ReturnType<typeof createPartition> } {
  const chip = new NorFlash({ sizeBytes: pages * PAGE, pageSizeBytes: PAGE, writeUnitBytes, writesPerWordMax: 1 });
  return { chip, flash: createPartition(chip, "data", { offsetBytes: 0, sizeBytes: pages * PAGE }) };
}

describe("the sample log", () => {
  it("is empty on erased flash, and on flash of zeros or noise", () => {
    assert.equal(openSampleLog(chipOf().flash).newest(), undefined);
    for (const fill of [0, 0x53, 0xa5]) {
      const { chip, flash } = chipOf();
      chip.install(0, new Uint8Array(3 * PAGE).fill(fill));
      const log = openSampleLog(flash);
      assert.equal(log.newest(), undefined);
      log.add(-1);
      assert.deepEqual(openSampleLog(flash).newest(), { number: 1, centiDegrees: -1 });
    }
  });

  it("finds the newest sample after any number of samples and restarts, for every write unit", () => {
    const restarts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
    const units = fc.constantFrom(4, 8, 16, 32);
    fc.assert(fc.property(restarts, units, fc.integer({ min: 2, max: 4 }), (runs, unit, pages) => {
      const { flash } = chipOf(pages, unit);
      let number = 0;
      for (const count of runs) {
        const log = openSampleLog(flash);
        assert.equal(log.newest()?.number ?? 0, number);
        for (let i = 0; i < count; i++) {
          number++;
          log.add(number % 2 === 0 ? -number : number);
          assert.equal(log.newest()?.number, number);
        }
      }
      const expected = { number, centiDegrees: number % 2 === 0 ? -number : number };
      assert.deepEqual(openSampleLog(flash).newest(), expected);
    }), { numRuns: 100 });
  });

  it("keeps temperatures from -327.68 to 327.67 degrees", () => {
    for (const centiDegrees of [-32768, -1, 0, 1, 32767]) {
      const { flash } = chipOf();
      openSampleLog(flash).add(centiDegrees);
      assert.equal(openSampleLog(flash).newest()?.centiDegrees, centiDegrees);
    }
  });

  it("loses at most the sample in whose storing power failed, at any operation, torn or not", () => {
    const story = (flash: ReturnType<typeof createPartition>, stored: (number: number) => void): void => {
      const log = openSampleLog(flash);
      for (let i = 0; i < 25; i++) {
        log.add(i);
        stored(log.newest()!.number);
      }
    };
    const { chip, flash } = chipOf();
    story(flash, () => undefined);
    const begin = chip.snapshot();
    const operations: FlashOperation[] = [];
    chip.onOperation = (operation) => operations.push(operation);
    story(flash, () => undefined);
    chip.onOperation = undefined;
    const reads = ["random", "ones", "zeros", "alternating"] as const;
    const options = { writes: "unit", erases: "sample", writeUnitBytes: 4, unstableReads: reads, seed: 5 } as const;
    for (const plan of cutsOf(operations, options)) {
      chip.restore(begin);
      let durable = 25;
      chip.arm(plan);
      assert.throws(() => story(flash, (number) => (durable = number)), PowerCut);
      chip.powerOn();
      const found = openSampleLog(flash).newest()?.number ?? 0;
      assert.ok(found >= durable && found <= durable + 1, `${cutId(plan)}: found ${found}, stored ${durable}`);
      const log = openSampleLog(flash);
      log.add(1);
      assert.ok(openSampleLog(flash).newest()!.number > durable, cutId(plan));
    }
  });
});
