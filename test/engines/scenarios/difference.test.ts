import assert from "node:assert/strict";
import { checkExpectations } from "./expectation";
import { withoutTimes } from "./espruino-times";
import { firstDifference } from "./difference";
import type { Observation } from "./observation";
import { copyFlash } from "./observation";
import { runOnNode } from "./run-on-node";
import type { Scenario, StartStep } from "./scenario";
import { readScenarios } from "./scenario";

function scenarioNamed(name: string): Scenario {
  const scenario = readScenarios().find((each) => each.name === name);
  assert.ok(scenario !== undefined, name);
  return scenario;
}

const ROLLBACK = scenarioNamed("a trial that hangs is rolled back by the watchdog, and stays so");

/** What another engine would have seen: everything copied. */
function copied(observations: readonly Observation[]): Observation[] {
  return observations.map(({ lines, flash }) => ({ lines: [...lines], flash: copyFlash(flash) }));
}

describe("the comparison of engines", () => {
  it("finds no difference between two runs of Node", () => {
    assert.equal(firstDifference(runOnNode(ROLLBACK), runOnNode(ROLLBACK)), undefined);
  });

  it("names the start and what was said otherwise", () => {
    const expected = runOnNode(ROLLBACK);
    const actual = copied(expected);
    actual[1] = { ...actual[1], lines: [actual[1].lines[0], "end idle"] };
    assert.equal(firstDifference(expected, actual), 'start 2: expected "end hang", got "end idle"');
    assert.match(firstDifference(expected, expected.slice(0, 1)) ?? "", /^5 starts expected, 1 were made$/);
  });

  it("names the partition, the page and the record of the first bit that differs", () => {
    const expected = runOnNode(ROLLBACK);
    const actual = copied(expected);
    const { journal, slotB } = actual[1].flash;
    // The second half of the journal's second page: the attempt is its last record.
    const attempt = journal.findLastIndex((byte) => byte !== 0xff);
    journal[attempt] ^= 1;
    slotB[40] ^= 1;
    const difference = firstDifference(expected, actual) ?? "";
    assert.match(difference, /^start 2: journal, page 1, offset \d+ of it: expected attempt B first with sequence \d+/);
    assert.match(difference, /got no record/);
    const { journal: same } = expected[1].flash;
    same.copy(journal);
    assert.match(firstDifference(expected, actual) ?? "", /^start 2: slotB, page 0, offset 32 of it/);
  });

  it("leaves out times and nothing else", () => {
    const [{ flash }] = runOnNode(scenarioNamed("an announced restart is no death, and excuses one start only"));
    assert.deepEqual(withoutTimes(flash.journal), flash.journal);
    const damaged = Buffer.from(flash.journal);
    damaged[1024 + 96 + 20] ^= 1;
    assert.deepEqual(withoutTimes(damaged), damaged);
  });
});

describe("the expectations of scenarios", () => {
  const last = ROLLBACK.steps.length - 1;
  const changes: Readonly<Record<string, Partial<StartStep>>> = {
    "what starts": { runs: "B v2 confirmed" },
    "what is said": { says: ["confirm none"] },
    "how it ends": { ends: "reset" },
    "what is recorded": { journal: ["death A watchdog"] },
    "the floor": { floor: 9 },
    "the starts that are left": { left: 9 },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`fail if ${what} is another`, () => {
      const steps = ROLLBACK.steps.map((step, index) => index === last ? { ...step, ...change } : step);
      assert.throws(() => { checkExpectations({ ...ROLLBACK, steps }, runOnNode(ROLLBACK)); }, /start 5/);
    });
  }
});
