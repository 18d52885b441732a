/**
 * The real Espruino for Linux behind a TCP port, as a board behind a serial bridge: its console is the connection, and
 * a process that ends by `E.reboot()` is started again.
 */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import type { AddressInfo, Server, Socket } from "node:net";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { INTERPRETER } from "./interpreter";
import { kill } from "./kill";

/** Where the connection breaks: in the first line with this text, or behind it, so that only its answer is lost. */
export interface BreakPoint {
  readonly text: string;
  readonly isHeard: boolean;
}

/** Behind the banner. */
const PROMPT = "\n>";
const SAID_CHARACTERS_MAX = 100;

export class ConsoleServer {
  /** `undefined`: the connection stays. Passed, it is `undefined` again. */
  breakPoint: BreakPoint | undefined;
  /** How often the interpreter was started. */
  starts = 0;
  private readonly folder: string;
  private readonly server: Server;
  private child: ChildProcessWithoutNullStreams | undefined;
  private socket: Socket | undefined;
  /** What has come of the line that is being sent. */
  private line = "";
  /** The end of what the interpreter said since its start. */
  private said = "";
  private onSaid: () => void = () => undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.server = createServer((socket) => this.serve(socket));
  }

  /** @param folder holds the flash file */
  static async start(folder: string): Promise<ConsoleServer> {
    const server = new ConsoleServer(folder);
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    server.powerOn();
    return server;
  }

  /** As a port is named behind `--port`. */
  get name(): string {
    return `tcp:127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.socket?.destroy();
    await this.powerOff();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /**
   * Power goes and comes back; the connection stays, as with a serial bridge.
   *
   * @param flash the flash with which it comes back; default: its own
   */
  async powerCycle(flash?: Uint8Array): Promise<void> {
    await this.powerOff();
    if (flash !== undefined) {
      writeFileSync(path.join(this.folder, "espruino.flash"), flash);
    }
    this.powerOn();
  }

  /** Waits until the interpreter has started and its console is free. */
  async prompt(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.onSaid = () => {
        if (this.said.endsWith(PROMPT)) {
          resolve();
        }
      };
      this.onSaid();
    });
    this.onSaid = () => undefined;
  }

  private async powerOff(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    await kill(child);
  }

  private powerOn(): void {
    this.starts++;
    const child = spawn(INTERPRETER, [], { cwd: this.folder, stdio: ["pipe", "pipe", "pipe"] });
    this.child = child;
    child.stdin.on("error", () => undefined);
    this.said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      this.said = (this.said + bytes.toString("latin1")).slice(-SAID_CHARACTERS_MAX);
      this.socket?.write(bytes);
      this.onSaid();
    });
    child.stderr.resume();
    child.once("close", () => {
      if (this.child === child) {
        this.powerOn();
      }
    });
  }

  private serve(socket: Socket): void {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    this.line = "";
    socket.on("data", (bytes: Buffer) => {
      const heard = this.heardOf(bytes);
      this.child?.stdin.write(bytes.subarray(0, heard));
      if (heard !== undefined) {
        this.breakPoint = undefined;
        socket.destroy();
      }
    });
    socket.on("close", () => {
      if (this.socket === socket) {
        this.socket = undefined;
      }
    });
  }

  /** How many of these bytes arrive before the break; `undefined`: all, and there is none. */
  private heardOf(bytes: Buffer): number | undefined {
    for (const [index, byte] of bytes.entries()) {
      const isEnd = byte === "\n".charCodeAt(0);
      const isThere = this.breakPoint !== undefined && this.line.includes(this.breakPoint.text);
      if (isThere && this.breakPoint?.isHeard === false) {
        return index;
      }
      if (isThere && isEnd) {
        return index + 1;
      }
      this.line = isEnd ? "" : this.line + String.fromCharCode(byte);
    }
    return undefined;
  }
}
