/**
 * The real Espruino for Linux: looked for as `espruino` on the path, or where the variable ESPRUINO says. The package
 * `espruino` of npm has a command of the same name, which is no interpreter, and npm puts it first on the path.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Engine } from "../../../tools/build/engines";
import { ENGINES } from "../../../tools/build/engines";

/** The first one on the path that npm did not put there. */
function findOnPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => !/node_modules/.test(folder));
  return folders.map((folder) => path.join(folder, "espruino")).find((file) => existsSync(file));
}

const found = process.env["ESPRUINO"] ?? findOnPath();

/** Whether it is there and can be started. */
export const isInstalled = found !== undefined && spawnSync(found, ["--help"], { stdio: "ignore" }).error === undefined;

/** Where it is absent, a name that cannot be started. */
export const INTERPRETER = found ?? "espruino-is-not-installed";

export function espruinoEngine(): Engine {
  const engine = ENGINES["espruino"];
  if (engine === undefined) {
    throw new Error("tools/build/engines.ts has no espruino");
  }
  return engine;
}

/** Runs `program` in an empty folder, since Espruino for Linux keeps its flash in the current one. Gives its lines. */
export function runOnEspruino(program: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "trialboot-espruino-"));
  try {
    writeFileSync(path.join(folder, "program.js"), program, "latin1");
    // It ignores SIGTERM, and reads its console from standard input.
    const run = spawnSync(INTERPRETER, ["program.js"], {
      cwd: folder,
      encoding: "latin1",
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 300_000,
    });
    if (run.status !== 0) {
      throw new Error(`espruino ended with ${String(run.status)}: ${run.stdout.slice(-2000)}`);
    }
    return run.stdout.split(/\r?\n/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
