/**
 * The proof of the update: power fails at every flash operation of it, and at pairs of them; whatever happens, the
 * board starts a verified image in every boot, never loses the confirmed one, and ends with the new version unless it
 * was rejected. What is checked after each boot stands in sim/sweep-watch.ts.
 *
 * A failure names its power cuts: `new PowerCutSweep(setting).run(id.split("+").map(parseCutId))` runs them again.
 */

import assert from "node:assert/strict";
import type { UnstableReads } from "../../sim/flash-geometry";
import type { CutPlan, FlashOperation } from "../../sim/power";
import { parseCutId } from "../../sim/power";
import type { ProvisionedBoardFile } from "../../sim/provision";
import { SeededRandom } from "../../sim/random";
import { PowerCutSweep } from "../../sim/sweep";
import type { SweepResult } from "../../sim/sweep";
import { SMALL_BOARD, sweepSetting, SWEPT_BOARDS } from "./sweep-boards";

const READS: readonly UnstableReads[] = ["random", "ones", "zeros", "alternating"];
const SEED = 0x5eed;

/** Every operation, torn at its first, middle and last byte, with every way in which a torn bit may read. */
function everyCut(sweep: PowerCutSweep, board: ProvisionedBoardFile): SweepResult {
  const { writeUnitBytes } = board.flash;
  return sweep.sweep({ writes: "sample", erases: "sample", writeUnitBytes, unstableReads: READS, seed: SEED });
}

/** What `everyCut` has to try: before, after, and 3 places in the middle of it, each in 4 ways. */
function cutCount(operations: readonly FlashOperation[]): number {
  assert.ok(operations.every(({ lengthBytes }) => lengthBytes >= 3), "an operation has no three different bytes");
  return operations.length * (2 + 3 * READS.length);
}

function pagesOf(board: ProvisionedBoardFile): number {
  return board.partitions["slotB"].sizeBytes / board.flash.pageSizeBytes;
}

describe("power cuts: an update that confirms itself", function () {
  this.timeout(60000);
  for (const board of SWEPT_BOARDS) {
    it(`${board.name}: ends with the new version, wherever power fails`, () => {
      const sweep = new PowerCutSweep(sweepSetting(board));
      const uncut = sweep.run([]);
      assert.deepEqual(uncut.violations, []);
      assert.deepEqual(uncut.boots.map(({ started, endedBy }) => `${started} ${endedBy}`), [
        "A software", "B horizon", "B horizon",
      ]);
      const erases = sweep.operations.filter(({ kind }) => kind === "erase");
      assert.ok(erases.length >= pagesOf(board), "the whole slot is erased");
      const result = everyCut(sweep, board);
      assert.deepEqual(result.violations, []);
      assert.equal(result.cases, cutCount(sweep.operations));
      assert.equal(result.confirmed, result.cases);
      assert.ok(result.boots > 3 * result.cases, `${result.boots} boots for ${result.cases} cuts`);
    });
  }
});

describe("power cuts: an update that hangs", function () {
  this.timeout(60000);
  for (const board of SWEPT_BOARDS) {
    it(`${board.name}: ends with the old version and the new one rejected, wherever power fails`, () => {
      const sweep = new PowerCutSweep(sweepSetting(board, { newVersion: "hangs" }));
      const uncut = sweep.run([]);
      assert.deepEqual(uncut.violations, []);
      assert.deepEqual(uncut.boots.map(({ started, endedBy }) => `${started} ${endedBy}`), [
        "A software", "B watchdog", "A horizon", "A horizon",
      ]);
      const result = everyCut(sweep, board);
      assert.deepEqual(result.violations, []);
      assert.equal(result.cases, cutCount(sweep.operations));
      assert.equal(result.rejected, result.cases);
    });
  }
});

