/** Scenario files: every fault is told in a sentence with its line, and a scenario without faults has all its parts. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { readScenario } from "../../../sim/scenario/read-scenario";
import { boardNames } from "../../../tools/boards";
import { reasonText } from "../../../tools/reason-text";
import type { FuzzTarget } from "../target";

const FOLDER = new URL("../../../sim/scenarios/", import.meta.url);

const SURROUNDINGS = {
  boardNames: boardNames(),
  reasonName: (reason: number) => reasonText(reason).name,
  readScript: (name: string) => (name.endsWith(".js") ? { text: "0" } : { refusal: "there is no such file" }),
};

function seeds(): Uint8Array[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => new Uint8Array(readFileSync(new URL(name, FOLDER))));
}

export const target: FuzzTarget = {
  name: "scenario",
  maxBytes: 4096,
  seeds,
  words: [
    "steps:\n", "expect:\n", "images:\n", "  - ", "{ ", "}", "[", "]", "&a ", "*a", "<<: ", "!!binary ", "? ",
    "1 min", "100 %", "run: { for: 2 s }", "powerCut", "null", "~", "board: esp32\n", "__proto__", "- - - ",
  ],
  run(input) {
    const text = Buffer.from(input).toString("utf8");
    const lines = text.split("\n").length;
    const { scenario, faults } = readScenario(text, "fuzz.yaml", SURROUNDINGS);
    assert.equal(scenario === undefined, faults.length > 0, "neither a scenario nor a fault");
    for (const { line, sentence } of faults) {
      assert.ok(sentence.length > 5, "a fault is no sentence");
      assert.ok(line >= 0 && line <= lines + 1, `line ${line} of ${lines}`);
    }
    if (scenario !== undefined) {
      assert.ok(scenario.images.size > 0 && scenario.steps.length > 0);
      assert.ok(Number.isInteger(scenario.seed) && SURROUNDINGS.boardNames.includes(scenario.boardName));
    }
  },
};
