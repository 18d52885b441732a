import assert from "node:assert/strict";
import { AttemptKind, SlotStatus } from "../../core/boot/state";
import { ResetCause } from "../../core/boot/reset-cause";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { otherSlot, Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import type { MemoryFlash } from "../../hal/memory/flash";
import { imageDigest, makeImage } from "../support/images";
import { Bench, configWith, install, memoryBench, update } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 2 };

/** A factory board with the old image in slot A, started once. */
function factoryBench(config = configWith()): Bench {
  const bench = memoryBench(config);
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  assert.equal(bench.start().slot, Slot.A);
  return bench;
}

/** The old image confirmed in A, a trial of the new one in B asked for. */
function trialBench(config = configWith()): Bench {
  const bench = factoryBench(config);
  assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
  return bench;
}

function writesOf(bench: Bench): number {
  return [...bench.flash.slots, bench.flash.journal, bench.flash.provisioning]
    .map((partition) => (partition as MemoryFlash).writeCount() + (partition as MemoryFlash).eraseCount())
    .reduce((sum, count) => sum + count, 0);
}

/** A partition whose writes and erases have no effect: worn out, or locked. */
function frozen(partition: FlashPartition): FlashPartition {
  return { ...partition, write: () => undefined, erasePage: () => undefined };
}

describe("an ordinary start", () => {
  it("hands over the payload that the header names", () => {
    const bench = factoryBench();
    const start = bench.start();
    const { offsetBytes, lengthBytes } = start.program!;
    const payload = bench.slotBytes(Slot.A).slice(offsetBytes, offsetBytes + lengthBytes);
    assert.equal(Buffer.from(payload).toString(), "(function () { /* 1.0.0 */ })");
    assert.deepEqual(start.door().info.version, { major: 1, minor: 0, revision: 0, build: 0 });
    assert.deepEqual(start.door().info.digest, imageDigest(OLD).slice(0, 12));
  });

  it("arms the watchdog before the application's first statement", () => {
    let armedMs = 0;
    factoryBench().start(ResetCause.PowerOn, { application: (_, watchdog) => (armedMs = watchdog.timeoutMs()) });
    assert.equal(armedMs, 8000);
  });

  it("arms the watchdog in recovery too", () => {
    const start = memoryBench().start();
    assert.equal(start.reason, Reason.NothingBootable);
    assert.equal(start.watchdog.timeoutMs(), 8000);
  });

  it("writes nothing at all once things have settled, over losses of power and deep sleep", () => {
    const bench = factoryBench();
    update(bench, makeImage(NEW));
    bench.start();
    const before = writesOf(bench);
    for (const cause of [ResetCause.PowerOn, ResetCause.BrownOut, ResetCause.Pin, ResetCause.DeepSleepWake]) {
      for (let i = 0; i < 20; i++) {
        assert.equal(bench.start(cause).slot, Slot.B);
      }
    }
    assert.equal(writesOf(bench), before);
  });

  it("notes once that keys or board model changed", () => {
    const bench = factoryBench();
    bench.config = configWith({ identity: new Uint8Array(12).fill(9) });
    for (let i = 0; i < 3; i++) {
      assert.equal(bench.start().slot, Slot.A);
    }
    const changes = bench.records().filter((record) => record.type === RecordType.IdentityChanged);
    assert.deepEqual(changes.map((record) => record.digest), [bench.config.identity]);
    assert.deepEqual(bench.state().identity, bench.config.identity);
  });

  it("goes to recovery when the gesture is made, whatever is pending, and back after it", () => {
    const bench = trialBench();
    assert.equal(bench.start(ResetCause.PowerOn, { gesture: true }).reason, Reason.RecoveryGesture);
    assert.equal(bench.newest(RecordType.RecoveryEntered)?.detail, Reason.RecoveryGesture);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
  });
});

