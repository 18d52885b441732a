import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Expectation, Scenario } from "../../../sim/scenario/scenario";
import { runScenario } from "../../../sim/scenario/run-scenario";
import { SCENARIO_SCHEMA } from "../../../sim/scenario/schema";
import { loadShipped, SCENARIO_FILES, SCENARIO_SETTING, SCENARIOS } from "./shipped";

const FEWEST = 30;

function expectationsOf(scenario: Scenario): Expectation[] {
  return [...scenario.steps.flatMap(({ expect }) => expect), ...scenario.expect];
}

/** Another value that does not hold where the given one does. */
function wrong({ name, wanted, line }: Expectation): Expectation {
  const other = (): unknown => {
    switch (name) {
      case "runs":
        return "9.9.9";
      case "slot":
        return wanted === "A" ? "B" : "A";
      case "as":
        return wanted === "trial" ? "confirmed" : "trial";
      case "ends":
        return wanted === "running" ? "watchdog" : "running";
      case "boots":
      case "floor":
        return wanted + 1;
      case "bootsAtMost":
        return 0;
      case "reason":
      case "recovery":
        return "wakes-used-up";
      case "refused":
        return wanted === "nothing" ? "unsigned" : "nothing";
      case "slots":
        return Object.fromEntries(
          Object.entries(wanted).map(([slot, is]) => [slot, is === "trial" ? "rejected" : "trial"]),
        );
      case "holds":
        return Object.fromEntries(Object.keys(wanted).map((slot) => [slot, "9.9.9"]));
      case "data":
        return wanted === "untouched" ? "other data" : "untouched";
      case "prints":
      case "errors":
        return `${wanted} and something else`;
      case "starts":
        return [...wanted, "recovery"];
      case "causes":
        return [...wanted, "panic"];
      case "journal":
      case "journalExactly":
        return [...wanted, "identity-changed"];
      case "journalLacks":
        return ["settled", "attempt", "death", "install-begin", "refusal", "wake"];
      case "untouched":
        return ["journal", "slotA", "slotB"];
    }
  };
  return { name, wanted: other(), line } as Expectation;
}

function withWrongExpectations(scenario: Scenario): Scenario {
  const steps = scenario.steps.map((step) => ({ ...step, expect: step.expect.map(wrong) }));
  return { ...scenario, steps, expect: scenario.expect.map(wrong) };
}

describe("shipped scenarios", () => {
  it(`are at least ${FEWEST}, with a title each of its own`, () => {
    assert.ok(SCENARIO_FILES.length >= FEWEST);
    const titles = SCENARIO_FILES.map((file) => loadShipped(file).title);
    assert.equal(new Set(titles).size, titles.length);
  });

  it("name the schema, which is the one that files are checked against", () => {
    const file = path.join(SCENARIOS, "scenario.schema.json");
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(JSON.stringify(SCENARIO_SCHEMA)));
    for (const name of SCENARIO_FILES) {
      const text = readFileSync(path.join(SCENARIOS, name), "utf8");
      assert.ok(text.startsWith("# yaml-language-server: $schema=./scenario.schema.json\n"), name);
    }
  });

  for (const file of SCENARIO_FILES) {
    const scenario = loadShipped(file);

    it(`${file}: ${scenario.title}`, () => {
      const { passed, failure } = runScenario(scenario, SCENARIO_SETTING);
      assert.ok(passed, `${file}:${failure?.line}: ${failure?.where}: ${failure?.sentence}`);
      assert.ok(expectationsOf(scenario).length >= 4, "a scenario says more than that something runs");
    });

    it(`${file} notices each expectation that does not hold`, () => {
      const { passed, steps } = runScenario(withWrongExpectations(scenario), SCENARIO_SETTING);
      assert.equal(passed, false);
      for (const { findings, boots } of steps) {
        // Where nothing was written, nothing is what a scenario can say of it.
        const wrote = boots.length === 0 || boots.some(({ report }) => report.flash.writes > 0);
        const unnoticed = findings.filter((finding) => finding.passed).map(({ name }) => name);
        const excused = wrote ? [] : ["journalLacks", "untouched"];
        assert.deepEqual(unnoticed.filter((name) => !excused.includes(name)), []);
      }
    });
  }
});
