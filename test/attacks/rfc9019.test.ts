/** Requirements of RFC 9019 that the boot chain answers, numbered as in docs/threats.md. */

import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { RecordType } from "../../core/journal/record";
import { viewRecord } from "../../core/journal/record-view";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { NorFlash } from "../../sim/flash";
import type { CutPlan, FlashOperation } from "../../sim/power";
import { cutId, cutsOf, PowerCut } from "../../sim/power";
import type { Bench } from "../bootloader/bench";
import { install, memoryBench, norBench, resets, send, update } from "../bootloader/bench";
import { makeImage } from "../support/images";

const OLD = makeImage({ version: "1.0.0", counter: 1 });
const NEW = makeImage({ version: "2.0.0", counter: 2, payload: 1500 });
const NEXT = makeImage({ version: "3.0.0", counter: 3 });

function confirmedBench(bench = memoryBench()): Bench {
  bench.flashByHand(bench.flash.slots[Slot.A], OLD);
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

describe("REQ.RFC9019.A1: images and what they say of themselves are authentic", () => {
  it("REQ.RFC9019.A1: a modified image and one of unknown origin are refused, and the old one stays", () => {
    const bench = confirmedBench();
    const modified = NEW.slice();
    modified[100] ^= 1;
    assert.equal(install(bench.start(), modified), Reason.DigestMismatch);
    assert.equal(install(bench.start(), makeImage({ key: "sign-x", counter: 2 })), Reason.KeyUnknown);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });
});

describe("REQ.RFC9019.A4: the image is stored by the device that consumes it", () => {
  it("REQ.RFC9019.A4: what the application handed to the writer is still there after the power was off", () => {
    const bench = confirmedBench();
    assert.equal(send(bench.start().door().openWriter(), NEW, 100), Reason.None);
    bench.start(ResetCause.PowerOn);
    assert.deepEqual(bench.slotBytes(Slot.B).subarray(0, NEW.length), NEW);
    assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Installed);
  });
});

describe("REQ.RFC9019.A5: the device reads the manifest and checks its signature itself", () => {
  it("REQ.RFC9019.A5: no bit of header, protected or unprotected entries can be changed", () => {
    const bench = confirmedBench();
    const writer = bench.start().door().openWriter();
    const isManifest = (at: number): boolean => at < 32 || at >= 32 + 1500;
    for (let at = 0; at < NEW.length; at++) {
      if (isManifest(at)) {
        const changed = NEW.slice();
        changed[at] ^= 1 << (at % 8);
        assert.notEqual(send(writer, changed), Reason.None, `byte ${at}`);
      }
    }
  });
});

/** An update as it goes when nothing happens: install, trial, confirmation, one more start. */
function story(bench: Bench): void {
  install(bench.start(), NEW);
  for (const cause of [ResetCause.Software, ResetCause.PowerOn]) {
    const start = bench.start(cause);
    if (start.slot !== undefined) {
      start.door().confirm();
    }
  }
}

function operationsOf(chip: NorFlash, action: () => void): FlashOperation[] {
  const operations: FlashOperation[] = [];
  chip.onOperation = (operation) => operations.push(operation);
  action();
  chip.onOperation = undefined;
  return operations;
}

/** Power comes back: ordinary starts end with a confirmed image, which is the new one unless it was rejected. */
function assertRecovers(bench: Bench, plan: CutPlan): void {
  for (let i = 0; i < 3; i++) {
    const start = bench.start();
    assert.notEqual(start.slot, undefined, `${cutId(plan)}: recovery because of ${start.reason}`);
    assert.equal(start.door().confirm(), Reason.None, cutId(plan));
  }
  const state = bench.state();
  const inB = state.active === Slot.B;
  assert.equal(state.slots[state.active].status, SlotStatus.Confirmed);
  assert.equal(bench.newest(RecordType.Rejected), undefined, cutId(plan));
  const requested = bench.newest(RecordType.TrialRequested) !== undefined;
  assert.equal(inB, requested, `${cutId(plan)}: asked for, not rejected, and not confirmed`);
  update(bench, NEXT);
  assert.equal(bench.start().door().info.version.major, 3, `${cutId(plan)}: the next update works`);
}

