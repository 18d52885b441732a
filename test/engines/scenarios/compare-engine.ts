/** All scenarios on an engine that is not Node, each held against what Node made of it. */

import assert from "node:assert/strict";
import { firstDifference } from "./difference";
import type { Observation } from "./observation";
import { runOnNode } from "./run-on-node";
import type { Scenario } from "./scenario";
import { readScenarios } from "./scenario";

/**
 * Defines the tests; call it inside a `describe`.
 *
 * @param run undefined: the engine is not installed, and every scenario is pending
 */
export function compareWithNode(run: ((scenario: Scenario) => Observation[]) | undefined): void {
  for (const scenario of readScenarios()) {
    if (run === undefined) {
      it(scenario.name);
    } else {
      it(scenario.name, () => {
        const difference = firstDifference(runOnNode(scenario), run(scenario));
        assert.equal(difference, undefined, difference);
      });
    }
  }
}
