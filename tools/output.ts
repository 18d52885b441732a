/**
 * How verbs speak. Results go to stdout and can be piped on; messages go to stderr. `--quiet` drops notes and
 * summaries, never data that was asked for, warnings or errors. `--json` replaces summaries by one JSON value.
 */

import { styleText } from "node:util";
import type { Context } from "./context";

export type Style = "red" | "green" | "yellow" | "bold" | "dim";

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Data that was asked for. Always written. */
  data(data: string | Uint8Array): void;
  /** What the verb found, for people. Not written with `--quiet` or `--json`. */
  summary(text: string): void;
  /** What the verb found, for programs. Written only with `--json`. */
  jsonValue(value: unknown): void;
  /** Worth knowing, on stderr. Not written with `--quiet`. */
  note(text: string): void;
  /** Should be looked at, on stderr. Always written. */
  warning(text: string): void;
  /** What went wrong and what to do next, on stderr. Always written. */
  error(sentence: string, next: string): void;
  /** Colours text that goes to stdout, where colours are wanted. */
  style(style: Style, text: string): string;
}

/** Whether text to one of the streams may be coloured: a terminal, and nobody asked for plain text. */
export function wantsColour(context: Context, isTerminal: boolean): boolean {
  const noColour = context.env["NO_COLOR"];
  return isTerminal && (noColour === undefined || noColour === "") && context.env["TERM"] !== "dumb";
}

/** Newer versions of styleText look at the streams of the process by themselves; the context has decided already. */
function coloured(style: Style, text: string): string {
  return styleText(style, text, { validateStream: false });
}

export function createOutput(context: Context, options: OutputOptions): Output {
  const stdoutColour = wantsColour(context, context.stdoutIsTerminal);
  const stderrColour = wantsColour(context, context.stderrIsTerminal);
  return {
    json: options.json,
    quiet: options.quiet,
    data: (data) => context.stdout(data),
    summary: (text) => {
      if (!options.quiet && !options.json) {
        context.stdout(text + "\n");
      }
    },
    jsonValue: (value) => {
      if (options.json) {
        context.stdout(JSON.stringify(value, undefined, 2) + "\n");
      }
    },
    note: (text) => {
      if (!options.quiet) {
        context.stderr(printable(`note: ${text}`) + "\n");
      }
    },
    warning: (text) => {
      const label = stderrColour ? coloured("yellow", "warning:") : "warning:";
      context.stderr(`${label} ${printable(text)}\n`);
    },
    error: (sentence, next) => writeError(context, sentence, next),
    style: (style, text) => (stdoutColour ? coloured(style, text) : text),
  };
}

/** The form that every error message has. */
export function writeError(context: Context, sentence: string, next: string): void {
  const label = wantsColour(context, context.stderrIsTerminal) ? coloured("red", "error:") : "error:";
  context.stderr(`${label} ${printable(sentence)}\n${next === "" ? "" : printable(next) + "\n"}`);
}

/** Control characters except tab and newline, and those that turn the direction of text. */
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from files and arguments with control characters made visible, so that it cannot drive a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"));
}

/** Bytes as lower-case hexadecimal text. */
export function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** A number as addresses and sizes are usually written: 0x and lower-case digits. */
export function hexNumber(value: number, digits = 0): string {
  return "0x" + value.toString(16).padStart(digits, "0");
}
