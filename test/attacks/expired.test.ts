import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { trailerFieldOffset, TrailerField, trailerMagic } from "../../core/image/trailer";
import { Reason } from "../../core/reasons";
import { otherSlot, Slot } from "../../core/slot";
import type { Bench } from "../bootloader/bench";
import { configWith, install, memoryBench, update } from "../bootloader/bench";
import { makeImage, padded } from "../support/images";

/** Genuine, signed, and with a known hole. */
const VULNERABLE = makeImage({ version: "1.0.0", counter: 1 });
const FIXED = makeImage({ version: "2.0.0", counter: 2 });

/** The fixed version confirmed in B; the vulnerable one is still in A. */
function fixedBench(): Bench {
  const bench = memoryBench();
  bench.flashByHand(bench.flash.slots[Slot.A], VULNERABLE);
  bench.start();
  update(bench, FIXED);
  return bench;
}

function runsFixed(bench: Bench): void {
  const start = bench.start(ResetCause.Software);
  assert.deepEqual([start.slot, start.door().info.version.major], [Slot.B, 2]);
}

describe("THREAT.IMG.EXPIRED: an old signed image is replayed", () => {
  it("THREAT.IMG.EXPIRED: it is refused at install, whatever its version says", () => {
    const bench = fixedBench();
    for (const version of ["1.0.0", "2.0.0", "99.0.0"]) {
      assert.equal(install(bench.start(), makeImage({ version, counter: 1 })), Reason.CounterBelowFloor);
      assert.equal(install(bench.start(), makeImage({ version })), Reason.CounterMissing);
    }
    runsFixed(bench);
  });

  it("THREAT.IMG.EXPIRED: it does not start when it is flashed in by hand, into either slot", () => {
    for (const slot of [Slot.A, Slot.B]) {
      const bench = fixedBench();
      bench.flashByHand(bench.flash.slots[slot], VULNERABLE);
      const start = bench.start();
      assert.equal(start.slot, slot === Slot.A ? Slot.B : undefined);
    }
  });

  it("THREAT.IMG.EXPIRED: it does not start when the fixed image is destroyed", () => {
    const bench = fixedBench();
    bench.flash.slots[Slot.B].write(40, new Uint8Array(8));
    const start = bench.start();
    assert.deepEqual([start.slot, start.reason], [undefined, Reason.NothingBootable]);
  });

  it("THREAT.IMG.EXPIRED: it does not start after the journal is erased, or overwritten with noise", () => {
    const spoil: ((bench: Bench) => void)[] = [
      (bench) => bench.eraseJournal(),
      (bench) => bench.flashByHand(bench.flash.journal, new Uint8Array(8192)),
      (bench) => bench.flashByHand(bench.flash.journal, Uint8Array.from({ length: 8192 }, (_, i) => (i * 31) % 253)),
    ];
    for (const action of spoil) {
      const bench = fixedBench();
      action(bench);
      runsFixed(bench);
      assert.equal(bench.state().floor, 2);
      assert.equal(install(bench.start(), VULNERABLE), Reason.CounterBelowFloor);
    }
  });

  it("THREAT.IMG.EXPIRED: with the journal erased and the fixed image destroyed, the base floor still holds", () => {
    const bench = fixedBench();
    bench.provision(2);
    bench.eraseJournal();
    bench.flash.slots[Slot.B].erasePage(0);
    assert.equal(bench.start().reason, Reason.NothingBootable);
    bench.provision(0);
    bench.config = configWith({ baseFloor: 2 });
    assert.equal(bench.start().reason, Reason.NothingBootable);
  });

  it("THREAT.IMG.EXPIRED: a trailer that calls it confirmed changes nothing, with the journal or without", () => {
    for (const loseJournal of [false, true]) {
      const bench = fixedBench();
      const slot = padded(VULNERABLE, 16384);
      slot.set(trailerMagic(8), 16384 - 16);
      slot[trailerFieldOffset(16384, 8, TrailerField.ImageOk)] = 1;
      bench.flashByHand(bench.flash.slots[Slot.A], slot);
      if (loseJournal) {
        bench.eraseJournal();
      }
      runsFixed(bench);
    }
  });

  it("THREAT.IMG.EXPIRED: an older copy of the journal's page brings back no image below the base floor", () => {
    const bench = memoryBench(configWith({ baseFloor: 2 }));
    const old = memoryBench();
    old.flashByHand(old.flash.slots[Slot.A], VULNERABLE);
    old.start();
    bench.flashByHand(bench.flash.slots[Slot.A], VULNERABLE);
    bench.flashByHand(bench.flash.journal, old.flash.journal.read(0, 8192));
    bench.provision(0);
    assert.equal(bench.start().reason, Reason.NothingBootable);
  });

  it("THREAT.IMG.EXPIRED: a trial that was never confirmed does not raise the floor: it can roll back", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], VULNERABLE);
    bench.start();
    assert.equal(install(bench.start(), FIXED), Reason.None);
    assert.equal(bench.start(ResetCause.Software).door().info.securityFloor, 1);
    assert.equal(bench.start(ResetCause.Watchdog).slot, otherSlot(Slot.B));
    assert.equal(bench.state().floor, 1);
  });
});
