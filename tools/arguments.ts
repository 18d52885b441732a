/**
 * Command lines by table: each verb lists its flags, and this module reads them, explains what is wrong with them and
 * writes the help text. Names and short forms are those of the field's own tools where these have them.
 */

import { parseArgs } from "node:util";
import { usageError } from "./errors";
import { printable } from "./output";

export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in the help text; without it the flag is a switch. */
  readonly value?: string;
  /** Name of a second value (`--custom-tlv TAG VALUE`). */
  readonly secondValue?: string;
  /** May be given several times; otherwise the last one counts, as in imgtool. */
  readonly multiple?: boolean;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** A flag, or some values of one, that users know from imgtool and that trialboot does not have. */
export interface RefusedFlag {
  readonly name: string;
  readonly short?: string;
  /** Whether a value follows. Only values other than `allowed` are refused. */
  readonly hasValue: boolean;
  readonly allowed?: readonly string[];
  /** Why, and what to do. */
  readonly because: string;
  readonly next: string;
}

export interface CommandLine {
  /** "trialboot verify": what was typed to get here. */
  readonly name: string;
  readonly summary: string;
  /** Names of the arguments without a dash, all of them required. */
  readonly positionals: readonly string[];
  readonly flags: readonly Flag[];
  readonly refused?: readonly RefusedFlag[];
  /** Paragraphs after the list of flags. */
  readonly remarks?: readonly string[];
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly wantsHelp: boolean;
  has(name: string): boolean;
  /** The value of a flag; the last one if it was given several times. */
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** Values of a flag with two values. */
  pairs(name: string): readonly (readonly [string, string])[];
}

export const COMMON_FLAGS: readonly Flag[] = [
  { name: "json", help: "Print one JSON value instead of text" },
  { name: "quiet", short: "q", help: "Print no notes and no summary; the exit code tells" },
  { name: "help", short: "h", help: "Show this help" },
];

/** Joins the two values of a flag into the one that parseArgs can carry; no argument can contain it. */
const PAIR_SEPARATOR = "\u0000";

/**
 * Reads the arguments of one verb.
 * Refuses (usage): unknown flags, with the nearest known one; refused flags, with what to do instead; missing values;
 * values outside the choices; missing or surplus arguments.
 */
export function readArguments(line: CommandLine, argv: readonly string[]): Arguments {
  const flags = [...line.flags, ...COMMON_FLAGS];
  const refused = line.refused ?? [];
  const options: Record<string, { type: "string" | "boolean"; short?: string; multiple: boolean }> = {};
  for (const flag of flags) {
    const short = flag.short === undefined ? {} : { short: flag.short };
    options[flag.name] = { type: flag.value === undefined ? "boolean" : "string", multiple: true, ...short };
  }
  for (const flag of refused) {
    const short = flag.short === undefined ? {} : { short: flag.short };
    options[flag.name] = { type: flag.hasValue ? "string" : "boolean", multiple: true, ...short };
  }
  const { tokens } = parseArgs({
    args: joinPairs(flags, argv),
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      positionals.push(token.value);
    } else if (token.kind === "option") {
      checkRefused(refused, token.name, token.value, token.rawName);
      const flag = flags.find((candidate) => candidate.name === token.name);
      if (flag !== undefined) {
        checkValue(line, flag, token);
        values.set(flag.name, [...(values.get(flag.name) ?? []), token.value ?? ""]);
      } else if (!refused.some((candidate) => candidate.name === token.name)) {
        throw unknownFlag(line, flags, token.rawName, argv);
      }
    }
  }
  const wantsHelp = values.has("help");
  if (!wantsHelp) {
    checkPositionals(line, positionals);
  }
  return {
    positionals,
    wantsHelp,
    has: (name) => values.has(name),
    text: (name) => values.get(name)?.at(-1),
    texts: (name) => values.get(name) ?? [],
    pairs: (name) =>
      (values.get(name) ?? []).map((value) => {
        const at = value.indexOf(PAIR_SEPARATOR);
        return [value.slice(0, at), value.slice(at + 1)] as const;
      }),
  };
}

/** parseArgs knows one value per flag; imgtool has flags with two. */
function joinPairs(flags: readonly Flag[], argv: readonly string[]): string[] {
  const args: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i];
    if (argument === "--") {
      return [...args, ...argv.slice(i)];
    }
    const flag = flags.find((candidate) => {
      return candidate.secondValue !== undefined && argument.split("=", 1)[0] === `--${candidate.name}`;
    });
    if (flag === undefined) {
      args.push(argument);
      continue;
    }
    const equals = argument.indexOf("=");
    const first = equals < 0 ? argv[++i] : argument.slice(equals + 1);
    const second = argv[++i];
    if (first === undefined || second === undefined) {
      throw usageError(
        `--${flag.name} needs two values: ${flag.value ?? ""} and ${flag.secondValue ?? ""}.`,
        `Write --${flag.name} ${flag.value ?? ""} ${flag.secondValue ?? ""}.`,
      );
    }
    args.push(`--${flag.name}=${first}${PAIR_SEPARATOR}${second}`);
  }
  return args;
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkValue(line: CommandLine, flag: Flag, token: OptionToken): void {
  if (flag.value === undefined) {
    if (token.value !== undefined) {
      throw usageError(`${token.rawName} takes no value.`, `Write ${token.rawName} alone.`);
    }
    return;
  }
  const looksLikeFlag =
    token.inlineValue !== true && token.value !== undefined && token.value.length > 1 && token.value.startsWith("-");
  if (token.value === undefined || looksLikeFlag) {
    throw usageError(
      `${token.rawName} needs a value (${flag.value}).`,
      looksLikeFlag
        ? `If "${token.value ?? ""}" is meant as the value, write --${flag.name}=${token.value ?? ""}.`
        : `See ${line.name} --help.`,
    );
  }
  if (flag.choices !== undefined && !flag.choices.includes(token.value)) {
    throw usageError(`"${token.value}" is not a value of --${flag.name}.`, `Choose one of ${flag.choices.join(", ")}.`);
  }
}

