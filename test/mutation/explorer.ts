/** The simulator's explorer as the last one who may notice a mutant. */

import { existsSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../../tools/build/repository";
import type { Sandbox } from "./sandbox";

/** @returns what the explorer found; empty if nothing */
export type Explorer = (sandbox: Sandbox) => Promise<string>;

const TIMEOUT_MS = 300000;

/** `undefined`: this version of the simulator has none. */
export function findExplorer(): Explorer | undefined {
  if (!existsSync(path.join(REPOSITORY, "tools/commands/sim-explore.ts"))) {
    process.stdout.write("There is no explorer here: mutants that no test notices count as survivors.\n");
    return undefined;
  }
  return async (sandbox) => {
    const { exitCode, stdout, stderr } = await sandbox.trialboot(["sim", "explore", "--board", "esp32"], TIMEOUT_MS);
    const said = `${stdout}\n${stderr}`.split("\n").find((line) => /violat|error/i.test(line));
    return exitCode === 0 ? "" : `explorer: ${said ?? `exit code ${exitCode}`}`;
  };
}
