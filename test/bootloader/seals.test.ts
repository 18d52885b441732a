/** When seals are written. What they are worth: seal-mode.test.ts. */

import assert from "node:assert/strict";
import { VerifyMode } from "../../bootloader/config";
import { boot } from "../../bootloader/main";
import { createService } from "../../bootloader/service";
import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import { createMemoryProgram } from "../../hal/memory/program";
import { makeImage } from "../support/images";
import { createMemoryBoard, putImage, testConfig } from "../support/memory-board";
import { Bench, configWith, install, memoryBench } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };
const KEY = new Uint8Array(32).fill(0x5a);
const SEAL_BYTES = 32;

/** Whether the seal of a verified image stands behind it, and that of a confirmed one. */
function sealsOf(bench: Bench, slot: Slot, image: Uint8Array): [verified: boolean, confirmed: boolean] {
  const at = Math.ceil(image.length / SEAL_BYTES) * SEAL_BYTES;
  const bytes = bench.slotBytes(slot);
  const stands = (offset: number): boolean => bytes.slice(offset, offset + SEAL_BYTES).some((byte) => byte !== 255);
  return [stands(at), stands(at + SEAL_BYTES)];
}

function sealingBench(verifyMode: VerifyMode): Bench {
  const bench = memoryBench(configWith({ verifyMode }));
  bench.provision(0, KEY);
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  return bench;
}

describe("seals of images", () => {
  it("are written for a factory image at its first start, also where every start checks in full", () => {
    for (const mode of [VerifyMode.Full, VerifyMode.Seal]) {
      const bench = sealingBench(mode);
      assert.equal(bench.start().slot, Slot.A);
      assert.deepEqual(sealsOf(bench, Slot.A, makeImage(OLD)), [true, true]);
    }
  });

  it("that a power cut prevented after the confirmation are written at the next start", () => {
    const bench = sealingBench(VerifyMode.Full);
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    const door = bench.start(ResetCause.Software).door();
    const slotB = bench.flash.slots[Slot.B];
    const withoutPower: FlashPartition = { ...slotB, write: () => { throw new Error("power cut"); } };
    const cut = new Bench({ ...bench.flash, slots: [bench.flash.slots[Slot.A], withoutPower] }, bench.config);
    assert.equal(door.info.trial, true);
    assert.throws(() => cut.start(ResetCause.PowerOn).door().confirm(), /power cut/);
    assert.deepEqual(sealsOf(bench, Slot.B, makeImage(NEW)), [true, false]);
    assert.equal(bench.start(ResetCause.PowerOn).slot, Slot.B);
    assert.deepEqual(sealsOf(bench, Slot.B, makeImage(NEW)), [true, true]);
  });

  it("are made where a board finds none although it trusts them", () => {
    const bench = memoryBench(configWith({ verifyMode: VerifyMode.Seal }));
    bench.provision(0);
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    bench.start();
    bench.start();
    assert.deepEqual(sealsOf(bench, Slot.A, makeImage(OLD)), [false, false], "without a device key there are none");
    bench.provision(0, KEY);
    bench.start();
    assert.deepEqual(sealsOf(bench, Slot.A, makeImage(OLD)), [true, true]);
  });
});

describe("an ordinary start", () => {
  it("of a confirmed image in full mode evaluates no service", () => {
    const board = createMemoryBoard();
    putImage(board.slots[Slot.A], makeImage(OLD));
    const config = testConfig();
    const bench = new Bench(board, config);
    bench.provision(0, KEY);
    // The second start copies the last record of the first one forward.
    for (const expected of [true, true, false, false]) {
      let evaluated = 0;
      const service = createService();
      boot({ ...board, program: createMemoryProgram(() => undefined) }, config, () => {
        evaluated++;
        return service;
      });
      assert.equal(evaluated > 0, expected);
    }
  });
});
