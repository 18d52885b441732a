import assert from "node:assert/strict";
import { buildBundle } from "../../../tools/build/bundle";
import { caseTexts } from "../ed25519-texts";
import { espruinoEngine, isInstalled, runOnEspruino } from "./interpreter";

describe("Ed25519 on the real Espruino", function () {
  this.timeout(600_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }

  it("gives the right answer in 200 random cases", async () => {
    const { baseTable, keyTables, cases, expected } = caseTexts(200);
    const target = { name: "cases", entry: "test/engines/espruino/ed25519-cases.ts", exported: "runOnce" };
    const program = [
      `var BASE_TABLE="${baseTable}",KEY_TABLES=${JSON.stringify(keyTables.split(","))}.join(",");`,
      `var CASES=${JSON.stringify(cases.split("\n"))}.join("\\n");`,
      `${await buildBundle(target, espruinoEngine())}();`,
    ].join("\n");
    assert.ok(runOnEspruino(program).includes(expected));
  });
});
