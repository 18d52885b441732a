import assert from "node:assert/strict";
import { VerifyMode } from "../../bootloader/config";
import { encodeProvisioning } from "../../core/boot/provisioning";
import { SlotStatus } from "../../core/boot/state";
import { trailerFieldOffset, TrailerField, trailerMagic } from "../../core/image/trailer";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { ImageChoices } from "../support/images";
import { makeImage } from "../support/images";
import { Bench, configWith, install, memoryBench, update } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };
const KEY = new Uint8Array(32).fill(0x5a);

/** A provisioned board with these images in its slots and no journal. */
function lostBench(a: ImageChoices | undefined, b: ImageChoices | undefined, baseFloor = 0): Bench {
  const bench = memoryBench();
  bench.provision(baseFloor);
  [a, b].forEach((choices, slot) => {
    if (choices !== undefined) {
      bench.flashByHand(bench.flash.slots[slot], makeImage(choices));
    }
  });
  return bench;
}

function confirmedTrailer(bench: Bench, slot: Slot): void {
  const flash = bench.flash.slots[slot];
  flash.write(flash.sizeBytes - 16, trailerMagic(8));
  flash.write(trailerFieldOffset(flash.sizeBytes, 8, TrailerField.ImageOk), Uint8Array.of(1, 255, 255, 255));
}

describe("a provisioned board that lost its journal", () => {
  it("starts the image with the highest counter, whatever the versions, and says so once", () => {
    const bench = lostBench({ version: "9.0.0", counter: 1 }, NEW);
    assert.equal(bench.start().slot, Slot.B);
    assert.equal(bench.start().slot, Slot.B);
    assert.equal(bench.records().filter((record) => record.type === RecordType.JournalLost).length, 1);
    assert.deepEqual([bench.state().active, bench.state().floor], [Slot.B, 2]);
  });

  it("takes the higher version of equal counters, and slot A of equal versions", () => {
    assert.equal(lostBench({ ...OLD, counter: 2 }, NEW).start().slot, Slot.B);
    assert.equal(lostBench(NEW, { ...OLD, counter: 2 }).start().slot, Slot.A);
    assert.equal(lostBench(NEW, NEW).start().slot, Slot.A);
  });

  it("prefers a sealed confirmed image to a higher counter, which must be tried first", () => {
    const bench = memoryBench(configWith({ verifyMode: VerifyMode.Seal }));
    bench.provision(0, KEY);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    bench.start();
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    bench.eraseJournal();
    const start = bench.start();
    assert.deepEqual([start.slot, start.door().info.trial], [Slot.A, false]);
    assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Installed);
  });

  it("prefers the newer of two sealed confirmed images, and keeps the older one as a fallback", () => {
    const bench = memoryBench();
    bench.provision(0, KEY);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ ...OLD, counter: 2 }));
    bench.start();
    update(bench, makeImage({ ...NEW, counter: 3 }));
    bench.eraseJournal();
    assert.equal(bench.start().slot, Slot.B);
    const state = bench.state();
    assert.deepEqual([state.slots[Slot.A].status, state.floor], [SlotStatus.Confirmed, 3]);
  });

  it("does not take the seal of another board's image for its own", () => {
    const bench = memoryBench();
    bench.provision(0, KEY);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    bench.start();
    bench.flashByHand(bench.flash.slots[Slot.B], makeImage(NEW));
    bench.provision(0, new Uint8Array(32).fill(1));
    bench.eraseJournal();
    assert.equal(bench.start().slot, Slot.B);
  });

  it("starts nothing below the base floor of the provisioning block or of the bootloader", () => {
    assert.equal(lostBench(OLD, NEW, 3).start().reason, Reason.NothingBootable);
    assert.equal(lostBench(OLD, NEW, 2).start().slot, Slot.B);
    const bench = lostBench(OLD, NEW, 1);
    bench.config = configWith({ baseFloor: 3 });
    assert.equal(bench.start().reason, Reason.NothingBootable);
  });

  it("holds the base floor although one reading of the provisioning block is wrong", () => {
    for (let wrongRead = 0; wrongRead < 2; wrongRead++) {
      const bench = lostBench(OLD, undefined, 2);
      let reads = 0;
      const provisioning = {
        ...bench.flash.provisioning,
        read: (offset: number, length: number): Uint8Array => {
          const bytes = bench.flash.provisioning.read(offset, length);
          bytes[0] ^= reads++ === wrongRead ? 1 : 0;
          return bytes;
        },
      };
      const noisy = new Bench({ ...bench.flash, provisioning }, bench.config);
      assert.equal(noisy.start().slot, undefined, `reading ${wrongRead}`);
    }
  });

  it("does not believe trailers any more", () => {
    const bench = lostBench(OLD, NEW);
    confirmedTrailer(bench, Slot.A);
    assert.equal(bench.start().slot, Slot.B);
  });

  it("believes a damaged provisioning block that the board was provisioned, and takes the bootloader's floor", () => {
    for (const [offset, value] of [[0, 0], [5, 0], [20, 0], [60, 0]] as const) {
      const bench = lostBench(OLD, NEW);
      const block = encodeProvisioning(0, KEY, bench.hash);
      block[offset] = block[offset] === value ? value + 1 : value;
      bench.flashByHand(bench.flash.provisioning, block);
      confirmedTrailer(bench, Slot.A);
      assert.equal(bench.start().slot, Slot.B, `byte ${offset}`);
    }
  });

  it("starts again from the slots each time where no journal can be written", () => {
    const bench = lostBench(OLD, NEW);
    const journal = { ...bench.flash.journal, write: () => undefined, erasePage: () => undefined };
    const worn = new Bench({ ...bench.flash, journal }, bench.config);
    for (let i = 0; i < 3; i++) {
      const start = worn.start();
      assert.deepEqual([start.slot, start.door().info.securityFloor], [Slot.B, 2]);
    }
  });

  it("goes to recovery without writing anything where no image verifies", () => {
    const bench = lostBench({ ...OLD, key: "sign-x" }, undefined);
    assert.equal(bench.start().reason, Reason.NothingBootable);
    assert.ok(bench.flash.journal.read(0, bench.flash.journal.sizeBytes).every((byte) => byte === 255));
  });

  it("does not start an image below the one that was taken, although both were confirmed", () => {
    const bench = memoryBench();
    bench.provision(0, KEY);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    bench.start();
    update(bench, makeImage(NEW));
    bench.eraseJournal();
    assert.equal(bench.start().slot, Slot.B);
    bench.flash.slots[Slot.B].erasePage(0);
    assert.equal(bench.start().reason, Reason.NothingBootable);
  });
});