describe("REQ.RFC9019.A14: power loss in an update does not make the device fail", () => {
  for (const unstableReads of ["random", "ones", "zeros", "alternating"] as const) {
    it(`REQ.RFC9019.A14: at every flash operation, before, torn, after (unstable bits: ${unstableReads})`, () => {
      const { bench, chip } = norBench();
      confirmedBench(bench);
      const begin = chip.snapshot();
      const operations = operationsOf(chip, () => story(bench));
      assert.ok(operations.length > 15);
      const options = { writes: "sample", erases: "sample", writeUnitBytes: 4 } as const;
      let cuts = 0;
      for (const plan of cutsOf(operations, { ...options, unstableReads: [unstableReads], seed: 11 })) {
        chip.restore(begin);
        chip.arm(plan);
        assert.throws(() => story(bench), PowerCut, cutId(plan));
        chip.powerOn();
        assertRecovers(bench, plan);
        cuts++;
      }
      assert.ok(cuts > 80);
    });
  }

  it("REQ.RFC9019.A14: a transfer that stops half-way leaves the old image running and can be begun again", () => {
    const bench = confirmedBench();
    const writer = bench.start().door().openWriter();
    writer.begin(NEW.length);
    writer.write(NEW.subarray(0, 700));
    assert.equal(bench.start().slot, Slot.A);
    update(bench, NEW);
    assert.equal(bench.start().slot, Slot.B);
  });
});

describe("REQ.RFC9019.A15: the image is checked at every boot, whatever was checked at its arrival", () => {
  it("REQ.RFC9019.A15: damage after the install and after the confirmation is noticed at the next start", () => {
    const bench = confirmedBench();
    update(bench, NEW);
    const before = bench.verifications;
    [1, 2, 3].forEach(() => assert.equal(bench.start().slot, Slot.B));
    assert.equal(bench.verifications, before + 3);
    bench.flash.slots[Slot.B].write(200, new Uint8Array(4));
    assert.notEqual(bench.start().slot, Slot.B);
  });
});

describe("REQ.RFC9019.A17: the bootloader can choose another valid image, or be given one", () => {
  it("REQ.RFC9019.A17: it chooses the other image that was confirmed here, and takes one in recovery", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "1.0.0", counter: 2 }));
    bench.start();
    update(bench, NEW);
    bench.flash.slots[Slot.B].erasePage(0);
    assert.equal(bench.start().slot, Slot.A);
    bench.flash.slots[Slot.A].erasePage(0);
    const { writer } = bench.start().recovery();
    assert.equal(send(writer, NEXT), Reason.None);
    assert.equal(writer.requestTrial(), Reason.None);
    assert.equal(bench.start(ResetCause.Software).door().info.version.major, 3);
  });
});

describe("REQ.RFC9019.A18: the bootloader is not what updates change", () => {
  it("REQ.RFC9019.A18: no update, rollback, recovery or loss of the journal writes the boot partition again", () => {
    const { bench, chip } = norBench();
    confirmedBench(bench);
    const touched: FlashOperation[] = [];
    const provisioningAt = 2 * 4096 + 2 * 1024;
    chip.onOperation = (operation) => {
      if (operation.offsetBytes >= provisioningAt && operation.offsetBytes < provisioningAt + 1024) {
        touched.push(operation);
      }
    };
    update(bench, NEW);
    install(bench.start(), NEXT);
    resets(() => bench.start(ResetCause.Software).door().reject("no"));
    const { writer } = bench.start(ResetCause.PowerOn, { gesture: true }).recovery();
    assert.equal(send(writer, NEXT), Reason.None);
    bench.eraseJournal();
    assert.equal(bench.start().slot, Slot.A);
    assert.deepEqual(touched, []);
  });
});

describe("REQ.RFC9019.A20: the application learns version, state of the update, and errors", () => {
  it("REQ.RFC9019.A20: the door tells version and trial, the journal what was installed, refused, rolled back", () => {
    const bench = confirmedBench();
    install(bench.start(), makeImage({ key: "sign-x", counter: 2 }));
    install(bench.start(), NEW);
    const trial = bench.start(ResetCause.Software).door();
    assert.deepEqual([trial.info.version.major, trial.info.trial, trial.info.attemptsLeft], [2, true, 0]);
    resets(() => trial.die("no sensor"));
    const seen: string[] = [];
    bench.start(ResetCause.Software).door().readJournal((bytes) => {
      const { type, slot, detail, text } = viewRecord(bytes);
      if ([RecordType.Refusal, RecordType.Installed, RecordType.ErrorText, RecordType.Rejected].includes(type)) {
        seen.push(`${type} ${slot} ${type === RecordType.ErrorText ? text : detail}`);
      }
    });
    assert.deepEqual(seen, [
      `${RecordType.Refusal} ${Slot.None} ${Reason.KeyUnknown}`,
      `${RecordType.Installed} ${Slot.B} 0`,
      `${RecordType.ErrorText} ${Slot.B} no sensor`,
      `${RecordType.Rejected} ${Slot.B} ${Reason.AttemptsUsedUp}`,
    ]);
  });
});
