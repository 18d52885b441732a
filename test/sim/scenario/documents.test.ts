import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { RECORD_NAMES } from "../../../sim/scenario/names";
import { runScenario } from "../../../sim/scenario/run-scenario";
import { SCENARIO_SCHEMA } from "../../../sim/scenario/schema";
import { SCENARIO_SETTING, scenarioOf } from "./shipped";

function documentText(name: string): string {
  return readFileSync(path.join(import.meta.dirname, "../../../docs", name), "utf8");
}

/** Names of all fields that the schema knows, from everywhere in it. */
function fieldNames(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) {
    return [];
  }
  const { properties = {} } = schema as { properties?: object };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(fieldNames)];
}

describe("documents about scenarios", () => {
  for (const name of ["qa.md", "scenarios.md"]) {
    it(`${name} has examples that pass`, () => {
      const examples = [...documentText(name).matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1]);
      assert.ok(examples.length > 0);
      for (const example of examples) {
        const { failure } = runScenario(scenarioOf(example), SCENARIO_SETTING);
        assert.equal(failure, undefined, JSON.stringify(failure));
      }
    });
  }

  it("qa.md shows what a failure looks like", () => {
    const text = documentText("qa.md");
    const example = /```yaml\n([^]*?)```/.exec(text)?.[1] ?? "";
    const { failure } = runScenario(scenarioOf(example.replace("runs: 1.0.0", "runs: 2.0.0")), SCENARIO_SETTING);
    assert.ok(text.includes(`mine.yaml:${failure?.line}, ${failure?.where}:\n        ${failure?.sentence}\n`));
  });

  it("scenarios.md names every field of the schema, and every journal record", () => {
    const text = documentText("scenarios.md");
    const names = [...new Set(fieldNames(SCENARIO_SCHEMA))].filter((name) => name !== "$schema");
    const records = RECORD_NAMES.filter((name) => name !== "checkpoint");
    assert.ok(names.length > 80);
    assert.deepEqual([...names, ...records].filter((name) => !new RegExp(`\\b${name}\\b`).test(text)), []);
  });
});
