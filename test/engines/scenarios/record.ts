/** Writes recorded-flash.json anew. Read its diff: each changed line is a scenario that leaves other bytes in flash. */

import { checkExpectations } from "./expectation";
import { flashCrc, recordCrcs } from "./recorded-flash";
import { runOnNode } from "./run-on-node";
import { readScenarios } from "./scenario";

const crcs = readScenarios().map((scenario) => {
  const observations = runOnNode(scenario);
  checkExpectations(scenario, observations);
  return [scenario.name, flashCrc(observations)] as const;
});
recordCrcs(Object.fromEntries(crcs));
