import { buildBundle } from "../../../tools/build/bundle";
import { compareWithNode } from "../scenarios/compare-engine";
import { readObservations } from "../scenarios/observation";
import { tapeOf } from "../scenarios/tape";
import { isInstalled, jerryscriptEngine, runOnJerryscript } from "./interpreter";

describe("boot scenarios on the real JerryScript", () => {
  let program = "";

  before(async function () {
    this.timeout(120_000);
    if (isInstalled) {
      const target = { name: "scenario", entry: "test/engines/portable/scenario-run.ts", exported: "runScenario" };
      program = await buildBundle(target, jerryscriptEngine());
    }
  });

  compareWithNode(isInstalled
    ? (scenario) => readObservations(runOnJerryscript(`${program}(${JSON.stringify(tapeOf(scenario))});\n`))
    : undefined);
});
