/** Scenario files on the command line: read, run one after the other, told, and written as reports. */

import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { readScenario } from "../sim/scenario/read-scenario";
import type { ScenarioResult } from "../sim/scenario/result";
import { runScenario } from "../sim/scenario/run-scenario";
import type { Scenario } from "../sim/scenario/scenario";
import { SCENARIO_CHARACTERS_MAX } from "../sim/scenario/source-text";
import type { ScenarioSetting } from "../sim/scenario/world";
import { shown } from "./arguments";
import { boardNames } from "./boards";
import type { Context } from "./context";
import { failure, systemSentence, usageError } from "./errors";
import { ExitCode } from "./exit-codes";
import { readFile, resolvePath, writeFile } from "./files";
import { printable, wantsColour } from "./output";
import { htmlReport } from "./report/html-report";
import { junitReport } from "./report/junit-report";

export interface ScenarioRunOptions {
  readonly files: readonly string[];
  /** Only scenarios with this text in title or file name. */
  readonly filter: string | undefined;
  /** Where the HTML report goes. */
  readonly report: string | undefined;
  readonly junit: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** An application beside a scenario; the images of the boards in question are smaller. */
const SCRIPT_BYTES_MAX = 1048576;
/** A character of a scenario takes four bytes at most. */
const FILE_BYTES_MAX = 4 * SCENARIO_CHARACTERS_MAX;

/** The text of an application, only from the scenario's own folder: scenarios come from other people. */
function readScript(folder: string, name: string): { text: string } | { refusal: string } {
  const full = path.resolve(folder, name);
  try {
    const inside = path.relative(realpathSync(folder), realpathSync(full));
    if (path.isAbsolute(name) || inside.startsWith("..") || path.isAbsolute(inside)) {
      return { refusal: `"${name}" is not in the scenario's folder; expected a file in it or below.` };
    }
    const status = statSync(full);
    if (!status.isFile() || status.size > SCRIPT_BYTES_MAX) {
      return { refusal: `"${name}" is no file of at most ${SCRIPT_BYTES_MAX} bytes.` };
    }
    return { text: readFileSync(full, "latin1") };
  } catch (error) {
    return { refusal: `"${name}" cannot be read: ${systemSentence(error)}.` };
  }
}

interface BadLine {
  readonly text: string;
}

function readOne(context: Context, file: string, setting: ScenarioSetting): Scenario | BadLine[] {
  const text = Buffer.from(readFile(context, file, FILE_BYTES_MAX)).toString("utf8");
  const folder = path.dirname(resolvePath(context, file));
  const { scenario, faults } = readScenario(text, file, {
    boardNames: boardNames(),
    reasonName: setting.reasonName,
    readScript: (name) => readScript(folder, name),
  });
  return scenario ?? faults.map(({ line, field, sentence }) => {
    return { text: `${shown(file)}:${line}: ${field === "" ? "" : `${field}: `}${sentence}` };
  });
}

/** Reads every file before any runs. Refuses (failure) with every fault of every file. */
function readAll(context: Context, files: readonly string[], setting: ScenarioSetting): Scenario[] {
  const scenarios: Scenario[] = [];
  const bad: BadLine[] = [];
  for (const file of files) {
    const read = readOne(context, file, setting);
    if (Array.isArray(read)) {
      bad.push(...read);
    } else {
      scenarios.push(read);
    }
  }
  if (bad.length > 0) {
    const lines = bad.map(({ text }) => `\n  ${text}`).join("");
    const files_ = files.length === 1 ? "The scenario cannot" : "Some scenarios cannot";
    throw failure(`${files_} be run:${lines}`, "Correct the lines; docs/scenarios.md explains every field.");
  }
  return scenarios;
}

function matching(scenarios: readonly Scenario[], filter: string | undefined): readonly Scenario[] {
  if (filter === undefined) {
    return scenarios;
  }
  const wanted = filter.toLowerCase();
  const found = scenarios.filter(({ title, file }) => `${title}\n${file}`.toLowerCase().includes(wanted));
  if (found.length === 0) {
    const sentence = `No scenario has "${shown(filter)}" in its title or file name.`;
    throw usageError(sentence, "Leave out --filter, or shorten it.");
  }
  return found;
}

/** The commit of the code that runs, as CI says it or git knows it; empty if neither does. */
function commitOf(context: Context): string {
  const told = context.env["GITHUB_SHA"] ?? context.env["CI_COMMIT_SHA"];
  if (told !== undefined && told !== "") {
    return told.slice(0, 12);
  }
  try {
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const command = ["rev-parse", "--short=12", "HEAD"];
    return execFileSync("git", command, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}

/** What `--json` says of one scenario. */
function jsonOf({ scenario, passed, failure: broken, durationMs, steps }: ScenarioResult): Record<string, unknown> {
  return {
    event: "scenario",
    file: scenario.file,
    title: scenario.title,
    ok: passed,
    durationMs: Math.round(durationMs),
    boots: steps.reduce((sum, { boots }) => sum + boots.length, 0),
    expectations: steps.reduce((sum, { findings }) => sum + findings.length, 0),
    ...(broken === undefined ? {} : { failure: broken }),
  };
}

class Progress {
  private readonly colour: boolean;

  constructor(
    private readonly context: Context,
    private readonly options: ScenarioRunOptions,
    private readonly count: number,
  ) {
    this.colour = wantsColour(context, context.stdoutIsTerminal);
  }

  /** On a terminal: what runs now, on a line that the result overwrites. */
  begin(scenario: Scenario, index: number): void {
    if (this.lively) {
      this.context.stdout(`  ${index + 1}/${this.count}  ${printable(scenario.title)}`);
    }
  }

  end(result: ScenarioResult): void {
    const { context, options } = this;
    if (options.json) {
      context.stdout(JSON.stringify(jsonOf(result)) + "\n");
      return;
    }
    const clear = this.lively ? "\r\u001b[K" : "";
    const { scenario, passed, failure: broken } = result;
    if (passed && options.quiet) {
      context.stdout(clear);
      return;
    }
    const verdict = this.style(passed ? "green" : "red", passed ? "passed" : "FAILED");
    const duration = `${Math.max(1, Math.round(result.durationMs))} ms`.padStart(8);
    context.stdout(`${clear}${verdict} ${duration}  ${printable(scenario.title)}\n`);
    if (broken !== undefined) {
      context.stdout(`        ${printable(`${scenario.file}:${broken.line}`)}, ${printable(broken.where)}:\n`);
      context.stdout(`        ${printable(broken.sentence)}\n`);
    }
  }

  total(results: readonly ScenarioResult[]): void {
    const failed = results.filter(({ passed }) => !passed).length;
    const passed = results.length - failed;
    const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
    if (this.options.json) {
      const facts = { event: "end", ok: failed === 0, passed, failed, durationMs: Math.round(durationMs) };
      this.context.stdout(JSON.stringify(facts) + "\n");
    } else if (!this.options.quiet) {
      const text = `${passed} passed, ${failed} failed, ${(durationMs / 1000).toFixed(1)} s`;
      this.context.stdout(`\n${this.style(failed === 0 ? "green" : "red", text)}\n`);
    }
  }

  /** Whether a line may be overwritten: a terminal that has asked for nothing else. */
  private get lively(): boolean {
    return this.colour && !this.options.json;
  }

  private style(style: "green" | "red", text: string): string {
    return this.colour ? styleText(style, text, { validateStream: false }) : text;
  }
}

/**
 * Runs scenario files.
 *
 * @returns the exit code: Ok, or Failure where an expectation is broken
 */
export function runScenarioFiles(context: Context, options: ScenarioRunOptions, setting: ScenarioSetting): number {
  const scenarios = matching(readAll(context, options.files, setting), options.filter);
  const progress = new Progress(context, options, scenarios.length);
  const results = scenarios.map((scenario, i) => {
    progress.begin(scenario, i);
    const result = runScenario(scenario, setting);
    progress.end(result);
    return result;
  });
  progress.total(results);
  if (options.report !== undefined) {
    const date = new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC";
    writeFile(context, options.report, htmlReport(results, { commit: commitOf(context), date }));
  }
  if (options.junit !== undefined) {
    writeFile(context, options.junit, junitReport(results));
  }
  return results.every(({ passed }) => passed) ? ExitCode.Ok : ExitCode.Failure;
}
