import assert from "node:assert/strict";
import sinon from "sinon";
import type { Handover } from "../../core/boot/handover";
import { ResetCause } from "../../core/boot/reset-cause";
import { SlotStatus } from "../../core/boot/state";
import { RecordType } from "../../core/journal/record";
import { Reason } from "../../core/reasons";
import { Slot } from "../../core/slot";
import { Health } from "../../firmware/health";
import type { HealthCheck } from "../../firmware/health";
import type { Runtime, RuntimeOptions } from "../../firmware/runtime";
import { MIN_TRIAL_MS_DEFAULT, startRuntime, TICK_MS } from "../../firmware/runtime";
import { createMemoryClock } from "../../hal/memory/clock";
import type { Bench, Start } from "../bootloader/bench";
import { configWith, install, memoryBench, resets } from "../bootloader/bench";
import { makeImage } from "../support/images";

const NO_OPTIONS: RuntimeOptions = { checks: [], minTrialMs: undefined, onConfirm: undefined };

function check(answer: () => Health, deadlineMs = 1e9): HealthCheck {
  return { name: "probe", deadlineMs, check: answer };
}

/** A door without a bootloader behind it: what is called on it shows what the runtime does. */
function fakeDoor(trial: boolean, changes: Partial<Handover["info"]> = {}) {
  const clock = createMemoryClock();
  const info = {
    slot: Slot.B, version: { major: 2, minor: 0, revision: 0, build: 0 }, digest: new Uint8Array(12), trial,
    attemptsLeft: 0, deadlineMs: trial ? 600000 : 0, elapsedMs: 0, securityFloor: 0, ...changes,
  };
  const door = {
    info,
    confirm: sinon.spy(() => {
      info.trial = false;
      return Reason.None;
    }),
    die: sinon.spy((text: string) => {
      throw new Error(`died: ${text}`);
    }),
    kickWatchdog: sinon.spy(),
    uptimeMs: () => clock.uptimeMs(),
    every: (intervalMs: number, callback: () => void) => clock.every(intervalMs, callback),
  };
  return { clock, info, door, handover: door as unknown as Handover };
}

describe("the runtime", () => {
  it("waits five minutes by default, and confirms at the first tick after them", () => {
    assert.equal(MIN_TRIAL_MS_DEFAULT, 300000);
    const { clock, door, handover } = fakeDoor(true);
    const runtime = startRuntime(handover, NO_OPTIONS);
    clock.advance(299999);
    assert.deepEqual([door.confirm.callCount, runtime.healthy()], [0, false]);
    clock.advance(1);
    assert.deepEqual([door.confirm.callCount, runtime.healthy()], [1, true]);
    clock.advance(3600000);
    assert.equal(door.confirm.callCount, 1);
  });

  it("kicks at its start and at every tick, also long after confirmation", () => {
    const { clock, door, handover } = fakeDoor(true);
    startRuntime(handover, NO_OPTIONS);
    assert.equal(door.kickWatchdog.callCount, 1);
    clock.advance(1000 * TICK_MS);
    assert.equal(door.kickWatchdog.callCount, 1001);
  });

  it("adds the time awake of earlier starts: a node that sleeps gets there in pieces", () => {
    const { clock, door, handover } = fakeDoor(true, { elapsedMs: 290000 });
    startRuntime(handover, NO_OPTIONS);
    clock.advance(9000);
    assert.equal(door.confirm.callCount, 0);
    clock.advance(1000);
    assert.equal(door.confirm.callCount, 1);
  });

  it("dies by the name of the check that failed, without kicking again", () => {
    const { clock, door, handover } = fakeDoor(true);
    let answer = Health.Passed;
    startRuntime(handover, { ...NO_OPTIONS, checks: [check(() => answer)] });
    clock.advance(5000);
    const kicks = door.kickWatchdog.callCount;
    answer = Health.Failed;
    assert.throws(() => clock.advance(1000), /died: health check failed: probe/);
    assert.equal(door.kickWatchdog.callCount, kicks);
  });

  it("dies when a check misses its deadline, confirmed or not", () => {
    for (const trial of [true, false]) {
      const { clock, handover } = fakeDoor(trial);
      startRuntime(handover, { ...NO_OPTIONS, checks: [check(() => Health.Pending, 10000)] });
      clock.advance(9999);
      assert.throws(() => clock.advance(1), /died: health check failed: probe/);
    }
  });

  it("needs all checks to pass at the same tick", () => {
    const { clock, door, handover } = fakeDoor(true);
    const isTurnOf = (one: number): boolean => Math.floor(clock.uptimeMs() / TICK_MS) % 2 === one;
    const pair = [0, 1].map((one) => check(() => (isTurnOf(one) ? Health.Passed : Health.Pending)));
    startRuntime(handover, { ...NO_OPTIONS, minTrialMs: 0, checks: pair });
    clock.advance(100000);
    assert.equal(door.confirm.callCount, 0);
  });

  it("dies when the trial's deadline passes without confirmation, and has none once confirmed", () => {
    const { clock, handover } = fakeDoor(true, { deadlineMs: 60000 });
    startRuntime(handover, { ...NO_OPTIONS, checks: [check(() => Health.Pending)] });
    clock.advance(59999);
    assert.throws(() => clock.advance(1), /died: trial deadline passed/);
    const confirmed = fakeDoor(true, { deadlineMs: 60000 });
    startRuntime(confirmed.handover, { ...NO_OPTIONS, minTrialMs: 60000 });
    confirmed.clock.advance(1000000);
    assert.equal(confirmed.door.confirm.callCount, 1);
  });

  it("asks again at each tick where confirmation cannot be written", () => {
    const { clock, door, handover } = fakeDoor(true);
    const refusing = sinon.fake.returns(Reason.JournalUnwritable);
    const runtime = startRuntime({ ...handover, confirm: refusing }, { ...NO_OPTIONS, minTrialMs: 0 });
    clock.advance(5000);
    assert.deepEqual([refusing.callCount, runtime.healthy(), door.kickWatchdog.callCount], [5, false, 6]);
  });

  it("does not ask checks any more once the image is healthy", () => {
    const { clock, handover } = fakeDoor(true);
    const asked = sinon.fake.returns(Health.Passed);
    startRuntime(handover, { ...NO_OPTIONS, minTrialMs: 3000, checks: [check(asked)] });
    clock.advance(3000);
    const count = asked.callCount;
    clock.advance(60000);
    assert.equal(asked.callCount, count);
  });

  it("calls onConfirm once, when the trial is confirmed, by whomever", () => {
    for (const byHand of [false, true]) {
      const { clock, door, handover } = fakeDoor(true);
      const onConfirm = sinon.spy(() => assert.equal(handover.info.trial, false));
      startRuntime(handover, { ...NO_OPTIONS, onConfirm });
      clock.advance(10000);
      assert.equal(onConfirm.callCount, 0);
      if (byHand) {
        door.confirm();
        clock.advance(TICK_MS);
        assert.equal(onConfirm.callCount, 1);
      }
      clock.advance(400000);
      assert.equal(onConfirm.callCount, 1);
    }
  });

  it("calls onConfirm at once, and once, in a start of a confirmed image", () => {
    const { clock, handover } = fakeDoor(false);
    const onConfirm = sinon.spy();
    startRuntime(handover, { ...NO_OPTIONS, onConfirm });
    assert.equal(onConfirm.callCount, 1);
    clock.advance(400000);
    assert.equal(onConfirm.callCount, 1);
  });

  it("works on timers of an engine as well as on those of a test", () => {
    const clock = sinon.useFakeTimers();
    try {
      const { door, handover } = fakeDoor(true);
      const started = Date.now();
      const every = (intervalMs: number, callback: () => void): void => void setInterval(callback, intervalMs);
      startRuntime({ ...handover, uptimeMs: () => Date.now() - started, every }, NO_OPTIONS);
      clock.tick(299000);
      assert.equal(door.confirm.callCount, 0);
      clock.tick(1000);
      assert.equal(door.confirm.callCount, 1);
    } finally {
      clock.restore();
    }
  });
});

