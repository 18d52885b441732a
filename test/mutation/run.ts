/**
 * The mutation check: breaks the boot chain in many small ways, one at a time and in a copy, and shows whether a test
 * notices. `npm run mutation -- --help` says how.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "../../tools/build/repository";
import { compileErrors } from "./compile";
import type { Explorer } from "./explorer";
import { findExplorer } from "./explorer";
import type { Mutant } from "./mutant";
import { MUTANTS } from "./mutants";
import { Sandbox } from "./sandbox";
import { stagesFor } from "./suites";

const HELP = `Usage: npm run mutation -- [--only TEXT] [--jobs N] [--explore]

  --only TEXT   mutants whose id, file or description contains TEXT (may be given several times)
  --jobs N      mutants at a time (default 1)
  --explore     ask the explorer about mutants that no test noticed, if there is one

Exit codes: 0 at least 95 % of the mutants were noticed, 1 fewer, or a mutant is unfit, 2 wrong command line.
`;

/** A test run that takes longer hangs: as good as a failed test, since the same tests pass without a mutant. */
const STAGE_TIMEOUT_MS = 180000;
const KILLED_MIN = 0.95;

/** `unfit`: it says nothing, because it does not compile or cannot be imported. */
type Verdict = "killed" | "survived" | "unfit";

interface Row {
  readonly id: string;
  readonly file: string;
  readonly why: string;
  readonly verdict: Verdict;
  /** Who noticed it: a test's title, a time limit, the explorer; or why it is unfit. */
  readonly by: string;
  readonly seconds: number;
}

/** What the tests, and then the explorer, say of the mutant that stands in the sandbox. */
async function ask(sandbox: Sandbox, mutant: Mutant, explorer: Explorer | undefined): Promise<[Verdict, string]> {
  const importError = await sandbox.importError(mutant.file);
  if (importError !== "") {
    return ["unfit", `cannot be imported: ${importError}`];
  }
  for (const files of stagesFor(sandbox.folder, mutant.file)) {
    const run = await sandbox.test(files, STAGE_TIMEOUT_MS);
    if (!run.passed) {
      return ["killed", run.timedOut ? "time limit" : run.failure];
    }
  }
  const found = await explorer?.(sandbox);
  return found === undefined || found === "" ? ["survived", ""] : ["killed", found];
}

async function judge(sandbox: Sandbox, mutant: Mutant, explorer: Explorer | undefined): Promise<Row> {
  const { id, file, why } = mutant;
  const startMs = performance.now();
  const [verdict, by] = await sandbox.with(mutant, () => ask(sandbox, mutant, explorer));
  return { id, file, why, verdict, by, seconds: Math.round((performance.now() - startMs) / 100) / 10 };
}

/** Throws Error if a test fails without any mutant: then nothing that follows would mean anything. */
async function checkBaseline(sandbox: Sandbox, mutants: readonly Mutant[]): Promise<void> {
  const files = [...new Set(mutants.flatMap(({ file }) => stagesFor(sandbox.folder, file).flat()))];
  const run = await sandbox.test(files, 10 * STAGE_TIMEOUT_MS);
  if (!run.passed) {
    throw new Error(`without any mutant this fails: ${run.failure}`);
  }
}

function rowText(row: Row): string {
  const by = row.by.length > 100 ? row.by.slice(0, 99) + "…" : row.by;
  const marks = { killed: "killed  ", survived: "SURVIVED", unfit: "UNFIT   " };
  return `${marks[row.verdict]} ${row.id.padEnd(20)} ${row.why}${by === "" ? "" : `\n${" ".repeat(30)}${by}`}\n`;
}

async function judgeAll(mutants: readonly Mutant[], jobs: number, explorer: Explorer | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  const waiting = [...mutants];
  const sandboxes = Array.from({ length: jobs }, () => new Sandbox());
  try {
    process.stdout.write("The tests without any mutant ...\n");
    await checkBaseline(sandboxes[0], mutants);
    const work = async (sandbox: Sandbox): Promise<void> => {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const row = await judge(sandbox, mutant, explorer);
        rows.push(row);
        process.stdout.write(`${String(rows.length).padStart(4)}/${mutants.length} ${rowText(row)}`);
      }
    };
    await Promise.all(sandboxes.map(work));
  } finally {
    sandboxes.forEach((sandbox) => sandbox.remove());
  }
  return rows.sort((a, b) => mutants.findIndex(({ id }) => id === a.id) - mutants.findIndex(({ id }) => id === b.id));
}

function conclude(rows: readonly Row[]): number {
  const count = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length;
  const [killed, survived, unfit] = [count("killed"), count("survived"), count("unfit")];
  const percent = Math.floor((1000 * killed) / rows.length) / 10;
  mkdirSync(path.join(REPOSITORY, "build"), { recursive: true });
  const file = path.join(REPOSITORY, "build", "mutation.json");
  writeFileSync(file, JSON.stringify({ mutants: rows.length, killed, survived, unfit, rows }, undefined, 2) + "\n");
  rows.filter(({ verdict }) => verdict !== "killed").forEach((row) => process.stdout.write(rowText(row)));
  const text = `${rows.length} mutants: ${killed} killed (${percent} %), ${survived} survived, ${unfit} unfit.`;
  process.stdout.write(`${text} Details: build/mutation.json\n`);
  return unfit === 0 && killed >= KILLED_MIN * rows.length ? 0 : 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      jobs: { type: "string", default: "1" },
      explore: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const wanted = values.only ?? [""];
  const mutants = MUTANTS.filter(({ id, file, why }) => wanted.some((text) => `${id} ${file} ${why}`.includes(text)));
  const jobs = Number(values.jobs);
  if (mutants.length === 0 || !Number.isInteger(jobs) || jobs < 1) {
    process.stderr.write(mutants.length === 0 ? "No mutant has such a name.\n" : "--jobs is a number from 1 on.\n");
    return 2;
  }
  const refused = compileErrors(mutants);
  refused.forEach((error, id) => process.stdout.write(`UNFIT    ${id} does not compile: ${error}\n`));
  const explorer = values.explore ? findExplorer() : undefined;
  const rows = await judgeAll(mutants.filter(({ id }) => !refused.has(id)), jobs, explorer);
  const unfit = mutants.filter(({ id }) => refused.has(id)).map(({ id, file, why }): Row => ({
    id, file, why, verdict: "unfit", by: `does not compile: ${refused.get(id) ?? ""}`, seconds: 0,
  }));
  return conclude([...rows, ...unfit]);
}

process.exitCode = await main();
