/**
 * What arrives broken, or breaks on the board: each ends in a named refusal or in recovery, with the confirmed image
 * still bootable and nothing lost.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { encodeProvisioning } from "../../core/boot/provisioning";
import { makeRecord, RecordType, sealRecord } from "../../core/journal/record";
import { SEQUENCE_MAX } from "../../core/limits";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import type { NorFlash } from "../../sim/flash";
import { imageDigest, makeImage, padded } from "../support/images";
import type { NorBench } from "./bench";
import { Bench, configWith, install, memoryBench, norBench, send, update } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };
const VENDOR = new Uint8Array(16).fill(1);
const CLASS = new Uint8Array(16).fill(2);

function confirmedBench(bench = memoryBench()): Bench {
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ ...OLD, vendorId: VENDOR, classId: CLASS }));
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

/** Two starts of the confirmed image, one after power-on and one after the update that was refused. */
function assertConfirmedStarts(bench: Bench, slotA: Uint8Array): void {
  assert.deepEqual(bench.slotBytes(Slot.A), slotA);
  for (const cause of [ResetCause.Software, ResetCause.PowerOn]) {
    const start = bench.start(cause);
    assert.deepEqual([start.slot, start.door().info.trial], [Slot.A, false]);
  }
}

function changed(image: Uint8Array, offset: number): Uint8Array {
  const copy = image.slice();
  copy[offset] ^= 1;
  return copy;
}

describe("files that are refused", () => {
  const good = makeImage({ ...NEW, vendorId: VENDOR, classId: CLASS });
  const uuids = { vendorId: VENDOR, classId: CLASS };
  const other = new Uint8Array(16).fill(9);
  const signatureAt = good.length - 64;
  const files: [string, Uint8Array, Reason][] = [
    ["an empty file", new Uint8Array(0), Reason.ImageMagic],
    ["a file of 0x00", new Uint8Array(5000), Reason.ImageMagic],
    ["a file of 0xff", new Uint8Array(5000).fill(255), Reason.ImageMagic],
    ["a text", new Uint8Array(Buffer.from("console.log(1)")), Reason.ImageMagic],
    ["a truncated header", good.subarray(0, 20), Reason.ProtectedSize],
    ["a truncated payload", good.subarray(0, 50), Reason.ProtectedSize],
    ["a truncated signature", good.subarray(0, good.length - 1), Reason.SignatureInvalid],
    ["a file larger than the slot", new Uint8Array(16385), Reason.ImageTooLarge],
    ["an image with one bit of its payload changed", changed(good, 40), Reason.DigestMismatch],
    ["an image with one bit of its version changed", changed(good, 20), Reason.DigestMismatch],
    ["an image with one bit of its signature changed", changed(good, signatureAt), Reason.SignatureInvalid],
    ["an image without a signature", makeImage({ ...NEW, ...uuids, key: "none" }), Reason.Unsigned],
    ["an image by an unknown key", makeImage({ ...NEW, ...uuids, key: "sign-x" }), Reason.KeyUnknown],
    ["an image for another vendor", makeImage({ ...NEW, ...uuids, vendorId: other }), Reason.WrongVendor],
    ["an image for another board", makeImage({ ...NEW, ...uuids, classId: other }), Reason.WrongClass],
    ["an image for no board in particular", makeImage(NEW), Reason.WrongVendor],
    ["an older image", makeImage({ version: "3.0.0", counter: 0, ...uuids }), Reason.CounterBelowFloor],
    ["an image without a counter", makeImage({ version: "3.0.0", ...uuids }), Reason.CounterMissing],
    ["an image with a byte behind it", padded(good, good.length + 1, 0), Reason.ExtraBytes],
  ];
  for (const [title, file, reason] of files) {
    it(`${title}: reason ${reason}`, () => {
      const bench = confirmedBench(memoryBench(configWith(uuids)));
      const slotA = bench.slotBytes(Slot.A);
      const writer = bench.start().door().openWriter();
      assert.equal(send(writer, file), reason);
      assert.equal(writer.requestTrial(), Reason.WriterState);
      assert.equal(bench.newest(RecordType.Refusal)?.detail, reason);
      assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Unknown);
      assertConfirmedStarts(bench, slotA);
    });
  }

  it("any one bit of a good file changed, and any truncation", () => {
    const bench = confirmedBench(memoryBench(configWith(uuids)));
    const writer = bench.start().door().openWriter();
    const slotA = bench.slotBytes(Slot.A);
    fc.assert(fc.property(fc.nat(good.length - 1), fc.boolean(), (at, truncated) => {
      const reason = send(writer, truncated ? good.subarray(0, at) : changed(good, at));
      assert.notEqual(reason, Reason.None);
      assert.ok(reason < Reason.TrialRunning);
    }), { numRuns: 300 });
    assertConfirmedStarts(bench, slotA);
  });
});

