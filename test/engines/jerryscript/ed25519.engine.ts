import assert from "node:assert/strict";
import { buildBundle } from "../../../tools/build/bundle";
import { caseTexts } from "../ed25519-texts";
import { isInstalled, jerryscriptEngine, runOnJerryscript } from "./interpreter";

describe("Ed25519 on the real JerryScript", () => {
  if (!isInstalled) {
    it("jerry is not installed");
    return;
  }

  it("gives the right answer in 200 random cases, in doubles and with BigInt", async () => {
    const { baseTable, keyTables, cases, expected } = caseTexts(200);
    const target = { name: "cases", entry: "test/engines/jerryscript/ed25519-cases.ts", exported: "runBoth" };
    const program = [
      // A string literal has at most 65,535 bytes.
      `var BASE_TABLE="${baseTable}",KEY_TABLES=${JSON.stringify(keyTables.split(","))}.join(",");`,
      `var CASES=${JSON.stringify(cases.split("\n"))}.join("\\n");`,
      `${await buildBundle(target, jerryscriptEngine())}();`,
    ].join("\n");
    const lines = runOnJerryscript(program).filter((line) => line !== "");
    assert.deepEqual(lines, [expected, expected]);
  });
});
