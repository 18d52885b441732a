/** The console of the interpreter on a board: asks it for the values of expressions, over any port. */

import { shown } from "../arguments";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import type { BytePort } from "../ports/byte-port";
import { ConnectionEnded, linkError } from "../ports/link-error";
import { findAnswer, LINE_BYTES_MAX, openingLine, questionLine } from "./console-line";

/** What an expression threw on the board. */
export class BoardError extends ToolError {
  constructor(text: string, next = "Run this again; if it stays, see docs/provisioning.md.") {
    super(ExitCode.DeviceRefused, `The board refused: ${shown(text)}.`, next);
    this.name = "BoardError";
  }
}

/** How long one expression takes at most, if nothing is said: no more than a few flash operations. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** A console that is free answers at once; one where a program runs needs to be interrupted. */
const OPENING_TIMEOUT_MS = 1000;
/** Longer before the first interruption: a board that was plugged in just now may be checking a signature. */
const FIRST_TIMEOUT_FACTOR = 3;
const OPENING_TRIES = 4;
/** A question is asked so often: the line, or the answer, may be lost. It is evaluated once. */
const ASKING_TRIES = 3;
/** The interpreter was started anew and has forgotten the function that answers. */
const FORGOTTEN = /Uncaught [^\n]*\$tb/;
/** Half of what was received is forgotten when there is this much: a board may print without end. */
const RECEIVED_CHARACTERS_MAX = 65_536;
/** Sent at a time, so that a board's request to pause is noticed. */
const SLICE_BYTES = 128;
const PAUSE_MS_MAX = 10_000;
const LAST_LINE_MS = 300;

const INTERRUPT = "\x03";
const XON = 0x11;
const XOFF = 0x13;

export class EspruinoConsole {
  readonly portName: string;
  private readonly port: BytePort;
  private received = "";
  private questions = 0;
  private isGone = false;
  private isPaused = false;
  /** Called when anything changed that somebody may wait for. */
  private wake: () => void = () => undefined;

  private constructor(port: BytePort) {
    this.port = port;
    this.portName = port.name;
    port.onData((bytes) => this.receive(bytes));
    port.onClose(() => {
      this.isGone = true;
      this.wake();
    });
  }

  /**
   * Gets the console's attention, whatever runs there and whatever was typed before.
   *
   * Refuses (link): nobody answers. Closes the port then. Refuses (device): the console wants a password.
   *
   * @param timeoutMs for each of the tries
   */
  static async open(port: BytePort, timeoutMs = OPENING_TIMEOUT_MS): Promise<EspruinoConsole> {
    return await EspruinoConsole.attracted(port, timeoutMs, OPENING_TRIES);
  }

  /**
   * Asks once, and interrupts nothing: a bootloader that checks a signature takes seconds, and broken off it would take
   * the start for a failed one. Refuses as `open` does.
   */
  static async openQuietly(port: BytePort, timeoutMs: number): Promise<EspruinoConsole> {
    return await EspruinoConsole.attracted(port, timeoutMs, 1);
  }

  private static async attracted(port: BytePort, timeoutMs: number, triesMax: number): Promise<EspruinoConsole> {
    const console = new EspruinoConsole(port);
    try {
      await console.attract(timeoutMs, triesMax);
      return console;
    } catch (error) {
      await port.close();
      throw error;
    }
  }

  /** Never fails. */
  async close(): Promise<void> {
    this.isGone = true;
    await this.port.close();
  }