type Fill = (size: number) => Uint8Array;

const fills: Record<string, Fill> = {
  "0x00": (size) => new Uint8Array(size),
  "0xff": (size) => new Uint8Array(size).fill(255),
  "0x55": (size) => new Uint8Array(size).fill(0x55),
  noise: (size) => Uint8Array.from({ length: size }, (_, i) => (i * 2654435761) >>> 13),
};

describe("slots full of garbage", () => {
  for (const [name, fill] of Object.entries(fills)) {
    it(`${name} in the other slot does not keep the confirmed image from starting`, () => {
      const bench = confirmedBench();
      bench.flashByHand(bench.flash.slots[Slot.B], fill(16384));
      assertConfirmedStarts(bench, bench.slotBytes(Slot.A));
      assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
      assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
    });

    it(`${name} in place of a trial: rejected, and the confirmed image starts`, () => {
      const bench = confirmedBench();
      assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
      bench.flashByHand(bench.flash.slots[Slot.B], fill(16384));
      assertConfirmedStarts(bench, bench.slotBytes(Slot.A));
      assert.equal(bench.newest(RecordType.Rejected)?.detail, Reason.ImageMagic);
    });

    it(`${name} in both slots: recovery, repair through its writer, and a start`, () => {
      const bench = confirmedBench();
      bench.flash.slots.forEach((slot) => bench.flashByHand(slot, fill(16384)));
      const start = bench.start();
      assert.equal(start.reason, Reason.NothingBootable);
      const { writer } = start.recovery();
      assert.equal(send(writer, makeImage(NEW)), Reason.None);
      assert.equal(writer.requestTrial(), Reason.None);
      assert.equal(bench.start(ResetCause.Software).door().confirm(), Reason.None);
      assert.equal(bench.start().door().info.version.major, 2);
    });
  }
});

describe("journal pages full of garbage", () => {
  for (const [name, fill] of Object.entries(fills)) {
    it(`${name} in all pages: the journal is built again from the slots`, () => {
      const bench = confirmedBench();
      bench.flashByHand(bench.flash.journal, fill(bench.flash.journal.sizeBytes));
      assertConfirmedStarts(bench, bench.slotBytes(Slot.A));
      assert.notEqual(bench.newest(RecordType.JournalLost), undefined);
      update(bench, makeImage(NEW));
      assert.equal(bench.start().slot, Slot.B);
    });

    for (const half of [0, 1]) {
      it(`${name} in half ${half} of the page that is not in use loses nothing`, () => {
        const bench = confirmedBench();
        update(bench, makeImage(NEW));
        const before = bench.state();
        const { journal } = bench.flash;
        const inUse = Buffer.from(journal.read(0, 4)).readUInt32LE() === 0xffffffff ? 4096 : 0;
        const page = journal.read(4096 - inUse, 4096);
        journal.erasePage(4096 - inUse);
        page.set(fill(2048), half * 2048);
        journal.write(4096 - inUse, page);
        assert.deepEqual(bench.state(), before);
        assert.equal(bench.start().slot, Slot.B);
        assert.equal(bench.newest(RecordType.JournalLost), undefined);
      });
    }
  }

  it("noise over the free half of the page in use loses nothing", () => {
    const bench = confirmedBench();
    update(bench, makeImage(NEW));
    const { journal } = bench.flash;
    const start = Buffer.from(journal.read(0, 4)).readUInt32LE() === 0xffffffff ? 4096 : 0;
    journal.write(start + 2048, fills["noise"](2048));
    const before = bench.state();
    assert.equal(bench.start().slot, Slot.B);
    update(bench, makeImage({ version: "3.0.0", counter: 3 }));
    assert.deepEqual([before.floor, bench.state().floor], [2, 3]);
    assert.equal(bench.start().slot, Slot.A);
  });

  it("records with a right CRC and a sequence beyond the limit do not count", () => {
    const bench = confirmedBench();
    const { journal } = bench.flash;
    const start = Buffer.from(journal.read(0, 4)).readUInt32LE() === 0xffffffff ? 4096 : 0;
    for (const [position, sequence] of [[40, SEQUENCE_MAX], [41, 4294967295], [42, SEQUENCE_MAX + 7]]) {
      const record = makeRecord(RecordType.RecoveryRequested, Slot.A, 0, undefined, 0);
      sealRecord(record, sequence, bench.hash);
      journal.write(start + position * 32, record);
    }
    assertConfirmedStarts(bench, bench.slotBytes(Slot.A));
  });

  it("a journal whose sequences have run out says that it takes no record, instead of losing it", () => {
    const bench = confirmedBench();
    const { journal } = bench.flash;
    const start = Buffer.from(journal.read(0, 4)).readUInt32LE() === 0xffffffff ? 4096 : 0;
    const last = makeRecord(RecordType.Settled, Slot.None, 0, undefined, 0);
    sealRecord(last, SEQUENCE_MAX - 1, bench.hash);
    journal.write(start + 40 * 32, last);
    const writer = bench.start().door().openWriter();
    const reason = send(writer, makeImage(NEW));
    const status = bench.state().slots[Slot.B].status;
    assert.equal(reason === Reason.None, status === SlotStatus.Installed, `reason ${reason}, status ${status}`);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });
});