describe("a factory board", () => {
  it("is marked as provisioned at its first start, with the base floor of its bootloader", () => {
    const bench = memoryBench(configWith({ baseFloor: 1 }));
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    bench.start();
    assert.equal(Buffer.from(bench.flash.provisioning.read(0, 4)).toString(), "TBP1");
    assert.deepEqual([...bench.flash.provisioning.read(4, 4)], [1, 0, 0, 0]);
    assert.equal(bench.newest(RecordType.JournalLost), undefined);
    assert.equal(bench.state().floor, 1);
  });

  it("without an image stays as it is until one is installed", () => {
    const bench = memoryBench();
    const before = writesOf(bench);
    assert.equal(bench.start().reason, Reason.NothingBootable);
    assert.equal(writesOf(bench), before);
    bench.flashByHand(bench.flash.slots[Slot.B], makeImage(OLD));
    assert.equal(bench.start().slot, Slot.B);
  });

  it("whose provisioning block was not written before power failed is marked at the next start", () => {
    const bench = factoryBench();
    bench.flash.provisioning.erasePage(0);
    assert.equal(bench.start().slot, Slot.A);
    assert.equal(Buffer.from(bench.flash.provisioning.read(0, 4)).toString(), "TBP1");
  });
});

describe("a trial", () => {
  it("is recorded before it starts", () => {
    const bench = trialBench();
    let attempts = -1;
    bench.start(ResetCause.Software, { application: () => (attempts = bench.state().attempts) });
    assert.equal(attempts, 1);
  });

  for (const cause of [ResetCause.Watchdog, ResetCause.Panic, ResetCause.Software, ResetCause.WarmStart]) {
    it(`is over after one start that ended with cause ${cause}, and the image does not start again`, () => {
      const bench = trialBench();
      assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
      assert.equal(bench.start(cause).slot, Slot.A);
      assert.equal(bench.newest(RecordType.Rejected)?.detail, Reason.AttemptsUsedUp);
      assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Rejected);
      for (let i = 0; i < 3; i++) {
        assert.equal(bench.start().slot, Slot.A);
      }
    });
  }

  for (const cause of [ResetCause.PowerOn, ResetCause.BrownOut, ResetCause.Pin]) {
    it(`survives eight starts that end with cause ${cause}, and no ninth`, () => {
      const bench = trialBench();
      bench.start(ResetCause.Software);
      for (let i = 0; i < 8; i++) {
        assert.equal(bench.start(cause).slot, Slot.B);
      }
      assert.equal(bench.newest(RecordType.Attempt)?.detail, AttemptKind.AfterPowerLoss);
      assert.equal(bench.start(cause).slot, Slot.A);
      assert.equal(bench.newest(RecordType.Rejected)?.detail, Reason.ForgivenUsedUp);
    });
  }

  it("has three starts of any kind on a board that cannot tell causes", () => {
    const bench = trialBench(configWith({ knowsResetCauses: false }));
    const slots = [1, 2, 3, 4].map(() => bench.start(ResetCause.Unknown).slot);
    assert.deepEqual(slots, [Slot.B, Slot.B, Slot.B, Slot.A]);
  });

  it("says how many starts are left", () => {
    const left = (config = configWith()): number[] => {
      const bench = trialBench(config);
      return [1, 2, 3].flatMap(() => {
        const start = bench.start(ResetCause.Watchdog);
        return start.slot === Slot.B ? [start.door().info.attemptsLeft] : [];
      });
    };
    assert.deepEqual(left(), [0]);
    assert.deepEqual(left(configWith({ trialAttempts: 2 })), [1, 0]);
    assert.deepEqual(left(configWith({ knowsResetCauses: false })), [2, 1, 0]);
  });

  it("does not start where its attempt cannot be recorded: the confirmed image does", () => {
    const bench = trialBench();
    const worn = new Bench({ ...bench.flash, journal: frozen(bench.flash.journal) }, bench.config);
    assert.equal(worn.start(ResetCause.Software).slot, Slot.A);
    assert.equal(bench.start(ResetCause.PowerOn).slot, Slot.B, "the trial waits for a journal that can be written");
  });

  it("that does not verify is rejected, and the confirmed image starts in the same start", () => {
    const bench = trialBench();
    bench.flash.slots[Slot.B].erasePage(0);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
    assert.equal(bench.newest(RecordType.Rejected)?.detail, Reason.ImageMagic);
  });

  it("that never started leaves no free death behind", () => {
    const bench = trialBench();
    bench.flash.slots[Slot.B].erasePage(0);
    bench.start(ResetCause.Software);
    bench.start(ResetCause.Watchdog);
    assert.equal(bench.state().deaths, 1);
  });

  it("that recovery interrupted goes on after it, since leaving recovery is nobody's failure", () => {
    const bench = trialBench();
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
    assert.equal(bench.start(ResetCause.PowerOn, { gesture: true }).reason, Reason.RecoveryGesture);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
  });
});