  /**
   * The value of a JavaScript expression on the board: numbers, strings, plain arrays and objects of these.
   *
   * Refuses (link): the connection ended, or there was no answer in time. Throws BoardError with what it threw there.
   */
  async evaluate(expression: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<unknown> {
    const number = ++this.questions;
    const line = questionLine(number, expression);
    if (line.length > LINE_BYTES_MAX) {
      throw new RangeError(`a line of ${line.length} bytes is too long for consoles`);
    }
    for (let tries = 0; tries < ASKING_TRIES && !this.hasEnd(number); tries++) {
      await this.send(line);
      await this.waitFor(() => this.hasEnd(number), timeoutMs / ASKING_TRIES);
    }
    const answer = findAnswer(this.received, number);
    if (answer === undefined) {
      throw this.isGone ? new ConnectionEnded(this.portName) : this.noAnswer();
    }
    this.received = "";
    if (!answer.isValue) {
      throw new BoardError(String(answer.value));
    }
    return answer.value;
  }

  /** Sends an expression whose answer nobody will get, because the board starts anew. */
  async evaluateBlindly(expression: string): Promise<void> {
    await this.send(questionLine(++this.questions, expression));
    // A connection that is closed at once may take the line with it.
    await this.waitFor(() => false, LAST_LINE_MS);
  }

  /** Whether there is an answer, or no use in waiting for one. */
  private hasEnd(number: number): boolean {
    return this.isGone || findAnswer(this.received, number) !== undefined || FORGOTTEN.test(this.received);
  }

  /** Interrupts between two tries. */
  private async attract(timeoutMs: number, triesMax: number): Promise<void> {
    for (let tries = 1; tries <= triesMax; tries++) {
      const number = ++this.questions;
      await this.send(openingLine(number, "1"));
      await this.waitFor(() => {
        return findAnswer(this.received, number) !== undefined || /debug>$|password>$/.test(this.received);
      }, tries === 1 && triesMax > 1 ? timeoutMs * FIRST_TIMEOUT_FACTOR : timeoutMs);
      if (findAnswer(this.received, number) !== undefined) {
        this.received = "";
        return;
      }
      if (this.isGone) {
        throw new ConnectionEnded(this.portName);
      }
      if (this.received.endsWith("password>")) {
        throw new ToolError(
          ExitCode.DeviceRefused,
          "The board's console is locked by a password.",
          "Unlock it in a terminal, and call E.setPassword() there to take the password away.",
        );
      }
      if (tries < triesMax) {
        // Once at a time: Espruino for Linux ends at the second in a row.
        await this.send(INTERRUPT);
      }
    }
    throw this.noAnswer();
  }

  private receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === XON || byte === XOFF) {
        this.isPaused = byte === XOFF;
      }
    }
    this.received += Buffer.from(bytes).toString("latin1").replace(/[\x11\x13]/g, "");
    if (this.received.length > RECEIVED_CHARACTERS_MAX) {
      this.received = this.received.slice(-RECEIVED_CHARACTERS_MAX / 2);
    }
    this.wake();
  }

  private async send(text: string): Promise<void> {
    const bytes = Buffer.from(text, "latin1");
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      if (this.isPaused) {
        await this.waitFor(() => !this.isPaused, PAUSE_MS_MAX);
        // A lost XON must not hold the line for ever.
        this.isPaused = false;
      }
      if (this.isGone) {
        throw new ConnectionEnded(this.portName);
      }
      await this.port.write(bytes.subarray(at, at + SLICE_BYTES));
    }
  }

  /** Ends when `isDone`, when the connection is gone, or after the time-out. */
  private waitFor(isDone: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      this.wake = () => {
        if (this.isGone || isDone()) {
          finish();
        }
      };
      this.wake();
    });
  }

  private noAnswer(): ToolError {
    const name = shown(this.portName);
    if (FORGOTTEN.test(this.received)) {
      return linkError("The board started anew in the middle of this.", "Run this again.");
    }
    const last = this.received.split(/\s*[\r\n]+/).findLast((line) => !/^[>:]?$/.test(line));
    // What Espruino says when its console goes away.
    return this.received === "" || /-> null/.test(this.received)
      ? linkError(
        `No Espruino console answers at ${name}.`,
        "Check that it is the right port, that its speed is right (--baud), and that the board is on. The console of " +
          "a board that was provisioned is closed: it opens in recovery (docs/provisioning.md).",
      )
      : linkError(
        `The board at ${name} says something, but gives no answer: ${shown(last ?? "")}`,
        "Check the speed (--baud), and that no other program uses the port; then run this again.",
      );
  }
}