describe("a damaged provisioning block", () => {
  it("does not keep the confirmed image from starting, whatever it holds", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (block) => {
      const bench = confirmedBench();
      bench.flashByHand(bench.flash.provisioning, block);
      assertConfirmedStarts(bench, bench.slotBytes(Slot.A));
    }), { numRuns: 30 });
  });

  it("that claims a floor above every image leads to recovery, and back when it is mended", () => {
    const bench = confirmedBench();
    bench.provision(100);
    assert.equal(bench.start().reason, Reason.NothingBootable);
    bench.flashByHand(bench.flash.provisioning, encodeProvisioning(0, undefined, bench.hash));
    assert.equal(bench.start().slot, Slot.A);
  });
});

describe("flash that reads differently each time", () => {
  /** A chip with the content of `quiet` whose readings have one wrong bit with this probability. */
  function noisyCopy(quiet: NorFlash, readNoise: number, seed: number): NorBench {
    const copy = norBench({ readNoise, seed });
    copy.chip.install(0, quiet.peek(0, quiet.geometry.sizeBytes));
    return copy;
  }

  it("with one wrong bit in one of ten readings starts what it should, or says why not, and loses nothing", () => {
    let starts = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { bench, chip } = norBench();
      confirmedBench(bench);
      const noisy = noisyCopy(chip, 0.1, seed);
      for (let i = 0; i < 5; i++) {
        const start = noisy.bench.start();
        assert.ok(start.slot === Slot.A || start.reason !== Reason.None);
        starts += start.slot === Slot.A ? 1 : 0;
      }
      const after = noisyCopy(noisy.chip, 0, 1).bench;
      assert.equal(after.start(ResetCause.Software).slot, Slot.A, `seed ${seed}`);
    }
    assert.ok(starts >= 200 && starts < 300, `${starts} of 300`);
  });

  it("only in the slot, at one reading of three, costs no image", () => {
    const bench = confirmedBench();
    const real = bench.flash.slots[Slot.A];
    for (let offset = 0; offset < makeImage({ ...OLD, vendorId: VENDOR, classId: CLASS }).length; offset += 7) {
      let wrong = 1;
      const flaky: FlashPartition = {
        ...real,
        read: (start, length) => {
          const bytes = real.read(start, length);
          if (wrong > 0 && start <= offset && offset < start + length) {
            wrong--;
            bytes[offset - start] ^= 4;
          }
          return bytes;
        },
      };
      const noisy = new Bench({ ...bench.flash, slots: [flaky, bench.flash.slots[Slot.B]] }, bench.config);
      assert.equal(noisy.start().slot, Slot.A, `byte ${offset}`);
    }
  });

  it("never starts an image other than the one it verified", () => {
    const digest = Buffer.from(imageDigest({ ...OLD, vendorId: VENDOR, classId: CLASS }).subarray(0, 12));
    let starts = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { bench, chip } = norBench();
      confirmedBench(bench);
      const noisy = noisyCopy(chip, 0.3, seed);
      for (let i = 0; i < 5; i++) {
        const start = noisy.bench.start();
        if (start.slot !== undefined) {
          starts++;
          assert.equal(Buffer.compare(start.door().info.digest, digest), 0);
          assert.deepEqual([start.slot, start.program?.offsetBytes], [Slot.A, 32]);
        }
      }
    }
    assert.ok(starts > 20 && starts < 180, `${starts} of 200`);
  });

  it("after a page erase that power cut short: unstable bits all over a slot end in a refusal", () => {
    for (const unstableReads of ["random", "ones", "zeros", "alternating"] as const) {
      const { bench, chip } = norBench({ unstableReads });
      confirmedBench(bench);
      assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
      chip.arm({ atOperation: 0, when: "torn", tornBytes: 0 });
      assert.throws(() => bench.flash.slots[Slot.B].erasePage(0));
      chip.powerOn();
      // Bits that read as zeros hide the tear: the image is as good as it was.
      const intact = unstableReads === "zeros";
      assert.equal(bench.start(ResetCause.PowerOn).slot, intact ? Slot.B : Slot.A);
      assert.equal(bench.newest(RecordType.Rejected)?.slot, intact ? undefined : Slot.B);
    }
  });
});
