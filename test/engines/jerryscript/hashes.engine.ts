import { buildBundle } from "../../../tools/build/bundle";
import { testPrintedHashes } from "../hashes/compare-hashes";
import { isInstalled, jerryscriptEngine, runOnJerryscript } from "./interpreter";

describe("hashes on the real JerryScript", () => {
  if (isInstalled) {
    testPrintedHashes(async () => {
      const target = { name: "hashes", entry: "test/engines/hashes/portable.ts", exported: "printPortableHashes" };
      return runOnJerryscript(`${await buildBundle(target, jerryscriptEngine())}();\n`);
    });
  } else {
    it("jerryscript is not installed");
  }
});
