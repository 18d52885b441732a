/**
 * The Linux board with a wire: Serial1 is one end of a pseudo-terminal, clients have the other. A process that ends by
 * `E.reboot()` is started again, as a chip would; the reset cause of each start is said before it.
 */

import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, existsSync, openSync, writeSync } from "node:fs";
import { ResetCause } from "../../../core/boot/reset-cause";
import { INTERPRETER } from "./interpreter";
import type { LinuxBoard } from "./linux-board";

const SOCAT = "socat";
const EXIT_RESET = 1;
/** In the folder of the board: what linux.json calls Serial1, and what clients open. */
const BOARD_END = "smp.tty";
const CLIENT_END = "client.tty";
const TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** Whether there is what makes the wire. */
export const hasWire = spawnSync(SOCAT, ["-V"], { stdio: "ignore" }).error === undefined;

/** Looks again and again. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!isSo()) {
    if (Date.now() > deadline) {
      throw new Error(`there is no ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export class SmpBoard {
  /** How often the process was started. */
  starts = 0;
  output = "";
  private readonly board: LinuxBoard;
  private wire: ChildProcess | undefined;
  private child: ChildProcess | undefined;
  /** Both ends, held open: socat ends when nobody has one. */
  private ends: number[] = [];
  /** Called with how a process ended; not for those that the test ends. */
  private readonly endListeners: ((code: number | null) => void)[] = [];

  constructor(board: LinuxBoard) {
    this.board = board;
  }

  /** Path of the clients' end. */
  get port(): string {
    return this.board.file(CLIENT_END);
  }

  /** Waits until an application has logged `line`. */
  logged(line: string): Promise<void> {
    return until(`${line} in the log`, () => this.board.getFile("log").split("\n").includes(line));
  }

  /** Waits until the first `lengthBytes` of `image` stand in a slot. */
  stored(image: Uint8Array, lengthBytes: number): Promise<void> {
    const start = Buffer.from(image.subarray(0, lengthBytes));
    return until("half an image in flash", () => this.board.readFlash().includes(start));
  }

  /** What somebody types at the other end, who is no client. */
  type(text: string): void {
    writeSync(this.ends[1], text, undefined, "latin1");
  }

  /** Lays the wire. */
  async connect(): Promise<void> {
    const end = (name: string): string => `PTY,raw,echo=0,link=${this.board.file(name)}`;
    this.wire = spawn(SOCAT, [end(BOARD_END), end(CLIENT_END)], { stdio: "ignore" });
    await until("a pseudo-terminal", () => existsSync(this.board.file(BOARD_END)) && existsSync(this.port));
    this.ends = [BOARD_END, CLIENT_END].map((name) =>
      openSync(this.board.file(name), constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  }

  /** @param task what applications do; see LinuxBoard */
  powerOn(cause: ResetCause, task = ""): void {
    this.board.putFile("task.js", task);
    this.board.putFile("log", "");
    this.start(cause);
  }

  /** Kills the process in the middle of whatever it does. */
  async powerOff(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child !== undefined) {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      await ended;
    }
  }

  /** How the running process ends by itself. */
  nextEnd(): Promise<number | null> {
    return new Promise((resolve) => this.endListeners.push(resolve));
  }

  async dispose(): Promise<void> {
    await this.powerOff();
    this.ends.splice(0).forEach((end) => closeSync(end));
    const wire = this.wire;
    if (wire !== undefined) {
      const ended = new Promise((resolve) => wire.once("close", resolve));
      wire.kill("SIGKILL");
      await ended;
    }
  }

  private start(cause: ResetCause): void {
    this.starts++;
    this.board.putFile("reset-cause", String(cause));
    this.board.putFile("typed.js", "");
    // A standard input that has ended would fill the interpreter's queue of events, and nothing else would get in.
    const child = spawn(INTERPRETER, ["-e", 'eval(require("fs").readFileSync("typed.js"))'], {
      cwd: this.board.folder, stdio: ["pipe", "pipe", "pipe"],
    });
    this.child = child;
    const add = (bytes: Buffer): void => {
      this.output += bytes.toString("latin1");
    };
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.once("close", (code) => {
      if (this.child === child) {
        this.child = undefined;
        if (code === EXIT_RESET) {
          this.start(ResetCause.Software);
        }
        this.endListeners.splice(0).forEach((listener) => listener(code));
      }
    });
  }
}
