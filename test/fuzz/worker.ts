/** The fuzzing thread: runs in the instrumented copy, so that whoever started it can end it if an input hangs. */

import { createCoverage } from "./coverage";
import { parentPort, workerData } from "node:worker_threads";
import { distil, Fuzzer } from "./engine";
import type { FuzzJob, FuzzMessage } from "./messages";
import { writeCurrent } from "./messages";
import type { TargetModule } from "./target";

/** A corpus that grows with every run is of no use. */
const CORPUS_BYTES_MAX = 32768;

const job = workerData as FuzzJob;
const tell = (message: FuzzMessage): void => parentPort?.postMessage(message);

const coverage = createCoverage(job.counters);
const module = (await import(`./targets/${job.target}.js`)) as TargetModule;
const end = new Fuzzer(module.target, {
  seed: job.seed,
  seconds: job.seconds,
  corpus: job.corpus,
  coverage,
  before: (input) => writeCurrent(job.current, input),
  progress: (progress) => tell({ kind: "progress", progress }),
}).run();
const corpus = end.crash === undefined ? distil(module.target, end.found, coverage, CORPUS_BYTES_MAX) : [];
const { executions, seconds, inputs, blocks, crash } = end;
tell({ kind: "end", progress: { executions, seconds, inputs, blocks }, crash, corpus });
