/** Candidates as one JavaScript program, which runs them by turns, and what it printed as rows. */

import { buildBundle } from "../../tools/build/bundle";
import { ENGINES } from "../../tools/build/engines";
import type { JavaScriptEngine } from "./engine";
import { numbersAfter } from "./lines";
import { type BenchRow, median } from "./row";

export interface Candidate {
  readonly group: string;
  readonly name: string;
  /** Entry module and its export; absent for what the engine brings along. */
  readonly entry?: { readonly file: string; readonly exported: string };
  /** Values that `make` sees under these names. */
  readonly data: Readonly<Record<string, Uint8Array>>;
  /**
   * JavaScript that returns the function to measure; it sees the bundle as `exported`. That function throws where the
   * result is wrong, so that nothing is measured that does not work.
   */
  readonly make: string;
  /** The candidate of the same list that this one is compared with. */
  readonly baseline?: string;
  readonly tableBytes?: number;
}

/** Prints `sample <index> <ms>`, and an error for what does not work; `CASES` and the numbers come before. */
const LOOP = `
for(var j=0;j<CASES.length;j++){var q=now();CASES[j].f();q=now()-q;
CASES[j].n=q>=SAMPLE_MS?1:Math.ceil(SAMPLE_MS/Math.max(q,SAMPLE_MS/1000));}
for(var r=0;r<ROUNDS;r++)for(j=0;j<CASES.length;j++){var c=CASES[j],f=c.f,n=c.n,s=now();
for(var k=0;k<n;k++)f();print("sample "+j+" "+(now()-s)/n);}
`;

/** Prints `variables <index> <number>`: what stays in RAM of code that was evaluated from Espruino's flash. */
const VARIABLES = `
var STORAGE=require("Storage");
function keep(index,text,make){STORAGE.write("code",text);var before=process.memory().usage;
var f=make(eval(STORAGE.read("code")));f();print("variables "+index+" "+(process.memory().usage-before));
f=undefined;STORAGE.erase("code");}
`;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The data of all candidates, each array once, and the arguments of each candidate. */
function shareData(candidates: readonly Candidate[]): { text: string; argumentsOf(candidate: Candidate): string } {
  const names = new Map<string, string>();
  for (const bytes of candidates.flatMap((candidate) => Object.values(candidate.data))) {
    names.set(hex(bytes), names.get(hex(bytes)) ?? `D${names.size}`);
  }
  return {
    text: [...names].map(([digits, name]) => `var ${name}=bytesOf("${digits}");`).join("\n"),
    argumentsOf: (candidate) => Object.values(candidate.data).map((bytes) => names.get(hex(bytes))).join(","),
  };
}

/** `function(exported){...}` that gives the function to measure. */
function maker(candidate: Candidate, values: string): string {
  const names = Object.keys(candidate.data).join(",");
  return `function(exported){return (function(${names}){${candidate.make}})(${values});}`;
}

/** One bundle per candidate, `undefined` where the engine's own function is measured. */
type Bundles = readonly (string | undefined)[];

async function bundlesOf(engine: JavaScriptEngine, candidates: readonly Candidate[]): Promise<Bundles> {
  const built = ENGINES[engine.buildName];
  if (built === undefined) {
    throw new Error(`tools/build/engines.ts has no ${engine.buildName}`);
  }
  const bundles: (string | undefined)[] = [];
  const known = new Map<string, string>();
  for (const { entry } of candidates) {
    if (entry === undefined) {
      bundles.push(undefined);
      continue;
    }
    const key = `${entry.file}#${entry.exported}`;
    const target = { name: key, entry: entry.file, exported: entry.exported };
    const bundle = known.get(key) ?? (await buildBundle(target, built));
    known.set(key, bundle);
    bundles.push(bundle);
  }
  return bundles;
}

function timeProgram(engine: JavaScriptEngine, candidates: readonly Candidate[], bundles: Bundles): string {
  const data = shareData(candidates);
  const cases = candidates.map((candidate, index) =>
    `CASES.push({f:(${maker(candidate, data.argumentsOf(candidate))})(${bundles[index] ?? "undefined"}),n:1});`);
  const numbers = `var SAMPLE_MS=${engine.sampleMs},ROUNDS=${engine.rounds},CASES=[];`;
  return [engine.prelude, data.text, numbers, ...cases, LOOP].join("\n");
}

function memoryProgram(engine: JavaScriptEngine, candidates: readonly Candidate[], bundles: Bundles): string {
  const data = shareData(candidates);
  const calls = candidates.flatMap((candidate, index) => {
    const bundle = bundles[index];
    const text = JSON.stringify(bundle);
    return bundle === undefined ? [] : [`keep(${index},${text},${maker(candidate, data.argumentsOf(candidate))});`];
  });
  return [engine.prelude, data.text, VARIABLES, ...calls].join("\n");
}

/**
 * Measures `candidates` on `engine`: all in one program, by turns, baseline and candidates after each other.
 *
 * @throws Error if a candidate does not work, or did not run as often as it should
 */
export async function measureJavaScript(
  engine: JavaScriptEngine,
  candidates: readonly Candidate[],
): Promise<BenchRow[]> {
  const bundles = await bundlesOf(engine, candidates);
  const lines = engine.run(timeProgram(engine, candidates, bundles));
  const hasMemory = engine.name === "espruino";
  const memory = hasMemory ? engine.run(memoryProgram(engine, candidates, bundles)) : [];
  const medians = candidates.map((_, index) => median(numbersAfter(lines, "sample", index, engine.rounds)));
  return candidates.map((candidate, index) => {
    const baseline = candidates.findIndex(({ name }) => name === candidate.baseline);
    const bundle = bundles[index];
    return {
      engine: engine.name,
      group: candidate.group,
      name: candidate.name,
      median_ms: medians[index],
      repetitions: engine.rounds,
      ratio: baseline < 0 ? null : medians[baseline] / medians[index],
      ratio_to: candidate.baseline ?? null,
      bytes: bundle?.length ?? null,
      table_bytes: candidate.tableBytes ?? null,
      variables: hasMemory && bundle !== undefined ? numbersAfter(memory, "variables", index, 1)[0] : null,
      note: "",
    };
  });
}
