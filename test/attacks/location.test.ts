import assert from "node:assert/strict";
import fc from "fast-check";
import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashOperation } from "../../sim/power";
import { install, memoryBench, norBench, send } from "../bootloader/bench";
import { makeImage, padded } from "../support/images";

describe("THREAT.IMG.LOCATION: the payload ends up in the wrong place", () => {
  it("THREAT.IMG.LOCATION: an image bound to slot A is refused in slot B, at install and at the start", () => {
    const bench = memoryBench();
    const [a, b] = bench.flash.slots.map((slot) => slot.addressBytes);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ romFixedAddress: a }));
    assert.equal(bench.start().slot, Slot.A);
    assert.equal(install(bench.start(), makeImage({ version: "2.0.0", romFixedAddress: a })), Reason.WrongAddress);
    assert.equal(install(bench.start(), makeImage({ version: "2.0.0", romFixedAddress: b })), Reason.None);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
    bench.flashByHand(bench.flash.slots[Slot.B], makeImage({ version: "2.0.0", romFixedAddress: a }));
    bench.eraseJournal();
    assert.equal(bench.start().slot, Slot.A);
  });

  it("THREAT.IMG.LOCATION: the address is signed", () => {
    const bench = memoryBench();
    const [a, b] = bench.flash.slots.map((slot) => slot.addressBytes);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage());
    bench.start();
    const image = makeImage({ romFixedAddress: a });
    new DataView(image.buffer).setUint32(4, b, true);
    assert.equal(install(bench.start(), image), Reason.DigestMismatch);
  });

  it("THREAT.IMG.LOCATION: the writer touches its slot and the journal, nothing else, whatever it is sent", () => {
    const { bench, chip } = norBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage());
    bench.start();
    const outside: FlashOperation[] = [];
    chip.onOperation = (operation) => {
      const end = operation.offsetBytes + operation.lengthBytes;
      const inSlotB = operation.offsetBytes >= 4096 && end <= 8192;
      const inJournal = operation.offsetBytes >= 8192 && end <= 8192 + 2048;
      if (!inSlotB && !inJournal) {
        outside.push(operation);
      }
    };
    const writer = bench.start().door().openWriter();
    const genuine = makeImage({ version: "2.0.0", payload: 1500 });
    const file = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }),
      fc.nat(4200).map((size) => padded(genuine, Math.max(size, genuine.length))),
      fc.nat(genuine.length).map((size) => genuine.subarray(0, size)),
    );
    fc.assert(fc.property(file, fc.integer({ min: 1, max: 5000 }), (bytes, chunkBytes) => {
      send(writer, bytes, chunkBytes);
    }), { numRuns: 150 });
    assert.deepEqual(outside, []);
  });

  it("THREAT.IMG.LOCATION: a header that claims to reach beyond the slot is refused", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage());
    bench.start();
    for (const size of [16384, 65536, 0x7fffffff, 0xffffffff]) {
      const image = makeImage({ version: "2.0.0" });
      new DataView(image.buffer).setUint32(12, size, true);
      assert.equal(install(bench.start(), image), Reason.ImageTooLarge);
    }
  });
});
