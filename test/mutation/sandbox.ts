/** A copy of the sources in a temporary folder, in which one mutant at a time is put to the tests. */

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { REPOSITORY } from "../../tools/build/repository";
import type { Mutant } from "./mutant";
import { applyMutant } from "./mutant";

const COPIED = [
  "bin", "boards", "bootloader", "core", "docs", "firmware", "hal", "sim", "test", "tools",
  "package.json", "tsconfig.json", "README.md", "Makefile",
];

export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** What a run of tests said. */
export interface TestRun {
  readonly passed: boolean;
  readonly timedOut: boolean;
  /** The first test that failed, by its full title; what the runner said if none did but it failed itself. */
  readonly failure: string;
}

/** Runs Node in a process group of its own, which is ended as a whole when its time is up. */
function runNode(argv: readonly string[], cwd: string, timeoutMs: number): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr, timedOut] = ["", "", false];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const timer = setTimeout(() => {
      timedOut = true;
      process.kill(-child.pid!, "SIGKILL");
    }, timeoutMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ exitCode: code ?? -1, stdout, stderr, timedOut });
    });
  });
}

interface MochaReport {
  readonly failures: readonly { readonly fullTitle: string }[];
}

export class Sandbox {
  readonly folder = mkdtempSync(path.join(tmpdir(), "trialboot-mutation-"));

  constructor() {
    for (const name of COPIED) {
      cpSync(path.join(REPOSITORY, name), path.join(this.folder, name), { recursive: true });
    }
    symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(this.folder, "node_modules"));
    const options = { "node-option": ["import=tsx"], reporter: "json", timeout: 60000 };
    writeFileSync(path.join(this.folder, "mutation.mocharc.json"), JSON.stringify(options));
  }

  /** Does something while the mutant stands in place of its file. */
  async with<T>(mutant: Mutant, action: () => Promise<T>): Promise<T> {
    const place = path.join(this.folder, mutant.file);
    const text = readFileSync(place, "utf8");
    writeFileSync(place, applyMutant(mutant, text));
    try {
      return await action();
    } finally {
      writeFileSync(place, text);
    }
  }

  /** Whether `file` and the bootloader can still be imported. @returns what went wrong; empty if nothing did */
  async importError(file: string): Promise<string> {
    const imports = [file, "bootloader/entry.ts", "bootloader/service.ts"].map((name) => `import("./${name}")`);
    const script = `await Promise.all([${imports.join()}])`;
    const argv = ["--import", "tsx", "--input-type=module", "--eval", script];
    const { exitCode, stderr } = await runNode(argv, this.folder, 60000);
    return exitCode === 0 ? "" : stderr.trim() || `exit code ${exitCode}`;
  }

  /** Runs these test files, in this order, up to the first test that fails. */
  async test(files: readonly string[], timeoutMs: number): Promise<TestRun> {
    const mocha = "node_modules/mocha/bin/mocha.js";
    const argv = [mocha, "--config", "mutation.mocharc.json", "--bail", ...files];
    const { exitCode, stdout, stderr, timedOut } = await runNode(argv, this.folder, timeoutMs);
    if (/ERR_MODULE_NOT_FOUND|No test files found/.test(stderr)) {
      throw new Error(`the tests cannot be run: ${stderr.trim()}`);
    }
    return { passed: exitCode === 0, timedOut, failure: exitCode === 0 ? "" : firstFailure(stdout, stderr) };
  }

  /** Runs the project's own command line. @returns its exit code, and what it said */
  async trialboot(argv: readonly string[], timeoutMs: number): Promise<ProcessResult> {
    return await runNode(["--import", "tsx", "bin/trialboot.js", ...argv], this.folder, timeoutMs);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function firstFailure(stdout: string, stderr: string): string {
  const start = stdout.indexOf("{\n");
  try {
    const report = JSON.parse(stdout.slice(start)) as MochaReport;
    return report.failures[0].fullTitle;
  } catch {
    return `a test file cannot be loaded: ${(stderr.trim() || stdout.trim()).slice(0, 300)}`;
  }
}
