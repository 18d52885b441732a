import assert from "node:assert/strict";
import { buildBundle } from "../../../tools/build/bundle";
import { espruinoEngine, isInstalled, runOnEspruino } from "./interpreter";

describe("Espruino's native functions for the console framing of SMP", () => {
  if (isInstalled) {
    it("give what the portable codec gives, and survive what is no base64", async () => {
      const entry = "test/engines/espruino/smp-codec-cases.ts";
      const program = await buildBundle({ name: "smp-codec", entry, exported: "compareCodecs" }, espruinoEngine());
      const lines = runOnEspruino(`${program}();\n`).filter((line) => /^(differs|compared)/.test(line));
      assert.deepEqual(lines, ["compared 737"]);
    });
  } else {
    it("espruino is not installed");
  }
});
