import assert from "node:assert/strict";
import { VirtualClock } from "../../sim/clock";
import { Life } from "../../sim/life";
import { SimulatedWatchdog } from "../../sim/watchdog";

function parts(): { clock: VirtualClock; life: Life; watchdog: SimulatedWatchdog } {
  const clock = new VirtualClock();
  const life = new Life();
  return { clock, life, watchdog: new SimulatedWatchdog(clock, life) };
}

describe("simulated watchdog", () => {
  it("strikes when it was not kicked in time, to the microsecond", () => {
    const { clock, life, watchdog } = parts();
    watchdog.start(5000);
    clock.elapse(4999999);
    assert.equal(life.ended, undefined);
    assert.throws(() => clock.elapse(1));
    assert.equal(life.ended, "watchdog");
    assert.equal(clock.nowUs, 5000000);
  });

  it("is set back by a kick to its whole time", () => {
    const { clock, life, watchdog } = parts();
    watchdog.start(5000);
    clock.elapse(4000000);
    watchdog.kick();
    clock.elapse(4999999);
    assert.equal(life.ended, undefined);
    assert.throws(() => clock.elapse(1));
    assert.equal(watchdog.kicks, 1);
  });

  it("does nothing before it is started, and takes a kick then without starting", () => {
    const { clock, life, watchdog } = parts();
    watchdog.kick();
    clock.elapse(1e12);
    assert.equal(watchdog.running, false);
    assert.equal(life.ended, undefined);
  });

  it("can be neither retimed nor set back by starting it again", () => {
    const { clock, watchdog } = parts();
    watchdog.start(5000);
    clock.elapse(3000000);
    watchdog.start(60000);
    assert.equal(watchdog.atUs(), 5000000);
  });

  it("runs on into the next life where it survives, with what is left of its time", () => {
    const { clock, life, watchdog } = parts();
    watchdog.start(5000);
    clock.elapse(3000000);
    watchdog.begin(true);
    clock.begin();
    assert.throws(() => clock.elapse(2000000));
    assert.equal(life.ended, "watchdog");
    life.begin();
    watchdog.begin(false);
    clock.elapse(1e12);
    assert.equal(life.ended, undefined);
  });

  it("in automatic mode lives as long as the interpreter is idle, but still notices a hang", () => {
    const { clock, life, watchdog } = parts();
    watchdog.start(5000);
    watchdog.setAutomatic(true);
    watchdog.idleUntil(60000000);
    clock.advanceTo(60000000);
    assert.equal(life.ended, undefined);
    assert.throws(() => clock.elapse(5000000));
    assert.equal(life.ended, "watchdog");
  });

  it("takes no orders from a processor that has stopped", () => {
    const { life, watchdog } = parts();
    life.note("software");
    assert.throws(() => watchdog.start(5));
    assert.throws(() => watchdog.kick());
    assert.equal(watchdog.running, false);
  });
});
