/** What a start must not take for granted: its verifier, its journal's last word, what a programmer put into a slot. */

import assert from "node:assert/strict";
import { boot } from "../../bootloader/main";
import { createService } from "../../bootloader/service";
import { ResetCause } from "../../core/boot/reset-cause";
import { createImageVerifier } from "../../core/image/signatures";
import { trailerStart } from "../../core/image/trailer";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import { makeImage } from "../support/images";
import { createMemoryBoard, putImage, testConfig } from "../support/memory-board";
import { Bench, configWith, install, memoryBench } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };

describe("the first start of a board", () => {
  it("tries its verifier out, and starts nothing if that cannot tell good signatures from bad ones", () => {
    const verifier = createImageVerifier(() => true, () => false);
    const board = createMemoryBoard({ verifier });
    putImage(board.slots[Slot.A], makeImage(OLD));
    assert.equal(boot(board, testConfig(), createService)?.reason, Reason.NothingBootable);
    assert.equal(board.program.starts.length, 0);
  });

  it("refuses a factory image that reaches into the trailer", () => {
    const bench = memoryBench();
    const slot = bench.flash.slots[Slot.A];
    const overhead = makeImage({ ...OLD, payload: 1000 }).length - 1000;
    const fitting = makeImage({ ...OLD, payload: trailerStart(slot.sizeBytes) - overhead });
    assert.equal(fitting.length, trailerStart(slot.sizeBytes));
    bench.flashByHand(slot, makeImage({ ...OLD, payload: trailerStart(slot.sizeBytes) - overhead + 1 }));
    assert.equal(bench.start().reason, Reason.NothingBootable);
    bench.flashByHand(slot, fitting);
    assert.equal(bench.start().slot, Slot.A);
  });
});

describe("a trial whose journal fails between being read and being written", () => {
  it("is not started without its record: the confirmed image is", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    // The first start copies the last record forward, so that the second has nothing to write before it decides.
    let writes = Infinity;
    const real = bench.flash.journal;
    const failing: FlashPartition = {
      ...real,
      write: (offset, bytes) => (writes-- > 0 ? real.write(offset, bytes) : undefined),
      erasePage: (offset) => (writes > 0 ? real.erasePage(offset) : undefined),
    };
    const worn = new Bench({ ...bench.flash, journal: failing }, bench.config);
    writes = 2;
    const start = worn.start(ResetCause.Software);
    assert.ok(writes < 0, "the record of the attempt was tried");
    assert.deepEqual([start.slot, start.door().info.trial], [Slot.A, false]);
  });
});

describe("a board whose keys changed while its last record was doubtful", () => {
  it("copies that record forward before it writes the new identity", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    assert.equal(bench.start(ResetCause.Software).door().confirm(), Reason.None);
    bench.config = configWith({ identity: new Uint8Array(12).fill(9) });
    bench.start();
    const types = bench.records().map(({ type }) => type);
    const at = types.indexOf(RecordType.IdentityChanged);
    assert.deepEqual(types.slice(at - 2, at + 1), [
      RecordType.Confirmed, RecordType.Settled, RecordType.IdentityChanged,
    ]);
  });
});
