import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { trailerFieldOffset, TrailerField, trailerMagic, trailerStart } from "../../core/image/trailer";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { Bench } from "../bootloader/bench";
import { install, memoryBench } from "../bootloader/bench";
import { makeImage, padded } from "../support/images";

const SLOT_BYTES = 16384;
const NEW = makeImage({ version: "2.0.0", counter: 2 });

function confirmedBench(): Bench {
  const bench = memoryBench();
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "1.0.0", counter: 1 }));
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

describe("THREAT.IMG.EXTRA: bytes behind a valid image", () => {
  it("THREAT.IMG.EXTRA: a file with anything but erased bytes behind its image is refused, wherever they are", () => {
    const bench = confirmedBench();
    for (const at of [NEW.length, NEW.length + 1, NEW.length + 511, 8192, trailerStart(SLOT_BYTES) - 1]) {
      const file = padded(NEW, SLOT_BYTES);
      file[at] = 0xfe;
      assert.equal(install(bench.start(), file), Reason.ExtraBytes, `byte ${at}`);
    }
    assert.equal(install(bench.start(), padded(NEW, NEW.length + 4, 0x20)), Reason.ExtraBytes);
    assert.equal(install(bench.start(), Uint8Array.from([...NEW, ...NEW])), Reason.ExtraBytes);
  });

  it("THREAT.IMG.EXTRA: a file that brings a trailer of its own, calling itself confirmed, is refused", () => {
    const bench = confirmedBench();
    const file = padded(NEW, SLOT_BYTES);
    file.set(trailerMagic(8), SLOT_BYTES - 16);
    file[trailerFieldOffset(SLOT_BYTES, 8, TrailerField.ImageOk)] = 1;
    assert.equal(install(bench.start(), file), Reason.TrailerPresent);
    for (const maxAlign of [16, 32]) {
      const aligned = padded(NEW, SLOT_BYTES);
      aligned.set(trailerMagic(maxAlign), SLOT_BYTES - 16);
      assert.equal(install(bench.start(), aligned), Reason.TrailerPresent);
    }
  });

  it("THREAT.IMG.EXTRA: what stood in the slot before is gone, to its last page", () => {
    const bench = confirmedBench();
    bench.flashByHand(bench.flash.slots[Slot.B], new Uint8Array(SLOT_BYTES).fill(0x41));
    assert.equal(install(bench.start(), NEW), Reason.None);
    assert.deepEqual(bench.slotBytes(Slot.B), padded(NEW, SLOT_BYTES));
  });

  it("THREAT.IMG.EXTRA: bytes put behind an installed image by hand are not part of what is started", () => {
    const bench = confirmedBench();
    assert.equal(install(bench.start(), NEW), Reason.None);
    const payload = bench.start(ResetCause.Software).program!;
    bench.flashByHand(bench.flash.slots[Slot.B], padded(NEW, SLOT_BYTES, 0x41));
    const start = bench.start();
    const { slot, offsetBytes, lengthBytes } = start.program!;
    assert.equal(slot, bench.flash.slots[Slot.B]);
    assert.deepEqual([offsetBytes, lengthBytes], [payload.offsetBytes, payload.lengthBytes]);
    assert.ok(offsetBytes + lengthBytes < NEW.length);
  });
});
