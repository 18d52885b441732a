/**
 * The fuzzer: changes inputs of everything that reads bytes from outside, guided by the code that they reach. See
 * docs/fuzzing.md. `npm run fuzz -- --help` says how.
 */

import { randomInt } from "node:crypto";
import path from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { keep, readKept, replaceCorpus } from "./corpus";
import type { FuzzProgress } from "./engine";
import { FUZZ_BUILD, instrument } from "./instrument";
import type { FuzzJob, FuzzMessage } from "./messages";
import { INPUT_BYTES_MAX, readCurrent } from "./messages";
import { targetNames } from "./target-names";

const HELP = `Usage: npm run fuzz -- [--seconds N] [--target NAME] [--seed N] [--keep]

  --seconds N    how long in all, shared by the targets (default 60)
  --target NAME  this target only (may be given several times): ${targetNames().join(", ")}
  --seed N       the random numbers are a function of it (default: fresh)
  --keep         put the inputs that reach something new into test/fuzz/corpus

Exit codes: 0 nothing broke, 1 something did (its input is kept in test/fuzz/crashes), 2 wrong command line.
`;

/** No sign of life for this long: an input hangs. */
const SILENCE_MS_MAX = 20000;

interface Outcome {
  readonly progress: FuzzProgress;
  readonly crash: { readonly input: Uint8Array; readonly message: string } | undefined;
  readonly corpus: readonly Uint8Array[];
}

function progressText(name: string, progress: FuzzProgress): string {
  const { executions, seconds, inputs, blocks } = progress;
  const rate = Math.round(executions / Math.max(seconds, 0.001));
  const runs = `${Math.round(seconds)} s  ${executions} runs  ${rate}/s`;
  return `${name.padEnd(14)} ${runs}  ${blocks} blocks  ${inputs} inputs`;
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${text}`);
  }
}

/** Fuzzes one target in a thread of its own. */
function fuzz(target: string, seed: number, seconds: number, counters: number): Promise<Outcome> {
  const current = new SharedArrayBuffer(INPUT_BYTES_MAX + 4);
  const corpus = [...readKept("corpus", target), ...readKept("crashes", target)].map(({ bytes }) => bytes);
  const workerData: FuzzJob = { target, seed, seconds, corpus, counters, current };
  const worker = new Worker(path.join(FUZZ_BUILD, "test/fuzz/worker.js"), { workerData });
  let last: FuzzProgress = { executions: 0, seconds: 0, inputs: 0, blocks: 0 };
  return new Promise((resolve, reject) => {
    const hangs = (): void => {
      void worker.terminate();
      resolve({ progress: last, crash: { input: readCurrent(current), message: "it hangs" }, corpus: [] });
    };
    let timer = setTimeout(hangs, SILENCE_MS_MAX);
    worker.on("error", reject);
    worker.on("message", (message: FuzzMessage) => {
      clearTimeout(timer);
      last = message.progress;
      if (message.kind === "progress") {
        timer = setTimeout(hangs, SILENCE_MS_MAX);
        showProgress(progressText(target, last));
      } else {
        resolve(message);
      }
    });
  });
}

/** @returns whether nothing broke */
async function fuzzAndTell(
  target: string, seed: number, seconds: number, counters: number, keeps: boolean,
): Promise<boolean> {
  const { progress, crash, corpus } = await fuzz(target, seed, seconds, counters);
  showProgress("");
  process.stdout.write(progressText(target, progress) + "\n");
  if (crash !== undefined) {
    const file = keep("crashes", target, crash.input);
    process.stdout.write(`${target}: ${crash.message}\n  the input is in ${file}, seed ${seed}\n`);
    return false;
  }
  if (keeps) {
    replaceCorpus(target, corpus);
  }
  return true;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      target: { type: "string", multiple: true },
      seed: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const targets = values.target ?? targetNames();
  const [seconds, seed] = [Number(values.seconds), Number(values.seed ?? randomInt(0x7fffffff))];
  const unknown = targets.filter((name) => !targetNames().includes(name));
  if (unknown.length > 0 || !(seconds > 0) || !Number.isInteger(seed)) {
    const what = unknown.length > 0 ? `There is no target ${unknown.join(", ")}.` : "--seconds and --seed are numbers.";
    process.stderr.write(`${what}\n${HELP}`);
    return 2;
  }
  const counters = instrument(["test/fuzz/worker.ts", ...targets.map((name) => `test/fuzz/targets/${name}.ts`)]);
  process.stdout.write(`${counters} counters, seed ${seed}\n`);
  let allGood = true;
  for (const target of targets) {
    allGood = (await fuzzAndTell(target, seed, seconds / targets.length, counters, values.keep)) && allGood;
  }
  return allGood ? 0 : 1;
}

process.exitCode = await main();
