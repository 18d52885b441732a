import assert from "node:assert/strict";
import { checkExpectations } from "./expectation";
import { flashCrc, recordedCrcs } from "./recorded-flash";
import { runOnNode } from "./run-on-node";
import { readScenarios } from "./scenario";

const SCENARIOS = readScenarios();

describe("boot scenarios on Node", () => {
  const recorded = recordedCrcs();

  for (const scenario of SCENARIOS) {
    it(scenario.name, () => {
      const observations = runOnNode(scenario);
      checkExpectations(scenario, observations);
      assert.equal(flashCrc(observations), recorded[scenario.name], "flash is another than was recorded (record.ts)");
    });
  }

  it("are all of those whose flash was recorded", () => {
    assert.deepEqual(Object.keys(recorded).sort(), SCENARIOS.map(({ name }) => name).sort());
  });
});
