/** The engines that `make bench` measures, each with the way to run a program on it. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { INTERPRETER } from "../engines/espruino/interpreter";
import type { EngineReport } from "./row";

export interface BenchEngine extends EngineReport {
  /** Rounds in which every candidate runs once, after its baseline. */
  readonly rounds: number;
  /** What is faster is repeated within a sample until it takes about this long. */
  readonly sampleMs: number;
  /** Runs a program and gives the lines it printed. */
  run(program: string): string[];
}

export interface JavaScriptEngine extends BenchEngine {
  /** Its entry in tools/build/engines.ts, for which bundles are built. */
  readonly buildName: string;
  /** Defines `now()` in milliseconds (of processor time if the engine knows it), `bytesOf(hex)` and `print`. */
  readonly prelude: string;
}

const TIME_LIMIT_MS = 1_800_000;

/** Fewer, by the variable BENCH_ROUNDS, are enough to see whether everything still works. */
function rounds(usual: number): number {
  return Number(process.env["BENCH_ROUNDS"] ?? usual);
}

/** Runs `command program-file` in an empty folder: Espruino keeps its flash there, and ignores SIGTERM. */
function runFile(command: string, suffix: string, program: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "trialboot-bench-"));
  try {
    const file = `program.${suffix}`;
    writeFileSync(path.join(folder, file), program, "latin1");
    const run = spawnSync(command, [file], {
      cwd: folder, encoding: "latin1", killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"],
      timeout: TIME_LIMIT_MS, maxBuffer: 64 * 1024 * 1024,
    });
    if (run.status !== 0) {
      throw new Error(`${command} ended with ${String(run.status)}: ${`${run.stdout}${run.stderr}`.slice(-2000)}`);
    }
    return run.stdout.split(/\r?\n/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first match in what `command` prints, or `undefined` if it cannot be started. */
function versionOf(command: string, values: string[], pattern: RegExp): string | undefined {
  const run = spawnSync(command, values, {
    cwd: tmpdir(), encoding: "latin1", killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"], timeout: 60_000,
  });
  if (run.error !== undefined) {
    return undefined;
  }
  return pattern.exec(`${run.stdout}${run.stderr}`)?.[0] ?? "unknown version";
}

const BYTES_OF = `function bytesOf(h){var a=new Uint8Array(h.length/2);
for(var i=0;i<a.length;i++)a[i]=parseInt(h.substr(2*i,2),16);return a;}`;

const espruino = INTERPRETER;
const jerry = process.env["JERRY"] ?? "jerry";

export const JAVASCRIPT_ENGINES: readonly JavaScriptEngine[] = [
  {
    name: "espruino",
    title: "Espruino",
    version: versionOf(espruino, ["-e", "print(process.version)"], /2v[\w.]+$/m),
    buildName: "espruino",
    rounds: rounds(3),
    sampleMs: 100,
    prelude: `${BYTES_OF}var FS=require("fs");
      function now(){return FS.readFileSync("/proc/self/schedstat").split(" ")[0]*1e-6;}`,
    run: (program) => runFile(espruino, "js", program),
  },
  {
    name: "jerryscript",
    title: "JerryScript",
    version: versionOf(jerry, ["--version"], /\d+\.\d+[\w.]*/),
    buildName: "jerryscript",
    rounds: rounds(7),
    sampleMs: 100,
    prelude: `${BYTES_OF}function now(){return Date.now();}`,
    run: (program) => runFile(jerry, "js", program),
  },
  {
    name: "node",
    title: "Node",
    version: process.version,
    buildName: "jerryscript",
    rounds: rounds(15),
    sampleMs: 50,
    prelude: `${BYTES_OF}function now(){var u=process.cpuUsage();return (u.user+u.system)/1000;}var print=console.log;`,
    run: (program) => runFile(process.execPath, "cjs", program),
  },
];

export const LUA_ENGINE: BenchEngine = {
  name: "lua",
  title: "Lua",
  version: versionOf("lua5.3", ["-v"], /\d+\.\d+\.\d+/),
  rounds: rounds(7),
  sampleMs: 100,
  run: (program) => runFile("lua5.3", "lua", program),
};

export const ENGINES: readonly BenchEngine[] = [...JAVASCRIPT_ENGINES, LUA_ENGINE];