/** The runtime behind a real door: an image on trial whose application is the runtime alone. */
function trial(options: Partial<RuntimeOptions> = {}): { bench: Bench; start: Start; runtime(): Runtime } {
  const bench = memoryBench(configWith());
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage({ counter: 1 }));
  assert.equal(install(bench.start(), makeImage({ version: "2.0.0", counter: 2 })), Reason.None);
  let runtime: Runtime | undefined;
  const application = (door: Handover): void => {
    runtime = startRuntime(door, { ...NO_OPTIONS, ...options });
  };
  return { bench, start: bench.start(ResetCause.Software, { application }), runtime: () => runtime! };
}

describe("the runtime behind the real door", () => {
  it("confirms the trial after five healthy minutes, and the floor rises then", () => {
    const { bench, start, runtime } = trial();
    start.clock.advance(299000);
    assert.equal(bench.state().slots[Slot.B].status, SlotStatus.Trial);
    start.clock.advance(1000);
    assert.deepEqual([bench.state().active, bench.state().floor, runtime().healthy()], [Slot.B, 2, true]);
    assert.equal(bench.start(ResetCause.Watchdog).slot, Slot.B);
  });

  it("rolls back with the check's name in the journal", () => {
    const { bench, start } = trial({ checks: [check(() => Health.Failed)] });
    assert.equal(resets(() => start.clock.advance(1000)), true);
    assert.equal(bench.records().map((record) => record.text).join(""), "health check failed: probe");
    assert.equal(bench.start(ResetCause.Software).slot, Slot.A);
  });

  it("confirms a node that is awake for a minute at a time in its fifth minute", () => {
    const { bench, start } = trial();
    const application = (door: Handover): void => void startRuntime(door, NO_OPTIONS);
    let current = start;
    for (let minute = 1; minute <= 5; minute++) {
      assert.equal(current.door().info.trial, true, `minute ${minute}`);
      current.clock.advance(60000);
      current.door().announceSleep();
      current = bench.start(ResetCause.DeepSleepWake, { application });
    }
    assert.equal(current.door().info.trial, false);
    assert.equal(bench.newest(RecordType.Confirmed)?.slot, Slot.B);
  });

  it("gives a confirmed image that died its chances back after five healthy minutes", () => {
    const { bench, start } = trial();
    start.door().confirm();
    const application = (door: Handover): void => void startRuntime(door, NO_OPTIONS);
    const again = bench.start(ResetCause.Watchdog, { application });
    assert.equal(bench.state().deaths, 1);
    again.clock.advance(300000);
    assert.equal(bench.state().deaths, 0);
  });
});
