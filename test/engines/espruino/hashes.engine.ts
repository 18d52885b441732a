import { buildBundle } from "../../../tools/build/bundle";
import { testPrintedHashes } from "../hashes/compare-hashes";
import { espruinoEngine, isInstalled, runOnEspruino } from "./interpreter";

describe("hashes for boards without native ones, on the real Espruino", () => {
  if (isInstalled) {
    testPrintedHashes(async () => {
      const target = { name: "hashes", entry: "test/engines/hashes/espruino.ts", exported: "printEspruinoHashes" };
      return runOnEspruino(`${await buildBundle(target, espruinoEngine())}();\n`);
    });
  } else {
    it("espruino is not installed");
  }
});
