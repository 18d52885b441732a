/**
 * The Linux board with a wire: Serial1 is one end of a pseudo-terminal, clients have the other. A process that ends by
 * `E.reboot()` is started again, as a chip would; the reset cause of each start is said before it.
 */

import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readSync, writeSync } from "node:fs";
import { ResetCause } from "../../../core/boot/reset-cause";
import { INTERPRETER } from "./interpreter";
import { kill } from "./kill";
import type { LinuxBoard } from "./linux-board";

const SOCAT = "socat";
const EXIT_RESET = 1;
/** In the folder of the board: what linux.json calls Serial1, and what clients open. */
const BOARD_END = "smp.tty";
const CLIENT_END = "client.tty";
/** Where socat keeps what the board has sent. */
const SENT = "sent.bin";
const SENT_BYTES_MAX = 65_536;
const TIMEOUT_MS = 60_000;
const POLL_MS = 20;
/** Longer than any answer takes. */
const SILENCE_MS = 1000;

/** Whether there is what makes the wire. */
export const hasWire = spawnSync(SOCAT, ["-V"], { stdio: "ignore" }).error === undefined;

/** Looks again and again. */
export async function until(what: string, isSo: () => boolean, limitMs = TIMEOUT_MS): Promise<void> {
  const deadline = Date.now() + limitMs;
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
  /** Told of what the board sends over the wire. */
  onSent: (bytes: Uint8Array) => void = () => undefined;
  private readonly board: LinuxBoard;
  private wire: ChildProcess | undefined;
  private child: ChildProcess | undefined;
  /** Both ends, held open: socat ends when nobody has one. */
  private ends: number[] = [];
  private sent = 0;
  private sentBytes = 0;
  private sentBytesAtStart = 0;
  private listener: NodeJS.Timeout | undefined;
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

  /** Waits until somebody serves the wire: the newline with which that begins is the first byte since the start. */
  speaks(): Promise<void> {
    return until("word on the wire", () => this.sentBytes > this.sentBytesAtStart);
  }

  /** Waits until the board has sent nothing for so long that nothing is to come. */
  async silence(): Promise<void> {
    let seenBytes = this.sentBytes;
    let sinceMs = Date.now();
    await until("silence on the wire", () => {
      if (this.sentBytes !== seenBytes) {
        seenBytes = this.sentBytes;
        sinceMs = Date.now();
      }
      return Date.now() - sinceMs >= SILENCE_MS;
    });
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
    const sent = this.board.file(SENT);
    this.wire = spawn(SOCAT, ["-r", sent, end(BOARD_END), end(CLIENT_END)], { stdio: "ignore" });
    await until("a pseudo-terminal", () => existsSync(this.board.file(BOARD_END)) && existsSync(this.port));
    this.ends = [BOARD_END, CLIENT_END].map((name) =>
      openSync(this.board.file(name), constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    this.sent = openSync(sent, "r");
    this.listener = setInterval(() => this.listen(), POLL_MS);
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
    await kill(child);
  }

  /** How the running process ends by itself. */
  nextEnd(): Promise<number | null> {
    return new Promise((resolve) => this.endListeners.push(resolve));
  }

  async dispose(): Promise<void> {
    await this.powerOff();
    if (this.listener !== undefined) {
      clearInterval(this.listener);
      closeSync(this.sent);
    }
    this.ends.splice(0).forEach((end) => closeSync(end));
    await kill(this.wire);
  }

  private listen(): void {
    const bytes = new Uint8Array(SENT_BYTES_MAX);
    const count = readSync(this.sent, bytes, 0, bytes.length, this.sentBytes);
    this.sentBytes += count;
    if (count > 0) {
      this.onSent(bytes.subarray(0, count));
    }
  }

  private start(cause: ResetCause): void {
    this.starts++;
    this.sentBytesAtStart = this.sentBytes;
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
