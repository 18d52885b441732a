/** Checks an application's text: what its board's engine lacks, and what does not go together with signed updates. */

import { type AnyNode, parse, type Program } from "acorn";
import { checkSyntax } from "../build/engine-syntax";
import type { Engine } from "../build/engines";
import { checkConflicts } from "./check-conflicts";
import { checkNewSyntax } from "./check-language";
import { checkEngineNames } from "./check-names";
import { checkDefinitionOrder } from "./check-order";
import { checkFormerGlobals } from "./check-scope";
import { type ApplicationFinding, createLocator, error, note, type Remark, type Say, warning } from "./findings";
import { isAnyFunction, namesOf, type ProgramNames, type ProgramScope } from "./scopes";

/** No slot of a board is larger. */
export const APPLICATION_CHARACTERS_MAX = 1048576;
/** What is told of one file; who has more begins with these. */
export const FINDINGS_MAX = 200;

/** script: runs from top to bottom. function: a payload, one function of the door. module: has imports or exports. */
export type ApplicationForm = "script" | "function" | "module" | "unreadable";

export interface CheckSetting {
  readonly engine: Engine;
  /** Name of the board; undefined: any with this engine. */
  readonly board: string | undefined;
  /** Modules that the build links in from files. */
  readonly linkedModules?: ReadonlySet<string>;
  /** compiled: a module as TypeScript emits it, with imports and exports. linked: a module of Espruino. */
  readonly origin?: "compiled" | "linked";
}

export interface CheckResult {
  readonly form: ApplicationForm;
  /** In the order of the text, at most FINDINGS_MAX. */
  readonly findings: readonly ApplicationFinding[];
  /** Names that the application declares at its top, for who wraps it. */
  readonly topNames: ReadonlySet<string>;
}

class Findings {
  readonly list: ApplicationFinding[] = [];
  private readonly seen = new Set<string>();
  private readonly locate: ReturnType<typeof createLocator>;

  constructor(text: string) {
    this.locate = createLocator(text);
  }

  readonly say: Say = (start, remark) => {
    const key = `${String(start)} ${remark.sentence}`;
    if (!this.seen.has(key)) {
      this.seen.add(key);
      this.list.push({ ...remark, ...this.locate(start) });
    }
  };

  /** In the order of the text. Errors are never left out for the sake of warnings. */
  sorted(): ApplicationFinding[] {
    const inOrder = this.list.sort((a, b) => a.line - b.line || a.column - b.column);
    if (inOrder.length <= FINDINGS_MAX) {
      return inOrder;
    }
    const rank = { error: 0, warning: 1, note: 2 };
    const kept = new Set([...inOrder].sort((a, b) => rank[a.severity] - rank[b.severity]).slice(0, FINDINGS_MAX - 1));
    const left = inOrder.length - kept.size;
    const more = note("too-many", `There are ${String(left)} findings more.`, "Mend these first.");
    return [...inOrder.filter((finding) => kept.has(finding)), { ...more, line: 1, column: 1 }];
  }
}

/** The one function expression that a payload is. */
function payloadFunction(program: Program): AnyNode | undefined {
  const [only, ...more] = program.body;
  if (only?.type !== "ExpressionStatement" || more.length > 0) {
    return undefined;
  }
  return isAnyFunction(only.expression) ? (only.expression) : undefined;
}

type Parsed = { readonly program: Program; readonly form: ApplicationForm } | Remark & { readonly start: number };

function unreadable(thrown: unknown): Remark & { readonly start: number } {
  if (thrown instanceof RangeError) {
    return { start: 0, ...error("syntax", "The program is nested too deeply to be read.", "Split it up.") };
  }
  const { message, pos } = thrown as { message: string; pos?: number };
  const sentence = `Not JavaScript: ${message.replace(/ \(\d+:\d+\)$/, "")}.`;
  return { start: pos ?? 0, ...error("syntax", sentence, "Correct the syntax.") };
}

