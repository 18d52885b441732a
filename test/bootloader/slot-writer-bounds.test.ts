import assert from "node:assert/strict";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import { makeImage } from "../support/images";
import { Bench, memoryBench } from "./bench";

describe("a slot writer", () => {
  it("refuses the first byte beyond the size that was announced, at once", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "1.0.0", counter: 1 }));
    const writer = bench.start().door().openWriter();
    const { sizeBytes } = bench.flash.slots[Slot.B];
    for (const size of [100, sizeBytes]) {
      assert.equal(writer.begin(size), Reason.None);
      const erased = new Uint8Array(size).fill(255);
      assert.equal(writer.write(erased), Reason.None);
      assert.equal(writer.write(Uint8Array.of(255)), Reason.SizeMismatch, `a file of ${size} bytes`);
      assert.equal(writer.write(Uint8Array.of(255)), Reason.WriterState);
    }
  });

  it("refuses an image whose installation cannot be recorded, and leaves nothing of it that could start", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "1.0.0", counter: 1 }));
    bench.start();
    let isDead = false;
    const real = bench.flash.journal;
    const journal: FlashPartition = {
      ...real,
      write: (offset, bytes) => (isDead ? undefined : real.write(offset, bytes)),
      erasePage: (offset) => (isDead ? undefined : real.erasePage(offset)),
    };
    const writer = new Bench({ ...bench.flash, journal }, bench.config).start().door().openWriter();
    const image = makeImage({ version: "2.0.0", counter: 2 });
    assert.equal(writer.begin(image.length), Reason.None);
    assert.equal(writer.write(image), Reason.None);
    isDead = true;
    assert.equal(writer.finish(), Reason.JournalUnwritable);
    assert.equal(writer.requestTrial(), Reason.WriterState);
    assert.ok(bench.slotBytes(Slot.B).subarray(0, image.length).every((byte) => byte === 255));
  });
});
