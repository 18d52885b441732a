import assert from "node:assert/strict";
import { VerifyMode } from "../../bootloader/config";
import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { configWith, install, memoryBench } from "../bootloader/bench";
import { makeImage } from "../support/images";

const VENDOR = new Uint8Array(16).fill(0x11);
const CLASS = new Uint8Array(16).fill(0x22);
const OTHER = new Uint8Array(16).fill(0x33);
const MINE = { vendorId: VENDOR, classId: CLASS };

const foreign = [
  ["of another vendor", { vendorId: OTHER, classId: CLASS }, Reason.WrongVendor],
  ["for another model", { vendorId: VENDOR, classId: OTHER }, Reason.WrongClass],
  ["that names vendor and model the wrong way round", { vendorId: CLASS, classId: VENDOR }, Reason.WrongVendor],
  ["that names no vendor", { classId: CLASS }, Reason.WrongVendor],
  ["that names no model", { vendorId: VENDOR }, Reason.WrongClass],
] as const;

describe("THREAT.IMG.INCOMPATIBLE: a genuine image made for another board", () => {
  for (const [title, ids, reason] of foreign) {
    it(`THREAT.IMG.INCOMPATIBLE: an image ${title} is refused at install and at the start`, () => {
      for (const verifyMode of [VerifyMode.Full, VerifyMode.Seal]) {
        const bench = memoryBench(configWith({ ...MINE, verifyMode }));
        bench.provision(0, new Uint8Array(32).fill(1));
        bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ ...MINE, counter: 1 }));
        bench.start();
        const image = makeImage({ ...ids, version: "2.0.0", counter: 2 });
        assert.equal(install(bench.start(), image), reason);
        bench.flashByHand(bench.flash.slots[Slot.B], image);
        assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
        bench.flashByHand(bench.flash.slots[Slot.A], image);
        assert.equal(bench.start().reason, Reason.NothingBootable);
      }
    });
  }

  it("THREAT.IMG.INCOMPATIBLE: the ids are signed, so they cannot be exchanged in a genuine image", () => {
    const bench = memoryBench(configWith(MINE));
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ ...MINE, counter: 1 }));
    bench.start();
    const image = makeImage({ vendorId: VENDOR, classId: OTHER, version: "2.0.0", counter: 2 });
    image.set(CLASS, Buffer.from(image).indexOf(OTHER));
    assert.equal(install(bench.start(), image), Reason.DigestMismatch);
  });
});