describe("power cuts: an update during which a journal page fills up", function () {
  this.timeout(60000);
  // A page takes 13 records: with these many before, it fills at each of the update's records in turn.
  for (const earlierRecords of [5, 6, 7, 8, 9, 10, 11, 12]) {
    for (const newVersion of ["confirms", "hangs"] as const) {
      it(`${newVersion}, with ${earlierRecords} records before`, () => {
        const { offsetBytes, sizeBytes } = SMALL_BOARD.partitions["journal"];
        const sweep = new PowerCutSweep(sweepSetting(SMALL_BOARD, { newVersion, earlierRecords }));
        const turns = sweep.operations.filter((operation) => {
          const inJournal = operation.offsetBytes >= offsetBytes && operation.offsetBytes < offsetBytes + sizeBytes;
          return operation.kind === "erase" && inJournal;
        });
        assert.ok(turns.length > 0, "no journal page was erased");
        const result = everyCut(sweep, SMALL_BOARD);
        assert.deepEqual(result.violations, []);
        assert.equal(result.cases, cutCount(sweep.operations));
        assert.equal(newVersion === "confirms" ? result.confirmed : result.rejected, result.cases);
      });
    }
  }
});

/** Operations of the next boot in which the second cut may fall: every record that it begins with, and some more. */
const SECOND_OPERATIONS = 10;
const RECORD_BYTES = 32;

function someCut(random: SeededRandom, operations: number, firstTornByte: number): CutPlan {
  const plan = { atOperation: random.below(operations), seed: random.below(0x10000) };
  const when = (["before", "torn", "torn", "torn", "after"] as const)[random.below(5)];
  const tornBytes = firstTornByte + random.below(RECORD_BYTES - firstTornByte);
  const unstableReads = READS[random.below(READS.length)];
  return when === "torn" ? { ...plan, when, tornBytes, unstableReads } : { ...plan, when };
}

/**
 * Where a word may be programmed twice only, the second tear is not in a write's first word: two tears there that read
 * as erased would leave no trace for any software, and the third write would be one too many.
 */
function pairsOfCuts(board: ProvisionedBoardFile, sweep: PowerCutSweep, count: number): CutPlan[][] {
  const random = new SeededRandom(SEED);
  const secondTornByte = board.flash.writesPerWordMax === undefined ? 0 : board.flash.writeUnitBytes;
  return Array.from({ length: count }, () => [
    someCut(random, sweep.operations.length, 0),
    someCut(random, SECOND_OPERATIONS, secondTornByte),
  ]);
}

describe("power cuts: a second one in the boot after the first", function () {
  this.timeout(60000);
  for (const board of SWEPT_BOARDS) {
    for (const newVersion of ["confirms", "hangs"] as const) {
      it(`${board.name}: ${newVersion}`, () => {
        const earlierRecords = board === SMALL_BOARD ? 6 : 0;
        const sweep = new PowerCutSweep(sweepSetting(board, { newVersion, earlierRecords }));
        const runs = pairsOfCuts(board, sweep, 500);
        const result = sweep.runAll(runs);
        assert.deepEqual(result.violations, []);
        assert.equal(result.cases, runs.length);
        assert.equal(newVersion === "confirms" ? result.confirmed : result.rejected, runs.length);
        // Not every run has that many operations after the first cut, so that some second cuts never come.
        assert.ok(result.cuts > 1.8 * runs.length, `only ${result.cuts} cuts in ${runs.length} runs`);
      });
    }
  }
});

describe("power cuts: what the sweep itself is worth", () => {
  it("runs a named cut again, to the same end", () => {
    const sweep = new PowerCutSweep(sweepSetting(SMALL_BOARD));
    const id = "4t12r~7+1t20z~9";
    const [first, second] = [0, 1].map(() => sweep.run(id.split("+").map(parseCutId)));
    assert.equal(first.id, id);
    assert.equal(first.cuts, 2);
    assert.deepEqual(first, second);
  });

  it("notices a word of the nRF52840 that is programmed a third time after two tears that left no trace", () => {
    const sweep = new PowerCutSweep(sweepSetting(SMALL_BOARD));
    const { violations } = sweep.run(["0t0o~1", "0t0o~1"].map(parseCutId));
    assert.match(violations[0].sentence, /programmed-too-often/);
  });
});
