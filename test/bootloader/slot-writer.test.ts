import assert from "node:assert/strict";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { VerifyMode } from "../../bootloader/config";
import type { SlotWriter } from "../../core/boot/handover";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { trailerStart } from "../../core/image/trailer";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import type { Hash } from "../../hal/hash";
import type { MemoryFlash } from "../../hal/memory/flash";
import { createSlowHash } from "../../sim/fast-crypto";
import { imageDigest, makeImage, padded } from "../support/images";
import { Bench, configWith, memoryBench, norBench, send } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };
const SLOT_BYTES = 16384;
const TRAILER = trailerStart(SLOT_BYTES);

function confirmedBench(bench = memoryBench()): Bench {
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

function openedWriter(hashAs = (hash: Hash): Hash => hash): { bench: Bench; writer: SlotWriter } {
  const bench = confirmedBench();
  bench.hash = hashAs(bench.hash);
  return { bench, writer: bench.start().door().openWriter() };
}

/** After a refusal: recorded under its name, nothing bootable in B, the confirmed image untouched and started. */
function assertRefused(bench: Bench, reason: Reason, slotA: Uint8Array): void {
  assert.equal(bench.newest(RecordType.Refusal)?.detail, reason);
  assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Unknown);
  assert.deepEqual(bench.slotBytes(Slot.B).subarray(0, 4096), new Uint8Array(4096).fill(255));
  assert.deepEqual(bench.slotBytes(Slot.A), slotA);
  assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
}

