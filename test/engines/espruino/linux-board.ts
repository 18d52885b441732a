/**
 * The real Espruino for Linux as a board: its flash file is the flash, every start of the process is a start of the
 * chip, and the tests are its watchdog, its reset causes and its power.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ResetCause } from "../../../core/boot/reset-cause";
import type { BoardFiles } from "./board-files";
import { loadBoard } from "../../../tools/boards";
import { ACTIVE_WORD, FLASH_FILE, FLASH_START } from "./board-files";
import { INTERPRETER } from "./interpreter";

/** How a run of the process ended: by itself, by `E.reboot()`, killed because it hung, or by a power cut. */
export type RunEnd = "idle" | "reset" | "hang" | "power-cut";

export interface Run {
  readonly end: RunEnd;
  /** What applications logged in this run. */
  readonly log: string[];
  readonly output: string;
}

export interface RunOptions {
  /** Default: whatever the board says when the file is absent, Unknown. */
  readonly cause?: ResetCause;
  /** What applications do: ES5 that sees `door`, `log(text)` and `version`. */
  readonly task?: string;
  /** Runs after the boot, as if typed at the console. */
  readonly typed?: string;
  readonly timeoutMs?: number;
  /** Power fails at this write to flash, counted from 1; `isTorn`: half of it is written. Needs the shim. */
  readonly cutAt?: number;
  readonly isTorn?: boolean;
}

/** Byte string as a literal of Espruino. */
function literal(bytes: Buffer): string {
  return `"${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

const EXIT_RESET = 1;
const EXIT_CUT = 77;
const CHUNK_BYTES = 2048;

export class LinuxBoard {
  readonly folder = mkdtempSync(path.join(tmpdir(), "trialboot-linux-"));
  /** Writes to flash in the last run; 0 without the shim. */
  writes = 0;

  private readonly shim: string | undefined;

  /** @param shim the compiled power switch, for cuts and for counting writes */
  constructor(shim?: string) {
    this.shim = shim;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  readFlash(): Buffer {
    return readFileSync(this.file("espruino.flash"));
  }

  writeFlash(bytes: Uint8Array): void {
    writeFileSync(this.file("espruino.flash"), bytes);
  }

  putFile(name: string, content: Uint8Array | string): void {
    writeFileSync(this.file(name), content);
  }

  getFile(name: string): string {
    return readFileSync(this.file(name), "latin1");
  }

  removeFile(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  /** One start of the process, to its end. */
  run(options: RunOptions = {}): Run {
    const { cause, task = "", typed = "", timeoutMs = 10_000, cutAt, isTorn = false } = options;
    this.removeFile("reset-cause");
    if (cause !== undefined) {
      this.putFile("reset-cause", String(cause));
    }
    this.putFile("log", "");
    this.putFile("task.js", task);
    this.putFile("typed.js", typed);
    const environment: NodeJS.ProcessEnv = { ...process.env };
    if (this.shim !== undefined) {
      environment["LD_PRELOAD"] = this.shim;
      environment["FLASH_CUT_AT"] = String(cutAt ?? 0);
      environment["FLASH_CUT_TORN"] = isTorn ? "1" : "0";
    }
    const ended = spawnSync(INTERPRETER, ["-e", 'eval(require("fs").readFileSync("typed.js"))'], {
      cwd: this.folder, env: environment, encoding: "latin1", killSignal: "SIGKILL", timeout: timeoutMs,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.writes = Number(/FLASH_WRITES (\d+)/.exec(ended.stderr)?.[1] ?? 0);
    if (ended.error !== undefined && ended.signal === null) {
      throw ended.error;
    }
    const output = ended.stdout + ended.stderr;
    const log = existsSync(this.file("log")) ? readFileSync(this.file("log"), "latin1").split("\n").slice(0, -1) : [];
    if (ended.signal !== null) {
      return { end: "hang", log, output };
    }
    switch (ended.status) {
      case 0:
        return { end: "idle", log, output };
      case EXIT_RESET:
        return { end: "reset", log, output };
      case EXIT_CUT:
        return { end: "power-cut", log, output };
      default:
        throw new Error(`espruino ended with ${String(ended.status)}: ${output.slice(-2000)}`);
    }
  }

  /** What a host types, in one go. */
  provision(files: BoardFiles, image: Uint8Array, cut: Pick<RunOptions, "cutAt" | "isTorn"> = {}): Run {
    return this.run({ typed: provisioningSteps(files, image).join("\n"), timeoutMs: 60_000, ...cut });
  }
}

/**
 * The fixed-size file first, the image inside it, then the parts, `.boot0` without its word, `.boot1`, and after all
 * of that the word.
 */
export function provisioningSteps(files: BoardFiles, image: Uint8Array): string[] {
  const steps = ['var S=require("Storage"),F=require("Flash");', "S.eraseAll();"];
  steps.push(`S.write("${FLASH_FILE}","\\xff",0,${String(files.flashFileBytes)});`);
  const address = FLASH_START + loadBoard("linux").partitions.slotA.offsetBytes;
  for (let at = 0; at < image.length; at += CHUNK_BYTES) {
    const chunk = Buffer.alloc(Math.ceil(Math.min(CHUNK_BYTES, image.length - at) / 4) * 4, 0xff);
    chunk.set(image.subarray(at, at + CHUNK_BYTES));
    steps.push(`F.write(${literal(chunk)},${String(address + at)});`);
  }
  for (const { name, bytes } of files.files) {
    steps.push(...writeSteps(name, bytes));
  }
  steps.push(`S.write(".boot0",${literal(files.stub.subarray(0, 4))},0,${String(files.stub.length)});`);
  steps.push(`S.write(".boot0",${literal(files.stub.subarray(8))},8);`);
  steps.push(...writeSteps(".boot1", files.guard));
  steps.push(`S.write(".boot0","${ACTIVE_WORD}",4);`);
  return steps;
}

function writeSteps(name: string, bytes: Buffer): string[] {
  const steps: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = literal(bytes.subarray(at, at + CHUNK_BYTES));
    steps.push(`S.write("${name}",${chunk},${String(at)}${at === 0 ? `,${String(bytes.length)}` : ""});`);
  }
  return steps;
}
