import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { compileLuaProgram } from "../../../tools/build/lua";
import { REPOSITORY } from "../../../tools/build/repository";
import { caseTexts } from "../ed25519-texts";

const isInstalled = spawnSync("lua5.3", ["-v"]).status === 0;

describe("Ed25519 on lua5.3", () => {
  if (!isInstalled) {
    it("lua5.3 is not installed");
    return;
  }

  it("gives the right answer in 200 random cases", () => {
    const { baseTable, keyTables, cases, expected } = caseTexts(200);
    const entry = path.join(REPOSITORY, "test", "engines", "portable", "ed25519-cases-program.ts");
    const texts = `BASE_TABLE="${baseTable}"\nKEY_TABLES="${keyTables}"\nCASES=[[${cases}]]\n`;
    const input = texts + compileLuaProgram(entry);
    const run = spawnSync("lua5.3", ["-"], { input, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.stdout.trim(), expected);
  });
});
