import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import CRC32 from "crc-32";
import type { SealedImage } from "../../../core/boot/seal";
import { useSeal } from "../../../core/boot/seal";
import { Seal } from "../../../core/image/seal-kind";
import { trailerStart } from "../../../core/image/trailer";
import { Slot } from "../../../core/slot";
import type { MemoryFlash } from "../../../hal/memory/flash";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { createHostHash } from "../../../tools/host-hash";

const HASH = createHostHash();
const KEY = new Uint8Array(32).fill(0x42);
const IDENTITY = new Uint8Array(12).fill(0x17);
const SEALER = { deviceKey: KEY, identity: IDENTITY };
const IMAGE: SealedImage = { digest: new Uint8Array(32).fill(3), totalSizeBytes: 101, counter: 0x01020304 };

function slotFlash(): MemoryFlash {
  return createMemoryFlash({ name: "slot", addressBytes: 0, sizeBytes: 1024, pageSizeBytes: 1024, writeUnitBytes: 4 });
}

function writeSeal(flash: MemoryFlash, key: Uint8Array | undefined, slot: Slot, image: SealedImage, kind: Seal): void {
  useSeal(flash, HASH, { deviceKey: key, identity: IDENTITY }, slot, image, kind, true);
}

/** As docs/SPEC.md, "Seals", says it. */
function expected(kind: Seal, slot: Slot, image: SealedImage, contentCrc = 0): string {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const head = Buffer.concat([Buffer.from("TBS1"), Buffer.from([kind, slot, 0, 0]), u32(image.counter), image.digest]);
  const identity = kind === Seal.Confirmed ? Buffer.alloc(12) : IDENTITY;
  return createHmac("sha256", KEY).update(head).update(identity).update(u32(contentCrc)).digest("hex");
}

/** CRC-32 as zlib has it, of the CRC-32s of pieces of 4,096 bytes. */
function crcOfPieces(bytes: Uint8Array): number {
  const crcs: number[] = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    crcs.push(CRC32.buf(bytes.subarray(at, at + 4096)));
  }
  return CRC32.buf(new Uint8Array(Int32Array.from(crcs).buffer)) >>> 0;
}

describe("seals", () => {
  it("are the HMACs of docs/SPEC.md, at their places behind the image", () => {
    const flash = slotFlash();
    writeSeal(flash, KEY, Slot.B, IMAGE, Seal.Verified);
    writeSeal(flash, KEY, Slot.B, IMAGE, Seal.Confirmed);
    assert.equal(Buffer.from(flash.read(128, 32)).toString("hex"), expected(Seal.Verified, Slot.B, IMAGE));
    assert.equal(Buffer.from(flash.read(160, 32)).toString("hex"), expected(Seal.Confirmed, Slot.B, IMAGE));
    assert.ok(flash.read(192, 832).every((byte) => byte === 255));
  });

  it("hold for the device key, kind, slot, counter, digest and identity that they were made for, and no other", () => {
    const flash = slotFlash();
    writeSeal(flash, KEY, Slot.A, IMAGE, Seal.Verified);
    const holds = (
      key: Uint8Array | undefined, slot: Slot, image: SealedImage, kind: Seal, identity = IDENTITY,
    ): boolean => useSeal(flash, HASH, { deviceKey: key, identity }, slot, image, kind, false);
    assert.equal(holds(KEY, Slot.A, IMAGE, Seal.Verified), true);
    assert.equal(holds(new Uint8Array(32), Slot.A, IMAGE, Seal.Verified), false);
    assert.equal(holds(undefined, Slot.A, IMAGE, Seal.Verified), false);
    assert.equal(holds(KEY, Slot.B, IMAGE, Seal.Verified), false);
    assert.equal(holds(KEY, Slot.A, IMAGE, Seal.Verified, new Uint8Array(12)), false);
    assert.equal(holds(KEY, Slot.A, IMAGE, Seal.Confirmed), false);
    assert.equal(holds(KEY, Slot.A, { ...IMAGE, counter: 5 }, Seal.Verified), false);
    assert.equal(holds(KEY, Slot.A, { ...IMAGE, digest: new Uint8Array(32) }, Seal.Verified), false);
  });

  it("of a verified image cover the CRC-32 of its bytes, all of them, where the kind says so", () => {
    const settings = { name: "slot", addressBytes: 0, sizeBytes: 12288, pageSizeBytes: 4096, writeUnitBytes: 4 };
    for (const totalSizeBytes of [101, 4096, 4097, 9001]) {
      const image = { ...IMAGE, totalSizeBytes };
      const bytes = Uint8Array.from({ length: totalSizeBytes }, (_, i) => i * 7 % 256);
      const place = Math.ceil(totalSizeBytes / 32) * 32;
      const seal = (flash: MemoryFlash, mayWrite: boolean): boolean =>
        useSeal(flash, HASH, SEALER, Slot.A, image, Seal.VerifiedContent, mayWrite);
      const flash = createMemoryFlash(settings);
      flash.write(0, Uint8Array.from({ length: place }, (_, i) => i < bytes.length ? bytes[i] : 255));
      seal(flash, true);
      const written = flash.read(place, 32);
      const sealed = expected(Seal.VerifiedContent, Slot.A, image, crcOfPieces(bytes));
      assert.equal(Buffer.from(written).toString("hex"), sealed);
      assert.equal(seal(flash, false), true);
      assert.equal(useSeal(flash, HASH, SEALER, Slot.A, image, Seal.Verified, false), false);
      for (const at of [0, 100, totalSizeBytes - 1]) {
        const other = createMemoryFlash(settings);
        const content = flash.read(0, place + 32);
        content[at] ^= 4;
        other.write(0, content);
        assert.equal(seal(other, false), false, `byte ${at} of ${totalSizeBytes}`);
      }
    }
  });

  it("are written once, and not at all without a key or over anything", () => {
    const flash = slotFlash();
    writeSeal(flash, undefined, Slot.A, IMAGE, Seal.Verified);
    assert.equal(flash.writeCount(), 0);
    writeSeal(flash, KEY, Slot.A, IMAGE, Seal.Verified);
    writeSeal(flash, KEY, Slot.A, IMAGE, Seal.Verified);
    assert.equal(flash.writeCount(), 1);
    flash.write(160, Uint8Array.of(0, 255, 255, 255));
    writeSeal(flash, KEY, Slot.A, IMAGE, Seal.Confirmed);
    assert.equal(flash.writeCount(), 2);
  });

  it("end before the trailer: an image that leaves no room has none", () => {
    const limit = trailerStart(1024);
    for (let size = limit - 128; size <= limit; size++) {
      const flash = slotFlash();
      const image = { ...IMAGE, totalSizeBytes: size };
      writeSeal(flash, KEY, Slot.A, image, Seal.Verified);
      writeSeal(flash, KEY, Slot.A, image, Seal.Confirmed);
      assert.ok(flash.read(limit, 1024 - limit).every((byte) => byte === 255), `size ${size}`);
      const room = Math.ceil(size / 32) * 32 + 32 <= limit;
      assert.equal(useSeal(flash, HASH, SEALER, Slot.A, image, Seal.Verified, false), room);
    }
  });
});
