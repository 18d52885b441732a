import { compareWithNode } from "../scenarios/compare-engine";
import { EspruinoScenarios } from "../scenarios/run-on-espruino";
import { readScenarios } from "../scenarios/scenario";
import { isInstalled } from "./interpreter";

describe("boot scenarios on the real Espruino, from .boot0 on", () => {
  if (!isInstalled) {
    compareWithNode(undefined);
    return;
  }
  const engine = new EspruinoScenarios();

  before(async function () {
    this.timeout(300_000);
    await engine.prepare(readScenarios());
  });

  after(() => {
    engine.dispose();
  });

  compareWithNode((scenario) => engine.run(scenario));
});
