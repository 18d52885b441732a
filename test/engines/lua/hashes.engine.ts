import { spawnSync } from "node:child_process";
import path from "node:path";
import { compileLuaProgram } from "../../../tools/build/lua";
import { REPOSITORY } from "../../../tools/build/repository";
import { testPrintedHashes } from "../hashes/compare-hashes";

const isInstalled = spawnSync("lua5.3", ["-v"]).status === 0;

describe("hashes on lua5.3", () => {
  if (isInstalled) {
    testPrintedHashes(() => {
      const program = compileLuaProgram(path.join(REPOSITORY, "test", "engines", "hashes", "lua.ts"));
      const run = spawnSync("lua5.3", ["-"], { input: program, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
      return run.stdout.split("\n");
    });
  } else {
    it("lua5.3 is not installed");
  }
});
