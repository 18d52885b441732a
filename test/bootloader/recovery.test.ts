import assert from "node:assert/strict";
import { RECOVERY_BLINK_MS } from "../../bootloader/recovery-light";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { RecordType } from "../../core/journal/record";
import { viewRecord } from "../../core/journal/record-view";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { makeImage } from "../support/images";
import type { Start } from "./bench";
import { Bench, configWith, install, memoryBench, resets, send } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };

function confirmedBench(): Bench {
  const bench = memoryBench();
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  bench.start();
  return bench;
}

function inRecovery(bench: Bench): Start {
  return bench.start(ResetCause.PowerOn, { gesture: true });
}

/** Repairs through the door of recovery, and starts what was installed. */
function repair(bench: Bench, start: Start, image: Uint8Array): Start {
  const { writer } = start.recovery();
  assert.equal(send(writer, image), Reason.None);
  assert.equal(writer.requestTrial(), Reason.None);
  assert.equal(resets(() => start.recovery().restart()), true);
  return bench.start(ResetCause.Software);
}

describe("recovery", () => {
  it("starts no application, says why, and records it", () => {
    const bench = confirmedBench();
    const start = inRecovery(bench);
    assert.equal(start.program, undefined);
    assert.equal(start.recovery().reason, Reason.RecoveryGesture);
    assert.equal(bench.newest(RecordType.RecoveryEntered)?.detail, Reason.RecoveryGesture);
  });

  it("blinks, and kicks the watchdog as long as timers run", () => {
    const start = inRecovery(confirmedBench());
    assert.equal(start.pins.indicated(), true);
    const kicks = start.watchdog.kickCount();
    start.clock.advance(RECOVERY_BLINK_MS);
    assert.equal(start.pins.indicated(), false);
    start.clock.advance(RECOVERY_BLINK_MS);
    assert.equal(start.pins.indicated(), true);
    assert.equal(start.watchdog.kickCount(), kicks + 2);
    assert.ok(RECOVERY_BLINK_MS * 4 < start.watchdog.timeoutMs());
  });

  it("is left by a restart that is no death of the image", () => {
    const bench = confirmedBench();
    const start = inRecovery(bench);
    assert.equal(resets(() => start.recovery().restart()), true);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
    assert.equal(bench.state().deaths, 0);
  });

  it("gives the journal to read", () => {
    const bench = confirmedBench();
    const types: RecordType[] = [];
    inRecovery(bench).recovery().readJournal((record) => types.push(viewRecord(record).type));
    assert.ok(types.includes(RecordType.RecoveryEntered));
  });

  it("writes the slot that does not hold the confirmed image, and the repaired board is on trial", () => {
    const bench = confirmedBench();
    const before = bench.slotBytes(Slot.A);
    const after = repair(bench, inRecovery(bench), makeImage(NEW));
    assert.deepEqual([after.slot, after.door().info.trial], [Slot.B, true]);
    assert.deepEqual(bench.slotBytes(Slot.A), before);
    assert.equal(after.door().confirm(), Reason.None);
    assert.equal(repair(bench, inRecovery(bench), makeImage(NEW)).slot, Slot.A);
  });

  it("repairs a confirmed image that died five times, and falls back to it if the repair dies too", () => {
    const bench = confirmedBench();
    [1, 2, 3, 4].forEach(() => bench.start(ResetCause.Panic));
    const start = bench.start(ResetCause.Panic);
    assert.equal(start.reason, Reason.DiedRepeatedly);
    assert.equal(repair(bench, start, makeImage(NEW)).slot, Slot.B);
    assert.equal(bench.start(ResetCause.Panic).slot, Slot.A);
  });

  it("refuses through its writer what the application's writer refuses", () => {
    const bench = confirmedBench();
    const start = inRecovery(bench);
    const { writer } = start.recovery();
    assert.equal(send(writer, makeImage({ ...NEW, key: "sign-x" })), Reason.KeyUnknown);
    assert.equal(send(writer, makeImage({ version: "0.9.0", counter: 0 })), Reason.CounterBelowFloor);
    assert.equal(writer.requestTrial(), Reason.WriterState);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });

  for (const fill of [0x00, 0xff, 0xa5]) {
    it(`repairs a board whose slots and journal are all 0x${fill.toString(16)}, and the repair holds`, () => {
      const bench = memoryBench();
      for (const partition of [...bench.flash.slots, bench.flash.journal]) {
        bench.flashByHand(partition, new Uint8Array(partition.sizeBytes).fill(fill));
      }
      const start = bench.start();
      assert.equal(start.reason, Reason.NothingBootable);
      const after = repair(bench, start, makeImage(NEW));
      assert.deepEqual([after.slot, after.door().info.trial], [Slot.A, true]);
      assert.equal(after.door().confirm(), Reason.None);
      assert.equal(bench.start(ResetCause.Watchdog).slot, Slot.A);
    });
  }

  it("repairs a provisioned board that lost journal and images, never below the base floor", () => {
    const bench = memoryBench();
    bench.provision(2);
    const start = bench.start();
    assert.equal(send(start.recovery().writer, makeImage(OLD)), Reason.CounterBelowFloor);
    assert.equal(repair(bench, start, makeImage(NEW)).slot, Slot.A);
  });

  it("is where a repair that dies leads back to, on a board with nothing to fall back to", () => {
    const bench = memoryBench();
    assert.equal(repair(bench, bench.start(), makeImage(NEW)).slot, Slot.A);
    const start = bench.start(ResetCause.Watchdog);
    assert.equal(start.reason, Reason.NothingBootable);
    assert.equal(repair(bench, start, makeImage(OLD)).slot, Slot.B);
  });

  it("prefers the slot of which nothing is known when no image is confirmed", () => {
    const bench = memoryBench();
    const first = bench.start();
    assert.equal(send(first.recovery().writer, makeImage(OLD)), Reason.None);
    assert.equal(bench.state().slots[Slot.A].status, SlotStatus.Installed);
    const again = bench.start(ResetCause.Software);
    assert.equal(again.reason, Reason.NothingBootable);
    assert.equal(repair(bench, again, makeImage(NEW)).slot, Slot.B);
  });

  it("does not lose an update that was pending when the gesture was made, unless it is used to write", () => {
    const bench = confirmedBench();
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    const start = bench.start(ResetCause.Software, { gesture: true });
    assert.equal(repair(bench, start, makeImage({ version: "3.0.0", counter: 3 })).slot, Slot.B);
    assert.equal(bench.start(ResetCause.PowerOn).door().info.version.major, 3);
  });

  it("is reached and left without a journal that can be written", () => {
    const bench = confirmedBench();
    const journal = { ...bench.flash.journal, write: () => undefined, erasePage: () => undefined };
    const worn = new Bench({ ...bench.flash, journal }, configWith());
    const start = inRecovery(worn);
    assert.equal(start.reason, Reason.RecoveryGesture);
    assert.equal(start.recovery().writer.begin(100), Reason.JournalUnwritable);
    assert.equal(worn.start().slot, Slot.A);
  });
});
