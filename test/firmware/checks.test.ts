import assert from "node:assert/strict";
import { canStillBeUpdated, mainLoopAlive, memoryWithinBounds } from "../../firmware/checks";
import { Health } from "../../firmware/health";

describe("the check that the main loop is alive", () => {
  it("is pending until the first beat, passes while beats come, and fails when they stop", () => {
    let nowMs = 0;
    const loop = mainLoopAlive(1000, 5000, () => nowMs);
    assert.deepEqual([loop.name, loop.deadlineMs], ["main loop alive", 5000]);
    assert.equal(loop.check(4000), Health.Pending);
    nowMs = 4500;
    loop.beat();
    assert.equal(loop.check(5500), Health.Passed);
    assert.equal(loop.check(5501), Health.Failed);
    nowMs = 5600;
    loop.beat();
    assert.equal(loop.check(6600), Health.Passed);
  });

  it("takes a beat at time 0 for one", () => {
    const loop = mainLoopAlive(10, 0, () => 0);
    loop.beat();
    assert.equal(loop.check(0), Health.Passed);
  });
});

describe("the check of memory", () => {
  it("passes from the bound on and fails below it, at every tick", () => {
    let free = 200;
    const memory = memoryWithinBounds(200, () => free);
    assert.equal(memory.check(0), Health.Passed);
    free = 199;
    assert.equal(memory.check(0), Health.Failed);
    free = 1000;
    assert.equal(memory.check(0), Health.Passed);
  });
});

describe("the check that the device can still be updated", () => {
  it("is pending until contact was made once, and remembers it", () => {
    let reached = false;
    const check = canStillBeUpdated(240000, () => reached);
    assert.deepEqual([check.deadlineMs, check.check(0)], [240000, Health.Pending]);
    reached = true;
    assert.equal(check.check(0), Health.Passed);
    reached = false;
    assert.equal(check.check(0), Health.Passed);
  });
});