function parseApplication(text: string, origin: CheckSetting["origin"]): Parsed {
  const options = { ecmaVersion: "latest", allowHashBang: false } as const;
  try {
    const program = parse(text, { ...options, sourceType: "script" });
    const form = payloadFunction(program) === undefined ? "script" : "function";
    return { program, form: origin === undefined ? form : "module" };
  } catch (thrown) {
    try {
      return { program: parse(text, { ...options, sourceType: "module" }), form: "module" };
    } catch {
      return unreadable(thrown);
    }
  }
}

/** ES5 that the engine gets wrong. Arguments that it ignores are seldom a fault, so they are warnings. */
function checkOldSyntax(program: AnyNode, text: string, engine: Engine, say: Say): void {
  checkSyntax(program, text, { ...engine, ignoredArguments: {} }, (start, sentence) => {
    say(start, error("language", sentence, "Write it another way."));
  });
  const mild: Engine = {
    ...engine,
    parsesAllOfEs5: true,
    hasWideStrings: true,
    hasFullRegExp: true,
    hasAssignedSequences: true,
    arrayLengthIsWritable: true,
  };
  checkSyntax(program, text, mild, (start, sentence) => {
    say(start, warning("ignored", sentence, ""));
  });
}

/** A payload that was written by hand links no runtime in. */
function checkConfirms(names: ProgramNames, text: string, say: Say): void {
  if (!/\bconfirm\b/.test(text) || !/\bkickWatchdog\b/.test(text)) {
    say(names.program.node.start, warning(
      "confirm",
      "This payload calls door.confirm or door.kickWatchdog nowhere: as an update it would be rolled back.",
      "Call both, or start the runtime; a plain script gets it from the build.",
    ));
  }
}

/** Modules of Espruino see `exports`. */
function withExports(engine: Engine): Engine {
  return { ...engine, absentGlobals: engine.absentGlobals.filter((name) => name !== "exports") };
}

function checkProgram(
  program: Program,
  form: ApplicationForm,
  text: string,
  setting: CheckSetting,
  say: Say,
): string[] {
  const { engine, board, linkedModules = new Set<string>(), origin } = setting;
  const names = namesOf(program);
  const payload = form === "function" ? payloadFunction(program) : undefined;
  const top: ProgramScope = payload === undefined ? names.program : (names.scopes.get(payload) ?? names.program);
  const localNames = [...top.declared.keys()];
  checkOldSyntax(program, text, engine, say);
  checkEngineNames(program, names, origin === "linked" ? withExports(engine) : engine, say);
  if (!engine.hoistsFunctions) {
    checkNewSyntax(program, text, names, { title: engine.title, hasModules: origin === "compiled" }, say);
    checkDefinitionOrder(names, engine.title, say);
  }
  if (engine.name === "espruino") {
    checkConflicts(program, { names, board, linkedModules, localNames: new Set(localNames) }, say);
  }
  if (form === "script") {
    checkFormerGlobals(program, top, say);
  } else if (form === "function") {
    checkConfirms(names, text, say);
  }
  return localNames;
}

/**
 * Everything that is worth saying of an application's text. Takes any text and never throws.
 *
 * @param text JavaScript, at most APPLICATION_CHARACTERS_MAX characters are looked at
 */
export function checkApplication(text: string, setting: CheckSetting): CheckResult {
  const findings = new Findings(text);
  const failed = (start: number, remark: Remark): CheckResult => {
    findings.say(start, remark);
    return { form: "unreadable", findings: findings.sorted(), topNames: new Set() };
  };
  if (text.length > APPLICATION_CHARACTERS_MAX) {
    return failed(0, error("size", "The application is larger than 1 MiB; no slot is.", "Make it smaller."));
  }
  const parsed = parseApplication(text, setting.origin);
  if (!("program" in parsed)) {
    const { start, ...remark } = parsed;
    return failed(start, remark);
  }
  try {
    const topNames = checkProgram(parsed.program, parsed.form, text, setting, findings.say);
    return { form: parsed.form, findings: findings.sorted(), topNames: new Set(topNames) };
  } catch (thrown) {
    // The parser got through and the checks, which need more of the stack, did not.
    if (thrown instanceof RangeError) {
      return failed(0, unreadable(thrown));
    }
    throw thrown;
  }
}

export function hasErrors(findings: readonly ApplicationFinding[]): boolean {
  return findings.some(({ severity }) => severity === "error");
}
