import assert from "node:assert/strict";
import fc from "fast-check";
import type { HealthCheck } from "../../firmware/health";
import { Health, judgeHealth } from "../../firmware/health";

function checks(...deadlinesMs: number[]): HealthCheck[] {
  return deadlinesMs.map((deadlineMs, i) => ({ name: `check ${i}`, deadlineMs, check: () => Health.Pending }));
}

const [Pending, Passed, Failed] = [Health.Pending, Health.Passed, Health.Failed];

describe("the verdict on health", () => {
  it("is passed when all pass at one tick and the image was watched for long enough", () => {
    assert.equal(judgeHealth(checks(100, 100), [Passed, Passed], 50, 1000, 1000).health, Passed);
    assert.equal(judgeHealth(checks(100, 100), [Passed, Passed], 50, 999, 1000).health, Pending);
    assert.equal(judgeHealth([], [], 0, 0, 0).health, Passed);
    assert.equal(judgeHealth([], [], 0, 0, 1).health, Pending);
  });

  it("is pending while one is pending before its deadline, failed from the deadline on, by name", () => {
    const early = { health: Pending, failedCheck: "" };
    assert.deepEqual(judgeHealth(checks(100, 200), [Passed, Pending], 199, 9999, 0), early);
    const late = { health: Failed, failedCheck: "check 1" };
    assert.deepEqual(judgeHealth(checks(100, 200), [Passed, Pending], 200, 9999, 0), late);
  });

  it("is failed when one failed, deadline or not, and names the first that did", () => {
    assert.deepEqual(judgeHealth(checks(9, 9), [Pending, Failed], 0, 0, 0), { health: Failed, failedCheck: "check 1" });
    assert.equal(judgeHealth(checks(9, 9), [Failed, Failed], 0, 0, 0).failedCheck, "check 0");
  });

  it("asks nothing of a deadline once the check passes", () => {
    assert.equal(judgeHealth(checks(100), [Passed], 5000, 5000, 0).health, Passed);
  });

  it("is failed, pending or passed as the worst of its checks, for any answers", () => {
    const answer = fc.record({ answer: fc.constantFrom(Pending, Passed, Failed), deadlineMs: fc.nat(100) });
    fc.assert(fc.property(fc.array(answer), fc.nat(100), fc.nat(100), fc.nat(100), (all, up, watched, min) => {
      const declared = checks(...all.map((one) => one.deadlineMs));
      const verdict = judgeHealth(declared, all.map((one) => one.answer), up, watched, min);
      const bad = all.findIndex((one) => one.answer === Failed || (one.answer === Pending && up >= one.deadlineMs));
      assert.equal(verdict.failedCheck, bad < 0 ? "" : `check ${bad}`);
      const done = all.every((one) => one.answer === Passed) && watched >= min;
      assert.equal(verdict.health, bad >= 0 ? Failed : done ? Passed : Pending);
    }));
  });
});
