import { spawnSync } from "node:child_process";
import path from "node:path";
import { compileLuaProgram } from "../../../tools/build/lua";
import { REPOSITORY } from "../../../tools/build/repository";
import { compareWithNode } from "../scenarios/compare-engine";
import { readObservations } from "../scenarios/observation";
import { tapeOf } from "../scenarios/tape";

const isInstalled = spawnSync("lua5.3", ["-v"]).status === 0;

describe("boot scenarios on lua5.3", () => {
  let program = "";

  function runOnLua(tape: string): string[] {
    const input = `TAPE=[[${tape}]]\n${program}`;
    const run = spawnSync("lua5.3", ["-"], { input, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    if (run.status !== 0) {
      throw new Error(`lua5.3 ended with ${String(run.status)}: ${run.stderr}`);
    }
    return run.stdout.split("\n");
  }

  before(function () {
    this.timeout(120_000);
    if (isInstalled) {
      program = compileLuaProgram(path.join(REPOSITORY, "test", "engines", "portable", "scenario-program.ts"));
    }
  });

  compareWithNode(isInstalled ? (scenario) => readObservations(runOnLua(tapeOf(scenario))) : undefined);
});
