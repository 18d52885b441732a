/**
 * The real Espruino for Linux as a board: its flash file is the flash, every start of the process is a start of the
 * chip, and the tests are its watchdog, its reset causes and its power.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ResetCause } from "../../../core/boot/reset-cause";
import type { BoardFiles } from "../../../tools/provision/board-files";
import { provisioningSteps } from "../../../tools/provision/provisioning-steps";
import { stepsScript } from "../../../tools/provision/step-script";
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

const EXIT_RESET = 1;
const EXIT_CUT = 77;
const WORD_BYTES = 4;

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

  /** What a host types, in one go. `image` goes into slot A. */
  provision(files: BoardFiles, image?: Uint8Array, cut: Pick<RunOptions, "cutAt" | "isTorn"> = {}): Run {
    const slotA = files.plan.slotPlaces[0].address;
    const flash = image === undefined ? files.flash : [{ address: slotA, bytes: inWholeWords(image) }];
    return this.run({
      typed: stepsScript(provisioningSteps({ ...files, flash })), timeoutMs: 60_000, ...cut,
    });
  }
}

function inWholeWords(image: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(image.length / WORD_BYTES) * WORD_BYTES).fill(0xff);
  bytes.set(image);
  return bytes;
}
