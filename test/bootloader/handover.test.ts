import assert from "node:assert/strict";
import type { Handover } from "../../core/boot/handover";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { visitJournal } from "../../core/journal/audit";
import { RecordType } from "../../core/journal/record";
import type { JournalRecord } from "../../core/journal/record-view";
import { viewRecord } from "../../core/journal/record-view";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import { makeImage } from "../support/images";
import type { Start } from "./bench";
import { Bench, configWith, install, memoryBench, resets, send } from "./bench";

const OLD = { version: "1.0.0", counter: 1 };
const NEW = { version: "2.0.0", counter: 5 };

function confirmedBench(config = configWith()): Bench {
  const bench = memoryBench(config);
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  bench.start();
  return bench;
}

/** A running trial of the new image in B. */
function runningTrial(config = configWith()): { bench: Bench; start: Start; door: Handover } {
  const bench = confirmedBench(config);
  assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
  const start = bench.start(ResetCause.Software);
  assert.equal(start.slot, Slot.B);
  return { bench, start, door: start.door() };
}

/** The same board with a journal that takes no write and no erase. */
function withFrozenJournal(bench: Bench): Bench {
  const frozen: FlashPartition = { ...bench.flash.journal, write: () => undefined, erasePage: () => undefined };
  return new Bench({ ...bench.flash, journal: frozen }, bench.config);
}

/** Texts of the error report, put together. */
function errorText(bench: Bench): string {
  return bench.records().map((record) => record.text).join("");
}

describe("door.info", () => {
  it("describes a confirmed image", () => {
    const { info } = confirmedBench().start().door();
    assert.equal(info.slot, Slot.A);
    assert.deepEqual([info.trial, info.attemptsLeft, info.deadlineMs, info.elapsedMs], [false, 0, 0, 0]);
    assert.equal(info.securityFloor, 1);
  });

  it("describes a trial, which has a deadline and has not raised the floor", () => {
    const { info } = runningTrial().door;
    assert.deepEqual([info.slot, info.trial, info.deadlineMs, info.securityFloor], [Slot.B, true, 600000, 1]);
  });
});

describe("door.confirm", () => {
  it("makes the running image the confirmed one and raises the floor to its counter", () => {
    const { bench, door } = runningTrial();
    assert.equal(door.confirm(), Reason.None);
    assert.deepEqual([door.info.trial, door.info.deadlineMs, door.info.securityFloor], [false, 0, 5]);
    const state = bench.state();
    assert.deepEqual([state.active, state.floor, state.slots[Slot.B].status], [Slot.B, 5, SlotStatus.Confirmed]);
    assert.equal(bench.start(ResetCause.Watchdog).slot, Slot.B);
  });

  it("is idempotent: one record, however often it is called, over restarts too", () => {
    const { bench, door } = runningTrial();
    for (let i = 0; i < 3; i++) {
      assert.equal(door.confirm(), Reason.None);
    }
    assert.equal(bench.start().door().confirm(), Reason.None);
    assert.equal(bench.records().filter((record) => record.type === RecordType.Confirmed).length, 1);
    assert.equal(bench.newest(RecordType.Healthy), undefined);
  });

  it("refuses with JournalUnwritable and leaves the trial a trial where nothing can be written", () => {
    const { bench } = runningTrial();
    const broken = { dead: false };
    const real = bench.flash.journal;
    const journal: FlashPartition = {
      ...real,
      write: (offset, bytes) => (broken.dead ? undefined : real.write(offset, bytes)),
      erasePage: (offset) => (broken.dead ? undefined : real.erasePage(offset)),
    };
    const door = new Bench({ ...bench.flash, journal }, bench.config).start(ResetCause.PowerOn).door();
    broken.dead = true;
    assert.equal(door.confirm(), Reason.JournalUnwritable);
    assert.deepEqual([door.info.trial, door.info.securityFloor], [true, 1]);
    assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Trial);
    broken.dead = false;
    assert.equal(door.confirm(), Reason.None);
  });

  it("marks a confirmed image healthy only if it died before", () => {
    const bench = confirmedBench();
    assert.equal(bench.start().door().confirm(), Reason.None);
    assert.equal(bench.newest(RecordType.Healthy), undefined);
    assert.equal(bench.start(ResetCause.Panic).door().confirm(), Reason.None);
    assert.notEqual(bench.newest(RecordType.Healthy), undefined);
  });
});

