import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { SealedImage } from "../../../core/boot/seal";
import { Seal, useSeal } from "../../../core/boot/seal";
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
function expected(kind: Seal, slot: Slot, image: SealedImage): string {
  const counter = Buffer.alloc(4);
  counter.writeUInt32LE(image.counter);
  const head = Buffer.concat([Buffer.from("TBS1"), Buffer.from([kind, slot, 0, 0])]);
  const message = Buffer.concat([head, counter, image.digest, kind === Seal.Verified ? IDENTITY : Buffer.alloc(12)]);
  return createHmac("sha256", KEY).update(message).digest("hex");
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
