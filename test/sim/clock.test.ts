import assert from "node:assert/strict";
import fc from "fast-check";
import { VirtualClock } from "../../sim/clock";

describe("virtual time", () => {
  it("runs events by time, and at the same time in the order they were scheduled", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), fc.array(fc.nat(59)), (delays, cancelled) => {
        const clock = new VirtualClock();
        const ran: [number, number][] = [];
        const eventIds = delays.map((delay, i) => clock.schedule(delay, () => ran.push([clock.nowUs, i])));
        cancelled.forEach((i) => eventIds[i] !== undefined && clock.cancel(eventIds[i]));
        while (clock.nextEventUs() !== undefined) {
          clock.runNext();
        }
        const expected = delays
          .map((delay, i): [number, number] => [delay, i])
          .filter(([, i]) => !cancelled.includes(i))
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        assert.deepEqual(ran, expected);
      }),
    );
  });

  it("stands still while code runs, and moves by what the code is charged", () => {
    const clock = new VirtualClock();
    clock.schedule(100, () => {
      assert.equal(clock.nowUs, 100);
      clock.elapse(30);
      clock.schedule(5, () => undefined);
    });
    clock.runNext();
    assert.equal(clock.nowUs, 130);
    assert.equal(clock.nextEventUs(), 135);
  });

  it("runs an event late if the processor was busy, but never back in time", () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.schedule(10, () => ran.push(clock.nowUs));
    clock.elapse(50);
    clock.runNext();
    assert.deepEqual(ran, [50]);
  });

  it("lets deadlines strike on the way, the earlier first, and before an event of the same time", () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const deadline = (name: string, at: number): void => {
      let armed: number | undefined = at;
      clock.addDeadline({
        atUs: () => armed,
        strike: () => {
          armed = undefined;
          log.push(`${name}@${clock.nowUs}`);
        },
      });
    };
    deadline("late", 40);
    deadline("early", 20);
    deadline("later added", 40);
    deadline("beyond", 41);
    clock.schedule(20, () => log.push(`event@${clock.nowUs}`));
    clock.runNext();
    clock.elapse(20);
    assert.deepEqual(log, ["early@20", "event@20", "late@40", "later added@40"]);
  });

  it("forgets events at a start and counts uptime from there", () => {
    const clock = new VirtualClock();
    clock.schedule(10, () => undefined);
    clock.elapse(1000);
    clock.begin();
    assert.equal(clock.nextEventUs(), undefined);
    clock.elapse(7);
    assert.equal(clock.uptimeUs, 7);
    assert.equal(clock.nowUs, 1007);
    assert.throws(() => clock.runNext(), /no event/);
  });
});
