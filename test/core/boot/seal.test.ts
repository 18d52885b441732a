import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { SealedImage } from "../../../core/boot/seal";
import { Seal, sealIsValid, writeSeal } from "../../../core/boot/seal";
import { trailerStart } from "../../../core/image/trailer";
import { Slot } from "../../../core/slot";
import type { MemoryFlash } from "../../../hal/memory/flash";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { createHostHash } from "../../../tools/host-hash";

const HASH = createHostHash();
const KEY = new Uint8Array(32).fill(0x42);
const IMAGE: SealedImage = { digest: new Uint8Array(32).fill(3), totalSizeBytes: 101, counter: 0x01020304 };

function slotFlash(): MemoryFlash {
  return createMemoryFlash({ name: "slot", addressBytes: 0, sizeBytes: 1024, pageSizeBytes: 1024, writeUnitBytes: 4 });
}

/** As docs/SPEC.md, "Seals", says it. */
function expected(kind: Seal, slot: Slot, image: SealedImage): string {
  const counter = Buffer.alloc(4);
  counter.writeUInt32LE(image.counter);
  const message = Buffer.concat([Buffer.from("TBS1"), Buffer.from([kind, slot, 0, 0]), counter, image.digest]);
  return createHmac("sha256", KEY).update(message).digest("hex");
}

describe("seals", () => {
  it("are the HMACs of docs/SPEC.md, at their places behind the image", () => {
    const flash = slotFlash();
    writeSeal(flash, HASH, KEY, Slot.B, IMAGE, Seal.Verified);
    writeSeal(flash, HASH, KEY, Slot.B, IMAGE, Seal.Confirmed);
    assert.equal(Buffer.from(flash.read(128, 32)).toString("hex"), expected(Seal.Verified, Slot.B, IMAGE));
    assert.equal(Buffer.from(flash.read(160, 32)).toString("hex"), expected(Seal.Confirmed, Slot.B, IMAGE));
    assert.ok(flash.read(192, 832).every((byte) => byte === 255));
  });

  it("hold for the key, kind, slot, counter and digest that they were made for, and no other", () => {
    const flash = slotFlash();
    writeSeal(flash, HASH, KEY, Slot.A, IMAGE, Seal.Verified);
    const holds = (key: Uint8Array | undefined, slot: Slot, image: SealedImage, kind: Seal): boolean =>
      sealIsValid(flash, HASH, key, slot, image, kind);
    assert.equal(holds(KEY, Slot.A, IMAGE, Seal.Verified), true);
    assert.equal(holds(new Uint8Array(32), Slot.A, IMAGE, Seal.Verified), false);
    assert.equal(holds(undefined, Slot.A, IMAGE, Seal.Verified), false);
    assert.equal(holds(KEY, Slot.B, IMAGE, Seal.Verified), false);
    assert.equal(holds(KEY, Slot.A, IMAGE, Seal.Confirmed), false);
    assert.equal(holds(KEY, Slot.A, { ...IMAGE, counter: 5 }, Seal.Verified), false);
    assert.equal(holds(KEY, Slot.A, { ...IMAGE, digest: new Uint8Array(32) }, Seal.Verified), false);
  });

  it("are written once, and not at all without a key or over anything", () => {
    const flash = slotFlash();
    writeSeal(flash, HASH, undefined, Slot.A, IMAGE, Seal.Verified);
    assert.equal(flash.writeCount(), 0);
    writeSeal(flash, HASH, KEY, Slot.A, IMAGE, Seal.Verified);
    writeSeal(flash, HASH, KEY, Slot.A, IMAGE, Seal.Verified);
    assert.equal(flash.writeCount(), 1);
    flash.write(160, Uint8Array.of(0, 255, 255, 255));
    writeSeal(flash, HASH, KEY, Slot.A, IMAGE, Seal.Confirmed);
    assert.equal(flash.writeCount(), 2);
  });

  it("end before the trailer: an image that leaves no room has none", () => {
    const limit = trailerStart(1024);
    for (let size = limit - 128; size <= limit; size++) {
      const flash = slotFlash();
      const image = { ...IMAGE, totalSizeBytes: size };
      writeSeal(flash, HASH, KEY, Slot.A, image, Seal.Verified);
      writeSeal(flash, HASH, KEY, Slot.A, image, Seal.Confirmed);
      assert.ok(flash.read(limit, 1024 - limit).every((byte) => byte === 255), `size ${size}`);
      const room = Math.ceil(size / 32) * 32 + 32 <= limit;
      assert.equal(sealIsValid(flash, HASH, KEY, Slot.A, image, Seal.Verified), room);
    }
  });
});
