/** The scenarios that come with the project, read and ready to run. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createTweetnaclVerifier } from "../../../hal/tweetnacl/verifier";
import { bootFromSource } from "../../../sim/boot-chain";
import { createRememberingVerifier } from "../../../sim/fast-crypto";
import { readScenario } from "../../../sim/scenario/read-scenario";
import type { ScenarioReading } from "../../../sim/scenario/read-scenario";
import type { Scenario } from "../../../sim/scenario/scenario";
import type { ScenarioSetting } from "../../../sim/scenario/world";
import { boardNames, loadBoard } from "../../../tools/boards";
import { createHostHash } from "../../../tools/host-hash";
import { reasonText } from "../../../tools/reason-text";

export const SCENARIOS = path.join(import.meta.dirname, "../../../sim/scenarios");

export const SCENARIO_SETTING: ScenarioSetting = {
  loadBoard,
  boot: bootFromSource,
  hash: createHostHash(),
  verifier: createRememberingVerifier(createTweetnaclVerifier()),
  reasonName: (reason) => reasonText(reason).name,
};

export const SCENARIO_FILES: readonly string[] = readdirSync(SCENARIOS)
  .filter((file) => file.endsWith(".yaml"))
  .sort();

/** Reads the text of a scenario as if it stood in the folder of those that are shipped. */
export function readText(text: string, file = "test.yaml"): ScenarioReading {
  return readScenario(text, file, {
    boardNames: boardNames(),
    reasonName: SCENARIO_SETTING.reasonName,
    readScript: (name) => ({ text: readFileSync(path.join(SCENARIOS, name), "latin1") }),
  });
}

/** A scenario that must be right. */
export function scenarioOf(text: string): Scenario {
  const { scenario, faults } = readText(text);
  assert.deepEqual(faults, []);
  assert.ok(scenario !== undefined);
  return scenario;
}

export function loadShipped(file: string): Scenario {
  return scenarioOf(readFileSync(path.join(SCENARIOS, file), "utf8"));
}
