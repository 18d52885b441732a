import { buildBundle } from "../../../tools/build/bundle";
import { testOnEngine } from "../run-portable";
import { isInstalled, jerryscriptEngine, runOnJerryscript } from "./interpreter";

describe("portable suites on the real JerryScript", () => {
  if (isInstalled) {
    testOnEngine(async () => {
      const target = { name: "portable", entry: "test/engines/portable/run-all.ts", exported: "runAll" };
      return runOnJerryscript(`${await buildBundle(target, jerryscriptEngine())}();\n`);
    });
  } else {
    it("jerry is not installed");
  }
});
