import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import CRC32 from "crc-32";
import { VerifyMode } from "../../bootloader/config";
import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { imageDigest, makeImage } from "../support/images";
import type { Bench } from "./bench";
import { configWith, install, memoryBench, update } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };
const KEY = new Uint8Array(32).fill(0x5a);

/** Provisioned with a device key, the old image confirmed in A. */
function sealedBench(verifyMode = VerifyMode.Seal): Bench {
  const bench = memoryBench(configWith({ verifyMode }));
  bench.provision(0, KEY);
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

function sealOffset(image: Uint8Array): number {
  return Math.ceil(image.length / 32) * 32;
}

/** Signatures checked in one start. */
function checksOf(bench: Bench, cause = ResetCause.PowerOn): number {
  const before = bench.verifications;
  assert.notEqual(bench.start(cause).slot, undefined);
  return bench.verifications - before;
}

/** Gives the slot other bytes in place of those at `offset`. */
function overwrite(bench: Bench, slot: Slot, offset: number, bytes: Uint8Array): void {
  const content = bench.slotBytes(slot);
  content.set(bytes, offset);
  bench.flashByHand(bench.flash.slots[slot], content);
}

describe("seal mode", () => {
  it("checks no signature from the second start on", () => {
    const bench = sealedBench();
    assert.equal(checksOf(bench), 0);
    assert.equal(checksOf(bench), 0);
  });

  it("checks no signature when a trial starts that was checked in full at its install", () => {
    const bench = sealedBench();
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    const before = bench.verifications;
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
    assert.equal(bench.verifications, before);
  });

  it("is not in force in full mode: there every start checks the signature", () => {
    const bench = sealedBench(VerifyMode.Full);
    assert.equal(checksOf(bench), 1);
    assert.equal(checksOf(bench), 1);
  });

  it("takes an image without a security counter for one with counter 0", () => {
    const bench = memoryBench(configWith({ verifyMode: VerifyMode.Seal }));
    bench.provision(0, KEY);
    const image = makeImage({ version: "1.0.0" });
    bench.flashByHand(bench.flash.slots[Slot.A], image);
    bench.start();
    assert.equal(checksOf(bench), 0);
    const head = Buffer.concat([Buffer.from("TBS1"), Buffer.alloc(8), imageDigest({ version: "1.0.0" })]);
    const message = Buffer.concat([head, bench.config.identity, Buffer.alloc(4)]);
    const seal = createHmac("sha256", KEY).update(message).digest();
    assert.deepEqual(Buffer.from(bench.slotBytes(Slot.A).subarray(sealOffset(image)).subarray(0, 32)), seal);
  });

  it("checks in full at every start of a board without a device key", () => {
    const bench = memoryBench(configWith({ verifyMode: VerifyMode.Seal }));
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    bench.start();
    assert.equal(checksOf(bench), 1);
    assert.equal(checksOf(bench), 1);
    assert.equal(bench.slotBytes(Slot.A).subarray(sealOffset(makeImage(OLD))).every((byte) => byte === 255), true);
  });

  it("writes each seal once: verified when checked, confirmed when confirmed", () => {
    const bench = sealedBench();
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    const at = sealOffset(makeImage(NEW));
    const erased = (offset: number): boolean =>
      bench.slotBytes(Slot.B).subarray(offset, offset + 32).every((byte) => byte === 255);
    assert.deepEqual([erased(at), erased(at + 32)], [false, true]);
    bench.start(ResetCause.Software).door().confirm();
    assert.deepEqual([erased(at), erased(at + 32), erased(at + 64)], [false, false, true]);
  });

  for (let byte = 0; byte < 32; byte += 5) {
    it(`checks in full again when byte ${byte} of the seal is altered`, () => {
      const bench = sealedBench();
      const at = sealOffset(makeImage(OLD)) + byte;
      overwrite(bench, Slot.A, at, Uint8Array.of(bench.slotBytes(Slot.A)[at] ^ 1));
      assert.equal(checksOf(bench), 1);
      assert.equal(checksOf(bench), 1, "a spoiled seal is never written anew");
    });
  }

  it("checks in full when the device key is another one", () => {
    const bench = sealedBench();
    bench.provision(0, new Uint8Array(32).fill(0x5b));
    assert.equal(checksOf(bench), 1);
  });

  it("refuses an altered image in spite of its seal", () => {
    const bench = sealedBench();
    overwrite(bench, Slot.A, 40, Uint8Array.of(bench.slotBytes(Slot.A)[40] ^ 1));
    assert.equal(bench.start().reason, Reason.NothingBootable);
  });

  it("takes no seal of another slot, another image or another kind", () => {
    const bench = sealedBench();
    update(bench, makeImage(NEW));
    const [oldAt, newAt] = [sealOffset(makeImage(OLD)), sealOffset(makeImage(NEW))];
    const foreign = [
      bench.slotBytes(Slot.A).slice(oldAt, oldAt + 32),
      bench.slotBytes(Slot.B).slice(newAt + 32, newAt + 64),
    ];
    assert.equal(checksOf(bench), 0);
    for (const seal of foreign) {
      overwrite(bench, Slot.B, newAt, seal);
      assert.equal(checksOf(bench), 1);
    }
  });

  it("takes no image without signature or by an unknown key for a sealed one", () => {
    for (const key of ["none", "sign-x"] as const) {
      const bench = sealedBench();
      const forged = makeImage({ ...NEW, key });
      const content = bench.slotBytes(Slot.A);
      const seals = content.slice(sealOffset(makeImage(OLD)), sealOffset(makeImage(OLD)) + 64);
      const slot = new Uint8Array(content.length).fill(255);
      slot.set(forged);
      slot.set(seals, sealOffset(forged));
      bench.flashByHand(bench.flash.slots[Slot.A], slot);
      assert.equal(bench.start().slot, undefined);
    }
  });
});

describe("seal mode without a native SHA-256", () => {
  /** As `sealedBench`, and its second start is over; counts the digests of whole images from then on. */
  function contentBench(): { bench: Bench; digests: () => number } {
    const bench = sealedBench(VerifyMode.SealCrc32);
    const sha256Region = bench.hash.sha256Region.bind(bench.hash);
    let count = 0;
    Object.assign(bench.hash, {
      sha256Region: (...region: Parameters<typeof sha256Region>): Uint8Array => {
        count++;
        return sha256Region(...region);
      },
    });
    return { bench, digests: () => count };
  }

  it("computes neither digest nor signature from the second start on, of factory image, trial and update", () => {
    const { bench, digests } = contentBench();
    assert.equal(checksOf(bench), 0);
    assert.equal(digests(), 0);
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    const [checks, computed] = [bench.verifications, digests()];
    const trial = bench.start(ResetCause.Software);
    assert.equal(trial.slot, Slot.B);
    trial.door().confirm();
    assert.equal(bench.start().slot, Slot.B);
    assert.deepEqual([bench.verifications, digests()], [checks, computed]);
  });

  it("notices every byte of the image that flips, and starts it no more", () => {
    const image = makeImage(OLD);
    for (let at = 0; at < image.length; at += 13) {
      const { bench } = contentBench();
      overwrite(bench, Slot.A, at, Uint8Array.of(image[at] ^ 16));
      assert.equal(bench.start().slot, undefined, `byte ${at}`);
    }
  });

  it("takes no seal of the other kind", () => {
    const bench = sealedBench(VerifyMode.Seal);
    bench.config = { ...bench.config, verifyMode: VerifyMode.SealCrc32 };
    assert.equal(checksOf(bench), 1);
  });

  it("takes a change that keeps the CRC-32 for the image that was sealed: what SECURITY.md says it loses", () => {
    const { bench } = contentBench();
    const image = makeImage(OLD);
    const at = 40;
    const forged = image.slice();
    forged[at] ^= 1;
    forged.set(bytesForCrc(forged, at + 1, CRC32.buf(image)), at + 1);
    assert.notDeepEqual(forged, image);
    assert.equal(CRC32.buf(forged), CRC32.buf(image));
    overwrite(bench, Slot.A, 0, forged);
    assert.equal(bench.start().slot, Slot.A);
    bench.config = { ...bench.config, verifyMode: VerifyMode.Full };
    assert.equal(bench.start().slot, undefined);
  });
});

/** Four bytes for `bytes` at `at` that give all of it this CRC-32; found bit by bit, since CRC-32 is linear. */
function bytesForCrc(bytes: Uint8Array, at: number, wanted: number): Uint8Array {
  const crcWith = (value: number): number => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(at, value >>> 0, true);
    return CRC32.buf(copy);
  };
  const base = crcWith(0);
  const effects = Array.from({ length: 32 }, (_, bit) => ({ value: 2 ** bit, crc: crcWith(2 ** bit) ^ base }));
  let value = 0;
  let rest = wanted ^ base;
  for (let bit = 31; bit >= 0; bit--) {
    const pivot = effects.find(({ crc }) => crc >>> bit === 1);
    if (pivot !== undefined) {
      for (const other of effects) {
        if (other !== pivot && (other.crc >>> bit & 1) === 1) {
          other.crc ^= pivot.crc;
          other.value = (other.value ^ pivot.value) >>> 0;
        }
      }
      if ((rest >>> bit & 1) === 1) {
        rest ^= pivot.crc;
        value = (value ^ pivot.value) >>> 0;
      }
      effects.splice(effects.indexOf(pivot), 1);
    }
  }
  const found = new Uint8Array(4);
  new DataView(found.buffer).setUint32(0, value, true);
  return found;
}