describe("a confirmed image that dies", () => {
  const fatal = [ResetCause.Watchdog, ResetCause.Panic, ResetCause.Software, ResetCause.Unknown];

  it("leads to recovery at the fifth death in a row, and starts again with all its chances after it", () => {
    const bench = factoryBench();
    for (let deaths = 1; deaths < 5; deaths++) {
      assert.equal(bench.start(fatal[deaths % fatal.length]).slot, Slot.A);
      assert.equal(bench.state().deaths, deaths);
    }
    const fifth = bench.start(ResetCause.Watchdog);
    assert.equal(fifth.slot, undefined);
    assert.equal(fifth.reason, Reason.DiedRepeatedly);
    for (let deaths = 0; deaths < 5; deaths++) {
      assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
      assert.equal(bench.state().deaths, deaths);
    }
  });

  it("has no deaths left after one healthy period, and loses of power count for none", () => {
    const bench = factoryBench();
    for (let i = 0; i < 4; i++) {
      bench.start(ResetCause.Watchdog);
      bench.start(ResetCause.PowerOn);
    }
    const start = bench.start(ResetCause.BrownOut);
    start.clock.advance(5000);
    assert.equal(start.door().confirm(), Reason.None);
    assert.equal(bench.newest(RecordType.Healthy)?.value, 5000);
    assert.equal(bench.state().deaths, 0);
    assert.equal(bench.start(ResetCause.Watchdog).slot, Slot.A);
  });

  it("on a board that cannot tell causes counts every start before health", () => {
    const bench = memoryBench(configWith({ knowsResetCauses: false }));
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    const reasons = [1, 2, 3, 4, 5].map(() => bench.start(ResetCause.Unknown).reason);
    assert.deepEqual(reasons, [0, 0, 0, 0, Reason.DiedRepeatedly]);
  });

  it("is not driven to recovery by announced sleep on a board that cannot tell causes", () => {
    const bench = memoryBench(configWith({ knowsResetCauses: false }));
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
    for (let i = 0; i < 12; i++) {
      const start = bench.start(ResetCause.Unknown);
      assert.equal(start.slot, Slot.A, `wake ${i}`);
      assert.equal(start.door().announceSleep(), Reason.None);
    }
  });

  it("gives way to the other one that was confirmed here, if it is damaged, and that is recorded", () => {
    const bench = memoryBench();
    bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ version: "1.0.0", counter: 2 }));
    bench.start();
    update(bench, makeImage(NEW));
    bench.flash.slots[Slot.B].write(32, new Uint8Array(4));
    assert.equal(bench.start().slot, Slot.A);
    const fallback = bench.newest(RecordType.Fallback);
    assert.deepEqual([fallback?.slot, fallback?.detail], [Slot.A, Reason.DigestMismatch]);
    assert.equal(bench.start().slot, Slot.A);
    assert.equal(bench.records().filter((record) => record.type === RecordType.Fallback).length, 1);
  });

  it("does not give way to an image that was installed and never confirmed", () => {
    const bench = factoryBench();
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    bench.start(ResetCause.Software).door();
    bench.start(ResetCause.Watchdog);
    bench.flash.slots[Slot.A].write(32, new Uint8Array(4));
    const start = bench.start();
    assert.deepEqual([start.slot, start.reason], [undefined, Reason.NothingBootable]);
    assert.equal(bench.state().slots[otherSlot(Slot.A)].status, SlotStatus.Rejected);
  });

  it("starts without its record where the journal cannot be written", () => {
    const bench = factoryBench();
    const worn = new Bench({ ...bench.flash, journal: frozen(bench.flash.journal) }, bench.config);
    assert.equal(worn.start(ResetCause.Watchdog).slot, Slot.A);
  });
});
