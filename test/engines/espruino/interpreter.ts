/**
 * The real Espruino for Linux: looked for as `espruino` on the path, or where the variable ESPRUINO says.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Engine } from "../../../tools/build/engines";
import { ENGINES } from "../../../tools/build/engines";

export const INTERPRETER = process.env["ESPRUINO"] ?? "espruino";

export const isInstalled = spawnSync(INTERPRETER, ["--help"], { stdio: "ignore" }).error === undefined;

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
