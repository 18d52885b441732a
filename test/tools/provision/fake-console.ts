/**
 * An interpreter's console in Node, as a port: lines are evaluated as Espruino does, with a prompt, and as a bad line
 * does: in pieces, with noise between, and with an end.
 */

import { createHash } from "node:crypto";
import { createContext, runInContext } from "node:vm";
import { createHostHash } from "../../../tools/host-hash";
import type { BytePort } from "../../../tools/ports/byte-port";
import { ConnectionEnded } from "../../../tools/ports/link-error";
import type { FakeMemory } from "./fake-memory";

export interface FakeConsoleOptions {
  /** Printed before each answer. */
  readonly noise?: string;
  /** Characters that come at a time. */
  readonly pieceCharacters?: number;
  /** Is busy until it is interrupted this often. */
  readonly interruptsNeeded?: number;
  /** Says this instead of answering, and nothing else. */
  readonly says?: string;
  /** The connection ends when this many lines were received. */
  readonly linesUntilEnd?: number;
  /** Runs each line twice, as an overflowing input buffer was seen to do. */
  readonly runsTwice?: boolean;
  /** Changes each line before it is run; `undefined`: it is lost. */
  readonly spoils?: (line: string, number: number) => string | undefined;
  readonly version?: string;
  readonly board?: string;
  /** Flash and Storage; default: `files` alone, and no flash. */
  readonly memory?: FakeMemory;
  /** What more there is beside the interpreter's own: `E` and `process` are added to these. */
  readonly globals?: Readonly<Record<string, unknown>>;
  /** Called when the board starts anew, by itself or because it hung. */
  readonly onStart?: (isHung: boolean) => void;
}

/** A line that hangs the board, so that its watchdog starts it anew. */
const ENDLESS_LOOP = "for(;;);";

const hash = createHostHash();

const bytesOf = (value: unknown): Uint8Array =>
  typeof value === "string" ? Buffer.from(value, "latin1") : new Uint8Array(value as number[]);

function sha256Of(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(createHash("sha256").update(bytes).digest()).buffer;
}

export class FakeConsole {
  readonly lines: string[] = [];
  readonly files = new Map<string, Buffer>();
  readonly port: BytePort;
  isClosed = false;
  /** How often the host sent Ctrl-C. */
  interrupts = 0;
  private readonly options: FakeConsoleOptions;
  private globals: Record<string, unknown>;
  private line = "";
  private onData: (bytes: Uint8Array) => void = () => undefined;
  private onClose: () => void = () => undefined;
  private isEnded = false;

  constructor(options: FakeConsoleOptions = {}) {
    this.options = options;
    this.globals = this.makeGlobals();
    this.port = {
      kind: "serial", name: "fake", why: "a test", frameBytesMax: undefined,
      write: (bytes) => this.write(bytes),
      onData: (listener) => (this.onData = listener),
      onClose: (listener) => (this.onClose = listener),
      close: () => {
        this.isClosed = true;
        return Promise.resolve();
      },
    };
  }

  /** Sends to the host, in pieces. */
  print(text: string): void {
    const size = this.options.pieceCharacters ?? text.length;
    for (let at = 0; at < text.length; at += size) {
      const piece = Buffer.from(text.slice(at, at + size), "latin1");
      queueMicrotask(() => this.onData(piece));
    }
  }

  private makeGlobals(): Record<string, unknown> {
    const storage = {
      read: (name: string, at = 0, length?: number): string | undefined =>
        this.files.get(name)?.subarray(at, length === undefined ? undefined : at + length).toString("latin1"),
      write: (name: string, text: string, at = 0, size?: number): boolean => {
        const file = size === undefined ? this.files.get(name) : Buffer.alloc(size, 0xff);
        if (file === undefined) {
          return false;
        }
        Buffer.from(text, "latin1").copy(file, at);
        this.files.set(name, file);
        return true;
      },
      erase: (name: string) => void this.files.delete(name),
      list: () => [...this.files.keys()],
    };
    const { version = "2v29", board = "FAKE", memory, globals: more = {} } = this.options;
    const modules: Readonly<Record<string, unknown>> = {
      Storage: memory === undefined ? storage : memory.storage(),
      Flash: memory === undefined ? {} : memory.flash(),
      crypto: { SHA256: (bytes: ArrayBuffer) => sha256Of(new Uint8Array(bytes)) },
    };
    const restart = (): void => this.restart(false);
    const builtIns: Record<string, unknown> = {
      ...more,
      E: {
        CRC32: (value: unknown) => hash.crc32(bytesOf(value)),
        sum: (bytes: ArrayLike<number>) => Array.from(bytes).reduce((sum, byte) => sum + byte, 0),
        toString: (bytes: ArrayLike<number>) => Buffer.from(Array.from(bytes)).toString("latin1"),
        kickWatchdog: () => undefined,
        enableWatchdog: () => undefined,
        reboot: restart,
        ...(more["E"] as object | undefined),
      },
      process: { version, env: { BOARD: board }, ...(more["process"] as object | undefined) },
      print: (text: string) => this.print(`${this.options.noise ?? ""}${text}\r\n`),
      require: (name: string) => modules[name] ?? {},
      reset: restart,
      getTime: () => performance.now() / 1000,
      JSON, atob, btoa,
    };
    // What is deleted from `global` was put in front of a built-in, which is seen again then.
    const globals = Object.create(builtIns) as Record<string, unknown>;
    globals["global"] = globals;
    return createContext(globals);
  }

  /** What runs goes on to its end, unseen by anybody. */
  private restart(isHung: boolean): void {
    this.options.onStart?.(isHung);
    this.globals = this.makeGlobals();
  }

  private write(bytes: Uint8Array): Promise<void> {
    if (this.isEnded) {
      return Promise.reject(new ConnectionEnded("fake"));
    }
    for (const character of Buffer.from(bytes).toString("latin1")) {
      if (character === "\x03") {
        this.interrupts++;
      } else if (character === "\x15") {
        this.line = "";
      } else if (character === "\n") {
        this.take(this.line);
        this.line = "";
      } else {
        this.line += character;
      }
    }
    return Promise.resolve();
  }

  private take(line: string): void {
    this.lines.push(line);
    const { says, linesUntilEnd, interruptsNeeded = 0, spoils, runsTwice } = this.options;
    if (linesUntilEnd !== undefined && this.lines.length >= linesUntilEnd) {
      this.isEnded = true;
      queueMicrotask(() => this.onClose());
      return;
    }
    if (says !== undefined) {
      this.print(says);
      return;
    }
    if (this.interrupts < interruptsNeeded) {
      return;
    }
    const heard = spoils === undefined ? line : spoils(line, this.lines.length);
    for (let times = heard === undefined ? 0 : runsTwice === true ? 2 : 1; times > 0; times--) {
      this.evaluate(heard ?? "");
      this.print(">");
    }
  }

  private evaluate(line: string): void {
    if (line.includes(ENDLESS_LOOP)) {
      this.restart(true);
      return;
    }
    try {
      runInContext(line.replace(/^\x10/, ""), this.globals);
    } catch (error) {
      this.print(`Uncaught ${String(error)}\r\n`);
    }
  }
}
