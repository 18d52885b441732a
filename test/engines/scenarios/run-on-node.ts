/** A scenario on Node. */

import { runTape } from "../portable/scenario";
import type { Observation } from "./observation";
import { readObservations } from "./observation";
import type { Scenario } from "./scenario";
import { tapeOf } from "./tape";

export function runOnNode(scenario: Scenario): Observation[] {
  const printed: string[] = [];
  runTape(tapeOf(scenario), (line) => printed.push(line));
  return readObservations(printed);
}
