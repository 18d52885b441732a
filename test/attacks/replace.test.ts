import assert from "node:assert/strict";
import { VerifyMode } from "../../bootloader/config";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { Bench } from "../bootloader/bench";
import { configWith, install, memoryBench } from "../bootloader/bench";
import { makeImage, padded } from "../support/images";

const OLD = makeImage({ version: "1.0.0", counter: 1 });
const NEW = makeImage({ version: "2.0.0", counter: 2 });
/** Genuine too, but nobody installed it. */
const OTHER = makeImage({ version: "2.0.0", counter: 2, payload: "(function () { /* other */ })" });

function installedBench(verifyMode: VerifyMode): Bench {
  const bench = memoryBench(configWith({ verifyMode }));
  bench.provision(0, new Uint8Array(32).fill(7));
  bench.flashByHand(bench.flash.slots[Slot.A], OLD);
  bench.start();
  assert.equal(install(bench.start(), NEW), Reason.None);
  return bench;
}

/** Changes one byte of a slot and keeps everything else, seals included. */
function alter(bench: Bench, slot: Slot, at: number): void {
  const content = bench.slotBytes(slot);
  content[at] ^= 1;
  bench.flashByHand(bench.flash.slots[slot], content);
}

for (const [name, mode] of [["full", VerifyMode.Full], ["seal", VerifyMode.Seal]] as const) {
  describe(`THREAT.IMG.REPLACE: the stored image is swapped after it was checked (${name} mode)`, () => {
    it("THREAT.IMG.REPLACE: changed bytes of a trial are noticed at the start, and the old image starts", () => {
      for (let at = 0; at < NEW.length; at += 9) {
        const bench = installedBench(mode);
        alter(bench, Slot.B, at);
        const start = bench.start(ResetCause.Software);
        // In seal mode the signature's own bytes do not count any more: what they signed is what runs.
        const sealed = mode === VerifyMode.Seal && start.slot === Slot.B;
        assert.ok(sealed ? at >= NEW.length - 64 - 32 - 4 : start.slot === Slot.A, `byte ${at}`);
        assert.equal(bench.state().slots[Slot.B].status, sealed ? SlotStatus.Trial : SlotStatus.Rejected);
      }
    });

    it("THREAT.IMG.REPLACE: another genuine image in place of a trial is rejected with DigestChanged", () => {
      const bench = installedBench(mode);
      bench.flashByHand(bench.flash.slots[Slot.B], OTHER);
      assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
      assert.equal(bench.newest(RecordType.Rejected)?.detail, Reason.DigestChanged);
    });

    it("THREAT.IMG.REPLACE: another genuine image in place of the confirmed one does not start", () => {
      const bench = installedBench(mode);
      bench.start(ResetCause.Software).door().confirm();
      bench.flashByHand(bench.flash.slots[Slot.B], OTHER);
      assert.deepEqual([bench.start().slot, bench.start().reason], [undefined, Reason.NothingBootable]);
    });

    it("THREAT.IMG.REPLACE: the slots' images exchanged with each other do not start", () => {
      const bench = installedBench(mode);
      bench.start(ResetCause.Software).door().confirm();
      const [a, b] = [bench.slotBytes(Slot.A), bench.slotBytes(Slot.B)];
      bench.flashByHand(bench.flash.slots[Slot.A], b);
      bench.flashByHand(bench.flash.slots[Slot.B], a);
      assert.equal(bench.start().slot, undefined);
    });
  });
}

describe("THREAT.IMG.REPLACE: seals", () => {
  it("THREAT.IMG.REPLACE: an image that brings the seals of the one before it is checked in full and refused", () => {
    const bench = installedBench(VerifyMode.Seal);
    bench.start(ResetCause.Software).door().confirm();
    const payload = "(function () { /* evil! */ })";
    const forged = makeImage({ version: "2.0.0", counter: 2, payload, key: "sign-x" });
    const slot = padded(forged, 16384);
    const at = Math.ceil(NEW.length / 32) * 32;
    slot.set(bench.slotBytes(Slot.B).subarray(at, at + 64), Math.ceil(forged.length / 32) * 32);
    bench.flashByHand(bench.flash.slots[Slot.B], slot);
    const before = bench.verifications;
    assert.equal(bench.start().slot, undefined);
    bench.eraseJournal();
    assert.equal(bench.start().slot, Slot.A, "nor is the seal of a confirmed image believed");
    assert.ok(bench.verifications > before);
  });
});