describe("door.reject", () => {
  it("records text and uptime, resets, and rolls back without a death of the confirmed image", () => {
    const { bench, start, door } = runningTrial();
    start.clock.advance(4321);
    assert.equal(resets(() => door.reject("sensor is gone")), true);
    const rejected = bench.newest(RecordType.Rejected);
    assert.deepEqual([rejected?.slot, rejected?.detail, rejected?.value], [Slot.B, Reason.RejectedByApplication, 4321]);
    assert.equal(errorText(bench), "sensor is gone");
    const next = bench.start(ResetCause.Software);
    assert.deepEqual([next.slot, bench.state().deaths], [Slot.A, 0]);
    bench.start(ResetCause.Software);
    assert.equal(bench.state().deaths, 1, "what is excused is the one start after it");
  });

  it("refuses with WriterState on a confirmed image, and does not reset", () => {
    const bench = confirmedBench();
    const door = bench.start().door();
    assert.equal(door.reject("no"), Reason.WriterState);
    assert.equal(bench.newest(RecordType.Rejected), undefined);
  });

  it("leaves the image out until it is installed again", () => {
    const { bench, door } = runningTrial();
    resets(() => door.reject(""));
    bench.start(ResetCause.Software);
    assert.equal(bench.start().slot, Slot.A);
    assert.equal(install(bench.start(), makeImage(NEW)), Reason.None);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.B);
  });
});