describe("the slot writer", () => {
  it("writes the file, records each step under the image's digest, and starts the trial", () => {
    const { bench, writer } = openedWriter();
    const image = makeImage({ ...NEW, payload: 9000 });
    assert.equal(send(writer, image), Reason.None);
    assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Installed);
    assert.equal(writer.requestTrial(), Reason.None);
    assert.deepEqual(bench.slotBytes(Slot.B), padded(image, SLOT_BYTES));
    const digest = imageDigest({ ...NEW, payload: 9000 }).slice(0, 12);
    for (const type of [RecordType.Installed, RecordType.TrialRequested]) {
      assert.deepEqual([bench.newest(type)?.digest, bench.newest(type)?.value], [digest, 2]);
    }
    assert.equal(bench.newest(RecordType.InstallBegin)?.value, image.length);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
  });

  it("does not start what was installed without a request", () => {
    const { bench, writer } = openedWriter();
    assert.equal(send(writer, makeImage(NEW)), Reason.None);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });

  it("writes the same slot whatever the chunks", () => {
    const image = makeImage({ ...NEW, payload: 5000 });
    const { bench, writer } = openedWriter();
    const chunks = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(chunks, fc.boolean(), (sizes, withTrailer) => {
      const file = withTrailer ? padded(image, SLOT_BYTES) : image;
      assert.equal(writer.begin(file.length), Reason.None);
      for (let offset = 0, i = 0; offset < file.length; i++) {
        const end = Math.min(offset + sizes[i % sizes.length], file.length);
        assert.equal(writer.write(file.slice(offset, end)), Reason.None);
        offset = end;
      }
      assert.equal(writer.finish(), Reason.None);
      assert.deepEqual(bench.slotBytes(Slot.B), padded(image, SLOT_BYTES));
    }), { numRuns: 60 });
  });

  it("programs each word of a slot once, on a chip that allows no more, with seals and odd chunks", () => {
    const { bench, chip } = norBench({}, configWith());
    const { sizeBytes, pageSizeBytes } = chip.geometry;
    assert.deepEqual([sizeBytes, pageSizeBytes], [12288, 1024]);
    bench.provision(0, new Uint8Array(32).fill(1));
    confirmedBench(bench);
    const writes = new Map<number, number>();
    chip.onOperation = ({ kind, offsetBytes, lengthBytes }) => {
      for (let at = offsetBytes; at < offsetBytes + lengthBytes; at += 4) {
        writes.set(at, kind === "erase" ? 0 : (writes.get(at) ?? 0) + 1);
      }
    };
    const writer = bench.start().door().openWriter();
    assert.equal(send(writer, padded(makeImage({ ...NEW, payload: 3001 }), 4096), 37), Reason.None);
    writer.requestTrial();
    bench.start(ResetCause.Software).door().confirm();
    assert.equal(Math.max(...writes.values()), 1);
  });

  it("erases each page once an install, in ascending order, and never a page of the other slot", () => {
    const { bench, writer } = openedWriter();
    const erases = (bench.flash.slots[Slot.B] as MemoryFlash).eraseCount();
    assert.equal(send(writer, makeImage(NEW)), Reason.None);
    assert.equal((bench.flash.slots[Slot.B] as MemoryFlash).eraseCount() - erases, SLOT_BYTES / 4096);
    const ofA = (bench.flash.slots[Slot.A] as MemoryFlash).eraseCount();
    assert.equal(send(writer, makeImage(NEW)), Reason.None);
    assert.equal((bench.flash.slots[Slot.A] as MemoryFlash).eraseCount(), ofA);
  });

  it("kicks the watchdog for each page and each check, a bounded number of times", () => {
    const bench = confirmedBench();
    const start = bench.start();
    const kicks = start.watchdog.kickCount();
    send(start.door().openWriter(), makeImage(NEW));
    assert.ok(start.watchdog.kickCount() - kicks >= 5);
    assert.ok(start.watchdog.kickCount() - kicks <= 4 + 3);
  });

  it("starts over at a second begin, and the first file is gone", () => {
    const { bench, writer } = openedWriter();
    const first = makeImage({ ...NEW, payload: 6000 });
    assert.equal(writer.begin(first.length), Reason.None);
    assert.equal(writer.write(first.subarray(0, 5000)), Reason.None);
    const second = makeImage({ version: "3.0.0", counter: 3 });
    assert.equal(send(writer, second), Reason.None);
    assert.deepEqual(bench.slotBytes(Slot.B), padded(second, SLOT_BYTES));
  });

  it("takes back a pending trial when the slot is begun anew", () => {
    const { bench, writer } = openedWriter();
    assert.equal(send(writer, makeImage(NEW)), Reason.None);
    writer.requestTrial();
    assert.equal(writer.begin(100), Reason.None);
    assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Unknown);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });

  it("refuses calls out of order with WriterState, and they change nothing", () => {
    const { bench, writer } = openedWriter();
    const image = makeImage(NEW);
    const states = (): Reason[] => [writer.write(image), writer.finish(), writer.requestTrial()];
    const out = Reason.WriterState;
    assert.deepEqual(states(), [out, out, out]);
    writer.begin(image.length);
    assert.equal(writer.requestTrial(), out);
    assert.equal(writer.write(image), Reason.None);
    assert.equal(writer.finish(), Reason.None);
    assert.deepEqual([writer.write(image), writer.finish()], [out, out]);
    assert.deepEqual(bench.slotBytes(Slot.B), padded(image, SLOT_BYTES));
    assert.equal(writer.requestTrial(), Reason.None);
    assert.deepEqual(states(), [out, out, out]);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
  });

  it("refuses a file larger than the slot before anything is touched: an install that is under way goes on", () => {
    const { bench, writer } = openedWriter();
    const image = makeImage(NEW);
    writer.begin(image.length);
    writer.write(image.subarray(0, 100));
    assert.equal(writer.begin(SLOT_BYTES + 1), Reason.ImageTooLarge);
    assert.equal(bench.newest(RecordType.Refusal)?.detail, Reason.ImageTooLarge);
    assert.equal(writer.write(image.subarray(100)), Reason.None);
    assert.equal(writer.finish(), Reason.None);
  });

  it("refuses a file shorter or longer than was announced with SizeMismatch", () => {
    for (const difference of [-1, 1, 500]) {
      const { bench, writer } = openedWriter();
      const slotA = bench.slotBytes(Slot.A);
      const image = makeImage(NEW);
      writer.begin(image.length);
      const file = padded(image, image.length + Math.max(difference, 0)).subarray(0, image.length + difference);
      const reason = writer.write(file);
      assert.equal(reason === Reason.None ? writer.finish() : reason, Reason.SizeMismatch);
      assertRefused(bench, Reason.SizeMismatch, slotA);
    }
  });

  it("takes a padded file whose trailer area is erased", () => {
    const { bench, writer } = openedWriter();
    assert.equal(send(writer, padded(makeImage(NEW), SLOT_BYTES), 100), Reason.None);
    assert.deepEqual(bench.slotBytes(Slot.B), padded(makeImage(NEW), SLOT_BYTES));
  });

  it("refuses a file with any byte in the trailer area with TrailerPresent, also when it comes byte by byte", () => {
    for (const at of [TRAILER, TRAILER + 1, SLOT_BYTES - 24, SLOT_BYTES - 16, SLOT_BYTES - 1]) {
      for (const chunkBytes of [512, 4096, SLOT_BYTES]) {
        const { bench, writer } = openedWriter();
        const slotA = bench.slotBytes(Slot.A);
        const file = padded(makeImage(NEW), SLOT_BYTES);
        file[at] = 1;
        assert.equal(send(writer, file, chunkBytes), Reason.TrailerPresent, `${at} ${chunkBytes}`);
        assertRefused(bench, Reason.TrailerPresent, slotA);
      }
    }
  });

  it("takes an image that ends exactly where the trailer begins, and none that is a byte longer", () => {
    const overhead = makeImage({ ...NEW, payload: 100 }).length - 100;
    const { writer } = openedWriter();
    assert.equal(send(writer, makeImage({ ...NEW, payload: TRAILER - overhead })), Reason.None);
    assert.equal(send(writer, makeImage({ ...NEW, payload: TRAILER - overhead + 1 })), Reason.TrailerPresent);
  });

  it("honours dependencies, which need a higher version or an image that does not exist", () => {
    const version = { major: 2, minor: 1, revision: 0, build: 0 };
    const cases = [[0, Reason.DependencyUnmet], [1, Reason.DependencyOnOtherImage]] as const;
    for (const [imageId, reason] of cases) {
      const { bench, writer } = openedWriter();
      const slotA = bench.slotBytes(Slot.A);
      assert.equal(send(writer, makeImage({ ...NEW, dependencies: [{ imageId, version }] })), reason);
      assertRefused(bench, reason, slotA);
    }
  });

  it("refuses where flash does not take what is written", () => {
    const bench = confirmedBench();
    const real = bench.flash.slots[Slot.B];
    const worn: FlashPartition = {
      ...real,
      write: (offset, bytes) => real.write(offset, bytes.map((byte, i) => (offset + i === 40 ? 0 : byte))),
    };
    const broken = new Bench({ ...bench.flash, slots: [bench.flash.slots[Slot.A], worn] }, bench.config);
    assert.equal(send(broken.start().door().openWriter(), makeImage(NEW)), Reason.DigestMismatch);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });

  it("refuses with JournalUnwritable, and touches nothing, where the install cannot be recorded", () => {
    const bench = confirmedBench();
    const journal: FlashPartition = { ...bench.flash.journal, write: () => undefined, erasePage: () => undefined };
    const worn = new Bench({ ...bench.flash, journal }, bench.config);
    const before = bench.slotBytes(Slot.B);
    assert.equal(worn.start().door().openWriter().begin(100), Reason.JournalUnwritable);
    assert.deepEqual(bench.slotBytes(Slot.B), before);
  });

  it("writes few records for a flood of refused files", () => {
    const { bench, writer } = openedWriter();
    const before = bench.records().filter((record) => record.type === RecordType.Refusal).length;
    for (let i = 0; i < 300; i++) {
      assert.equal(writer.begin(SLOT_BYTES + 1 + i), Reason.ImageTooLarge);
    }
    assert.equal(bench.records().filter((record) => record.type === RecordType.Refusal).length - before, 9);
  });

  it("checks the signature of what arrives, whatever seal it brings, in seal mode too", () => {
    const bench = memoryBench(configWith({ verifyMode: VerifyMode.Seal }));
    bench.provision(0, new Uint8Array(32).fill(1));
    const writer = confirmedBench(bench).start().door().openWriter();
    assert.equal(send(writer, makeImage(NEW)), Reason.None);
    const sealOf = (image: Uint8Array): number => Math.ceil(image.length / 32) * 32;
    const seal = bench.slotBytes(Slot.B).subarray(sealOf(makeImage(NEW))).slice(0, 32);
    const unsigned = makeImage({ ...NEW, key: "none" });
    const file = padded(unsigned, sealOf(unsigned) + 32);
    file.set(seal, sealOf(unsigned));
    assert.equal(send(writer, file), Reason.Unsigned);
  });

  it("leaves little to hash for the end on a board that hashes while it receives, and accepts as others do", () => {
    const { bench, writer } = openedWriter((hash) => createSlowHash(hash, () => undefined));
    let regionBytes = 0;
    const slot = bench.flash.slots[Slot.B];
    const read = slot.read.bind(slot);
    const image = makeImage({ ...NEW, payload: 8000 });
    assert.equal(writer.begin(image.length), Reason.None);
    for (let at = 0; at < image.length; at += 300) {
      assert.equal(writer.write(image.subarray(at, at + 300)), Reason.None);
    }
    Object.assign(slot, {
      read: (offsetBytes: number, lengthBytes: number): Uint8Array => {
        regionBytes += lengthBytes;
        return read(offsetBytes, lengthBytes);
      },
    });
    assert.equal(writer.finish(), Reason.None);
    assert.ok(regionBytes < 2048, `${regionBytes} bytes were read at the end of ${image.length}`);
    const flipped = image.slice();
    flipped[4000] ^= 1;
    assert.equal(send(writer, flipped), Reason.DigestMismatch);
  });

  it("leaves the image that runs byte for byte as it is, whatever is sent", () => {
    const { bench, writer } = openedWriter();
    const hashOf = (): string => createHash("sha256").update(bench.slotBytes(Slot.A)).digest("hex");
    const before = hashOf();
    const part = fc.uint8Array({ minLength: 1, maxLength: 2000 });
    const size = fc.integer({ min: 0, max: SLOT_BYTES + 2 });
    fc.assert(fc.property(size, fc.array(part, { maxLength: 9 }), (sizeBytes, parts) => {
      writer.begin(sizeBytes);
      parts.forEach((bytes) => writer.write(bytes));
      assert.notEqual(writer.finish(), Reason.None);
      assert.equal(writer.requestTrial(), Reason.WriterState);
      assert.equal(hashOf(), before);
    }), { numRuns: 200 });
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });
});
