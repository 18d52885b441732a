import assert from "node:assert/strict";

import {
  readTrailer, TrailerField, trailerFieldOffset, TrailerFlag, TrailerMagic, trailerMagic, trailerStart,
} from "../../../core/image/trailer";
import type { TrailerLayout } from "../../../core/image/trailer-writer";
import { checkFits, padImage, trailerSizeBytes } from "../../../core/image/trailer-writer";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { placeInSlot, readVectorFile, vectors } from "./mcuboot-vectors";

const SLOT_SIZE_BYTES = 4096;
const layout: TrailerLayout = {
  slotSizeBytes: SLOT_SIZE_BYTES, align: 4, maxAlign: 8, maxSectors: 4, overwriteOnly: false,
};

function slotWith(maxAlign: number, imageOk: number, copyDone: number): Uint8Array {
  const slot = new Uint8Array(SLOT_SIZE_BYTES).fill(0xff);
  slot.set(trailerMagic(maxAlign), SLOT_SIZE_BYTES - 16);
  slot[trailerFieldOffset(SLOT_SIZE_BYTES, maxAlign, TrailerField.ImageOk)] = imageOk;
  slot[trailerFieldOffset(SLOT_SIZE_BYTES, maxAlign, TrailerField.CopyDone)] = copyDone;
  return slot;
}

describe("the trailer of a slot", () => {
  it("has its fields at the offsets of MCUboot's layout", () => {
    const offsets = (maxAlign: number) => [TrailerField.ImageOk, TrailerField.CopyDone, TrailerField.SwapInfo]
      .map((field) => SLOT_SIZE_BYTES - trailerFieldOffset(SLOT_SIZE_BYTES, maxAlign, field));
    assert.deepEqual(offsets(8), [24, 32, 40]);
    assert.deepEqual(offsets(16), [32, 48, 64]);
    assert.deepEqual(offsets(32), [64, 96, 128]);
    assert.equal(trailerStart(SLOT_SIZE_BYTES), SLOT_SIZE_BYTES - 40);
  });

  it("reads as the index says for every padded image", () => {
    const padded = vectors.filter((vector) => vector.trailer !== undefined);
    assert.equal(padded.length, 15);
    for (const vector of padded) {
      const slot = readVectorFile(vector.file);
      const trailer = readTrailer(createByteSource(slot));
      const flag = (text: string | undefined) => text === "0x01" ? TrailerFlag.Set : TrailerFlag.Unset;
      assert.deepEqual(trailer, {
        magic: TrailerMagic.Good,
        imageOk: flag(vector.trailer?.image_ok),
        copyDone: flag(vector.trailer?.copy_done),
        startBytes: vector.trailer?.swap_info_offset,
      }, vector.id);
    }
  });

  it("is unset behind an image that was not padded", () => {
    const slot = placeInSlot(readVectorFile("images/good/basic-h32.bin"), 131072);
    assert.deepEqual(readTrailer(createByteSource(slot)), {
      magic: TrailerMagic.Unset, imageOk: TrailerFlag.Unset, copyDone: TrailerFlag.Unset, startBytes: 131072 - 40,
    });
  });

  it("tells set, unset and bad flags apart in each layout", () => {
    const values: [number, TrailerFlag][] = [
      [0x01, TrailerFlag.Set], [0xff, TrailerFlag.Unset], [0x00, TrailerFlag.Bad], [0x5a, TrailerFlag.Bad],
    ];
    for (const maxAlign of [8, 16, 32]) {
      for (const [byte, flag] of values) {
        const one = readTrailer(createByteSource(slotWith(maxAlign, byte, 0xff)));
        assert.deepEqual([one.magic, one.imageOk, one.copyDone], [TrailerMagic.Good, flag, TrailerFlag.Unset]);
        const other = readTrailer(createByteSource(slotWith(maxAlign, 0xff, byte)));
        assert.deepEqual([other.imageOk, other.copyDone], [TrailerFlag.Unset, flag]);
      }
    }
  });

  it("has a bad magic if any byte of it is wrong", () => {
    for (const maxAlign of [8, 16, 32]) {
      for (let i = 0; i < 16; i++) {
        const slot = slotWith(maxAlign, 1, 1);
        slot[SLOT_SIZE_BYTES - 16 + i] ^= 0x80;
        const trailer = readTrailer(createByteSource(slot));
        assert.equal(trailer.magic, TrailerMagic.Bad);
        assert.equal(trailer.startBytes, trailerStart(SLOT_SIZE_BYTES));
      }
    }
    const zeros = readTrailer(createByteSource(new Uint8Array(SLOT_SIZE_BYTES)));
    assert.deepEqual([zeros.magic, zeros.imageOk], [TrailerMagic.Bad, TrailerFlag.Bad]);
    const unknownForm = slotWith(64, 0xff, 0xff);
    assert.equal(readTrailer(createByteSource(unknownForm)).magic, TrailerMagic.Bad);
  });
});

describe("padding to a slot", () => {
  it("reserves status, flags and magic", () => {
    assert.equal(trailerSizeBytes(layout), 4 * 3 * 4 + 4 * 8 + 16);
    assert.equal(trailerSizeBytes({ ...layout, maxAlign: 32 }), 4 * 3 * 4 + 4 * 32 + 32);
    assert.equal(trailerSizeBytes({ ...layout, overwriteOnly: true }), 2 * 8 + 16);
  });

  it("refuses an image that does not leave the trailer free, by one byte", () => {
    const largest = SLOT_SIZE_BYTES - trailerSizeBytes(layout);
    const options = { layout, confirm: true, erasedValue: 0xff };
    assert.equal(checkFits(largest, layout), Reason.None);
    assert.equal(padImage(new Uint8Array(largest), options).bytes?.length, SLOT_SIZE_BYTES);
    assert.deepEqual(padImage(new Uint8Array(largest + 1), options), {
      reason: Reason.ImageTooLarge, bytes: undefined,
    });
  });

  it("writes what the trailer reader reads", () => {
    for (const maxAlign of [8, 16, 32]) {
      for (const confirm of [false, true]) {
        const options = { layout: { ...layout, maxAlign }, confirm, erasedValue: 0xff };
        const { bytes } = padImage(new Uint8Array([1, 2, 3]), options);
        assert.ok(bytes);
        const trailer = readTrailer(createByteSource(bytes));
        assert.equal(trailer.magic, TrailerMagic.Good);
        assert.equal(trailer.imageOk, confirm ? TrailerFlag.Set : TrailerFlag.Unset);
        assert.equal(trailer.copyDone, TrailerFlag.Unset);
      }
    }
  });
});