describe("door.die", () => {
  it("records text and uptime, then resets, and it counts as a death of a confirmed image", () => {
    const bench = confirmedBench();
    const start = bench.start();
    start.clock.advance(777);
    assert.equal(resets(() => start.door().die("Error: boom")), true);
    assert.equal(bench.newest(RecordType.ErrorReport)?.value, 777);
    assert.equal(errorText(bench), "Error: boom");
    bench.start(ResetCause.Software);
    assert.equal(bench.state().deaths, 1);
  });

  it("ends a trial", () => {
    const { bench, door } = runningTrial();
    resets(() => door.die("x"));
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });

  for (const [length, kept] of [[0, 0], [1, 1], [20, 20], [21, 21], [60, 60], [61, 60], [500, 60]] as const) {
    it(`keeps ${kept} bytes of a text of ${length}`, () => {
      const bench = confirmedBench();
      const text = Array.from({ length }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
      resets(() => bench.start().door().die(text));
      assert.equal(errorText(bench), text.slice(0, kept));
    });
  }

  it("keeps latin-1 and writes a question mark for the rest", () => {
    const bench = confirmedBench();
    resets(() => bench.start().door().die("a\u00e9\u4e2d"));
    assert.equal(errorText(bench), "a\u00e9?");
  });

  it("resets also where nothing can be written", () => {
    const bench = withFrozenJournal(confirmedBench());
    assert.equal(resets(() => bench.start().door().die("x")), true);
  });

  it("is what an uncaught error comes to, at the start and later", () => {
    const bench = confirmedBench();
    const start = bench.start(ResetCause.PowerOn, {
      application: () => {
        throw new Error("at start");
      },
    });
    assert.equal(start.rebooted, true);
    assert.equal(errorText(bench), "Error: at start");
    assert.equal(resets(() => bench.start().engine.fail("in a callback")), true);
    assert.equal(errorText(bench), "Error: at startin a callback");
  });
});

describe("door.requestRecovery", () => {
  it("is recorded, resets into recovery once, and counts nothing", () => {
    const bench = confirmedBench();
    assert.equal(resets(() => bench.start().door().requestRecovery()), true);
    assert.equal(bench.start(ResetCause.Software).reason, Reason.RecoveryRequested);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
    assert.equal(bench.state().deaths, 0);
  });

  it("refuses with JournalUnwritable, and does not reset, where nothing can be written", () => {
    const door = withFrozenJournal(confirmedBench()).start().door();
    assert.equal(door.requestRecovery(), Reason.JournalUnwritable);
  });
});

describe("door.announceRestart and door.announceSleep", () => {
  it("let a trial go on over a warm start, with the time awake added up", () => {
    const { bench, start, door } = runningTrial();
    start.clock.advance(100000);
    assert.equal(door.announceRestart(), Reason.None);
    const second = bench.start(ResetCause.WarmStart);
    assert.deepEqual([second.slot, second.door().info.elapsedMs], [Slot.B, 100000]);
    second.clock.advance(50000);
    assert.equal(second.door().announceSleep(), Reason.None);
    assert.equal(bench.start(ResetCause.DeepSleepWake).door().info.elapsedMs, 150000);
    const { attempts, wakes, failures } = bench.state();
    assert.deepEqual([attempts, wakes, failures], [1, 2, 0]);
  });

  it("forget the time awake when a new attempt begins", () => {
    const { bench, start, door } = runningTrial();
    start.clock.advance(100000);
    door.announceSleep();
    assert.equal(bench.start(ResetCause.PowerOn).door().info.elapsedMs, 0);
  });

  it("do not excuse the watchdog", () => {
    const { bench, door } = runningTrial();
    door.announceRestart();
    assert.equal(bench.start(ResetCause.Watchdog).slot, Slot.A);
  });

  it("let no trial live for ever: the 256th wake is its end", () => {
    const { bench, door } = runningTrial();
    door.announceSleep();
    for (let i = 0; i < 255; i++) {
      const start = bench.start(ResetCause.DeepSleepWake);
      assert.equal(start.slot, Slot.B, `wake ${i}`);
      start.door().announceSleep();
    }
    assert.equal(bench.start(ResetCause.DeepSleepWake).slot, Slot.A);
    assert.equal(bench.newest(RecordType.Rejected)?.detail, Reason.WakesUsedUp);
  });

  it("excuse one warm start of a confirmed image, and no second", () => {
    const bench = confirmedBench();
    bench.start().door().announceRestart();
    bench.start(ResetCause.WarmStart);
    assert.equal(bench.state().deaths, 0);
    bench.start(ResetCause.WarmStart);
    assert.equal(bench.state().deaths, 1);
  });

  it("cost a confirmed image no write before sleep", () => {
    const bench = confirmedBench();
    const before = bench.records().length;
    assert.equal(bench.start().door().announceSleep(), Reason.None);
    assert.equal(bench.records().length, before);
  });

  it("refuse with JournalUnwritable where nothing can be written", () => {
    const door = withFrozenJournal(confirmedBench()).start().door();
    assert.equal(door.announceRestart(), Reason.JournalUnwritable);
  });
});

describe("door.openWriter", () => {
  it("refuses with TrialRunning while a trial runs, because the other slot holds the confirmed image", () => {
    const { bench, door } = runningTrial();
    const before = bench.slotBytes(Slot.A);
    assert.equal(door.openWriter().begin(1000), Reason.TrialRunning);
    assert.equal(bench.newest(RecordType.Refusal)?.detail, Reason.TrialRunning);
    assert.deepEqual(bench.slotBytes(Slot.A), before);
  });

  it("refuses while a trial runs whatever the application writes into its boot info", () => {
    const { bench, door } = runningTrial();
    const before = bench.slotBytes(Slot.A);
    door.info.trial = false;
    assert.equal(door.openWriter().begin(1000), Reason.TrialRunning);
    assert.deepEqual(bench.slotBytes(Slot.A), before);
  });

  it("opens for the other slot once the trial is confirmed, also through a writer opened before", () => {
    const { bench, door } = runningTrial();
    const writer = door.openWriter();
    assert.equal(writer.begin(1000), Reason.TrialRunning);
    door.confirm();
    assert.equal(send(writer, makeImage({ version: "3.0.0", counter: 5 })), Reason.None);
    assert.equal(writer.requestTrial(), Reason.None);
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });
});

describe("the rest of the door", () => {
  it("passes watchdog, clock, timers and data on", () => {
    const bench = confirmedBench();
    const start = bench.start();
    const door = start.door();
    const kicks = start.watchdog.kickCount();
    door.kickWatchdog();
    assert.equal(start.watchdog.kickCount(), kicks + 1);
    let calls = 0;
    door.every(100, () => calls++);
    start.clock.advance(1050);
    assert.deepEqual([calls, door.uptimeMs()], [10, 1050]);
    assert.equal(door.data, bench.flash.data);
  });

  it("reads the journal as the audit does", () => {
    const { bench, door } = runningTrial();
    const seen: JournalRecord[] = [];
    door.readJournal((record) => seen.push(viewRecord(record)));
    const types = [RecordType.InstallBegin, RecordType.Installed, RecordType.TrialRequested, RecordType.Attempt];
    assert.deepEqual(seen.map((record) => record.type).filter((type) => type !== RecordType.Settled).slice(-4), types);
    const expected: JournalRecord[] = [];
    visitJournal(bench.flash.journal, bench.hash, (record) => expected.push(viewRecord(record)));
    assert.deepEqual(seen, expected);
  });

  it("counts uptime up to 49 days in records", () => {
    const bench = confirmedBench();
    const start = bench.start();
    start.clock.advance(2 ** 33);
    resets(() => start.door().die("late"));
    assert.equal(bench.newest(RecordType.ErrorReport)?.value, 4294967295);
  });
});
