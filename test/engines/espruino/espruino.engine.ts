import { buildBundle } from "../../../tools/build/bundle";
import { testOnEngine } from "../run-portable";
import { espruinoEngine, isInstalled, runOnEspruino } from "./interpreter";

describe("portable suites on the real Espruino", () => {
  if (isInstalled) {
    testOnEngine(async () => {
      const target = { name: "portable", entry: "test/engines/portable/run-all.ts", exported: "runAll" };
      return runOnEspruino(`${await buildBundle(target, espruinoEngine())}();\n`);
    });
  } else {
    it("espruino is not installed");
  }
});
