/** Scenario files: their form, and how they are read. README.md explains them to people. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

export interface BoardWishes {
  /** Default: any. `all` makes the board trust a second scheme, which every image must then be signed by as well. */
  readonly policy?: "any" | "all";
  /** Default: full. `seal-crc32`: as `seal`, on a board without a native SHA-256. */
  readonly verifyMode?: "full" | "seal" | "seal-crc32";
  /** Default: true. */
  readonly knowsResetCauses?: boolean;
}

/** A change of the flash by hand, while the board is off. */
export interface FlashStep {
  readonly flash: readonly string[];
}

export interface InstallWishes {
  readonly install: string;
  /** Bytes per call of `write`; default 1000. */
  readonly pieces?: number;
  /** Bytes that `begin` is told, and that are sent; default: all. */
  readonly announced?: number;
  readonly sent?: number;
  /** Default: trial. */
  readonly until?: "write" | "finish" | "trial";
}

/** What an application does, or whoever repairs a board in recovery. */
export type Action = string | InstallWishes;

export interface StartStep {
  /** Name of the reset cause. */
  readonly start: string;
  /** Whether the recovery gesture is made. */
  readonly gesture?: boolean;
  readonly does?: readonly Action[];
  /** `A v1 confirmed`, or `recovery` and the name of the reason. */
  readonly runs: string;
  /** What the boot chain answered; default: nothing. */
  readonly says?: readonly string[];
  /** Default: idle. */
  readonly ends?: "idle" | "reset" | "hang" | "load";
  /** Starts that are left to a trial, and the security floor; not looked at unless they are given. */
  readonly left?: number;
  readonly floor?: number;
  /** The records that were appended, in words; default: none. */
  readonly journal?: readonly string[];
  /** The start is made this many times; default: once. In the lists, `WORDS * N` stands for N times the words. */
  readonly times?: number;
}

export type Step = FlashStep | StartStep;

export interface Scenario {
  readonly name: string;
  readonly board: BoardWishes;
  readonly steps: readonly Step[];
}

interface WrittenScenario {
  readonly name: string;
  readonly board?: BoardWishes;
  /** A sequence of beginnings.yaml that comes first; default: factory. */
  readonly begin?: string;
  readonly steps: readonly Step[];
}

const FOLDER = import.meta.dirname;
const BEGINNINGS = "beginnings.yaml";
export const IMAGES = "images.yaml";

const FIELDS: Readonly<Record<"scenario" | "board" | "flash" | "start" | "install", readonly string[]>> = {
  scenario: ["name", "board", "begin", "steps"],
  board: ["policy", "verifyMode", "knowsResetCauses"],
  flash: ["flash"],
  start: ["start", "gesture", "does", "runs", "says", "ends", "left", "floor", "journal", "times"],
  install: ["install", "pieces", "announced", "sent", "until"],
};

/** A misspelt field would be an expectation that nobody looks at. */
function checkFields(kind: keyof typeof FIELDS, value: object, where: string): void {
  const unknown = Object.keys(value).filter((field) => !FIELDS[kind].includes(field));
  if (unknown.length > 0) {
    throw new Error(`${where}: a ${kind} has no field ${unknown.join(", ")}`);
  }
}

/** The parsed file; the caller knows its shape. */
export function readYaml(name: string): unknown {
  return parse(readFileSync(path.join(FOLDER, name), "utf8"));
}

function checkStep(step: Step, where: string): void {
  if ("flash" in step) {
    checkFields("flash", step, where);
    return;
  }
  checkFields("start", step, where);
  for (const action of step.does ?? []) {
    if (typeof action !== "string") {
      checkFields("install", action, where);
    }
  }
}

/** `WORDS * N` stands for N times the words. */
function multiplied<T>(list: readonly T[] | undefined): T[] {
  return (list ?? []).flatMap((entry) => {
    const times = typeof entry === "string" ? /^(.*) \* (\d+)$/.exec(entry) : null;
    return times === null ? [entry] : Array<T>(Number(times[2])).fill(times[1] as T);
  });
}

function repeated(step: Step): Step[] {
  if ("flash" in step) {
    return [step];
  }
  const { times = 1, does, says, journal, ...rest } = step;
  const whole = { ...rest, does: multiplied(does), says: multiplied(says), journal: multiplied(journal) };
  return Array<Step>(times).fill(whole);
}

function complete(written: WrittenScenario, beginnings: Record<string, readonly Step[]>, file: string): Scenario {
  const where = `${file}, ${written.name}`;
  checkFields("scenario", written, where);
  checkFields("board", written.board ?? {}, where);
  const begin = written.begin ?? "factory";
  const first = beginnings[begin];
  if (first === undefined) {
    throw new Error(`${where}: no beginning ${begin}`);
  }
  const steps = [...first, ...written.steps];
  steps.forEach((step) => { checkStep(step, where); });
  return { name: written.name, board: written.board ?? {}, steps: steps.flatMap(repeated) };
}

/** All scenarios, in the order of the files' names. */
export function readScenarios(): Scenario[] {
  const beginnings = readYaml(BEGINNINGS) as Record<string, readonly Step[]>;
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml") && ![BEGINNINGS, IMAGES].includes(name));
  const scenarios = files.sort().flatMap((file) =>
    (readYaml(file) as WrittenScenario[]).map((written) => complete(written, beginnings, file)));
  const names = scenarios.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) {
    throw new Error(`scenarios of the same name: ${twice.join("; ")}`);
  }
  return scenarios;
}
