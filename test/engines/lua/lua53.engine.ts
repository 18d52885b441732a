import { spawnSync } from "node:child_process";
import { testOnLua } from "./run";

/** The program goes in by standard input, so that no file has to be found or removed. */
function lua53(program: string): Promise<string[]> {
  const run = spawnSync("lua5.3", ["-"], { input: program, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (run.status !== 0) {
    throw new Error(`lua5.3 ended with ${String(run.status)}: ${run.stderr}`);
  }
  return Promise.resolve(run.stdout.split("\n"));
}

const isInstalled = spawnSync("lua5.3", ["-v"]).status === 0;

describe("portable suites on lua5.3", () => {
  if (isInstalled) {
    testOnLua(lua53);
  } else {
    it("lua5.3 is not installed");
  }
});
