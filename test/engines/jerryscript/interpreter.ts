/**
 * The real JerryScript, its command-line tool: looked for as `jerry` on the path, or where the variable JERRY says.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Engine } from "../../../tools/build/engines";
import { ENGINES } from "../../../tools/build/engines";

const INTERPRETER = process.env["JERRY"] ?? "jerry";

export const isInstalled = spawnSync(INTERPRETER, ["--version"], { stdio: "ignore" }).error === undefined;

export function jerryscriptEngine(): Engine {
  const engine = ENGINES["jerryscript"];
  if (engine === undefined) {
    throw new Error("tools/build/engines.ts has no jerryscript");
  }
  return engine;
}

/** Runs `program` and gives the lines it printed. */
export function runOnJerryscript(program: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "trialboot-jerryscript-"));
  try {
    const file = path.join(folder, "program.js");
    writeFileSync(file, program, "utf8");
    const run = spawnSync(INTERPRETER, [file], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 300_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (run.status !== 0) {
      throw new Error(`jerry ended with ${String(run.status)}: ${(run.stdout + run.stderr).slice(-2000)}`);
    }
    return run.stdout.split(/\r?\n/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