function checkRefused(
  refused: readonly RefusedFlag[],
  name: string,
  value: string | undefined,
  rawName: string,
): void {
  const flag = refused.find((candidate) => candidate.name === name);
  if (flag === undefined || (value !== undefined && flag.allowed?.includes(value) === true)) {
    return;
  }
  const shown = flag.allowed === undefined ? rawName : `${rawName} ${value ?? ""}`.trim();
  throw usageError(`${shown} (--${flag.name} of imgtool) is not supported: ${flag.because}`, flag.next);
}

function checkPositionals(line: CommandLine, positionals: readonly string[]): void {
  const missing = line.positionals[positionals.length];
  if (missing !== undefined) {
    throw usageError(`${missing} is missing.`, `Usage: ${usageLine(line)}`);
  }
  const surplus = positionals[line.positionals.length];
  if (surplus !== undefined) {
    throw usageError(`"${surplus}" is one argument too many.`, `Usage: ${usageLine(line)}`);
  }
}

function unknownFlag(line: CommandLine, flags: readonly Flag[], rawName: string, argv: readonly string[]): Error {
  const names = flags.map((flag) => `--${flag.name}`);
  // "-slot-size" is read as a group of short flags; what was meant is the long one.
  const written = argv.map((argument) => `-${argument.split("=", 1)[0] ?? ""}`);
  const near = written.find((name) => name.length > 4 && names.includes(name)) ?? nearest(rawName, names);
  const next = near === undefined ? "" : `Did you mean ${near}? `;
  return usageError(`${line.name} has no flag ${rawName}.`, `${next}See ${line.name} --help.`);
}

/** The known word that is nearest to a mistyped one, if it is near at all. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(typed.replace(/^-+/, "").length / 2));
  for (const word of known) {
    const distance = word.startsWith(typed) && typed.replace(/^-+/, "").length >= 3 ? 1 : editDistance(typed, word);
    if (distance < bestDistance || (distance === bestDistance && best === undefined)) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

const WORD_LENGTH_MAX = 64;

function editDistance(from: string, to: string): number {
  const a = from.slice(0, WORD_LENGTH_MAX);
  const b = to.slice(0, WORD_LENGTH_MAX);
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/**
 * A whole number as imgtool takes it: decimal, or with 0x, 0o or 0b.
 * Refuses (usage) anything else and what lies outside `min`..`max`.
 */
export function integerOf(text: string, flagName: string, min: number, max: number): number {
  const trimmed = text.trim();
  if (!/^\+?(0x[0-9a-f]+|0o[0-7]+|0b[01]+|0+|[1-9][0-9]*)$/i.test(trimmed)) {
    throw usageError(
      `"${text}" is not a whole number for --${flagName}.`,
      "Write it in decimal, or with 0x, 0o or 0b in front.",
    );
  }
  const value = Number(trimmed.replace(/^\+/, ""));
  if (!(value >= min && value <= max)) {
    throw usageError(`--${flagName} ${text} is out of range.`, `It must be from ${min} to ${max}.`);
  }
  return value;
}

export function usageLine(line: CommandLine): string {
  return [line.name, ...line.positionals, "[flags]"].join(" ");
}

/** The help text of a verb. */
export function helpText(line: CommandLine): string {
  const rows = [...line.flags, ...COMMON_FLAGS].map((flag) => {
    const values = [flag.value, flag.secondValue].filter((value) => value !== undefined).join(" ");
    const short = flag.short === undefined ? "    " : `-${flag.short}, `;
    return [`  ${short}--${flag.name}${values === "" ? "" : " " + values}`, flagHelp(flag)] as const;
  });
  const width = Math.min(34, Math.max(...rows.map((row) => row[0].length)) + 2);
  const lines = rows.flatMap(([left, help]) => {
    const wrapped = wrap(help, 100 - width);
    const first = left.length + 2 > width ? [left] : [left.padEnd(width) + (wrapped.shift() ?? "")];
    return [...first, ...wrapped.map((text) => " ".repeat(width) + text)];
  });
  const remarks = (line.remarks ?? []).flatMap((remark) => ["", ...wrap(remark, 100)]);
  return [`Usage: ${usageLine(line)}`, "", ...wrap(line.summary, 100), "", ...lines, ...remarks].join("\n");
}

function flagHelp(flag: Flag): string {
  const choices = flag.choices === undefined ? "" : ` (${flag.choices.join(", ")})`;
  return flag.help + choices + (flag.multiple === true ? "; may be given several times" : "");
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** An argument as a message may show it: on one line, not too long, no control characters. */
export function shown(text: string): string {
  const short = text.length > 120 ? text.slice(0, 117) + "..." : text;
  return printable(short).replace(/[\n\t]/g, " ");
}
