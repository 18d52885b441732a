/** `npm run bench`: measures everything in test/bench/rows and writes the report, the chart and the JSON. */

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { fromCommandLine } from "../../tools/build/command-line";
import { REPOSITORY } from "../../tools/build/repository";
import { chart } from "./chart";
import { ENGINES } from "./engine";
import { jsonReport, markdownReport } from "./report";
import type { BenchRow } from "./row";
import type { BenchSource } from "./source";

const ROWS = path.join(import.meta.dirname, "rows");

async function sources(): Promise<BenchSource[]> {
  const files = readdirSync(ROWS).filter((name) => name.endsWith(".ts")).sort();
  const modules = await Promise.all(files.map((name) => import(pathToFileURL(path.join(ROWS, name)).href)));
  return (modules as { source: BenchSource }[]).map(({ source }) => source).sort((a, b) => a.order - b.order);
}

function write(name: string, text: string): void {
  const file = path.join(REPOSITORY, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`wrote ${name}\n`);
}

await fromCommandLine({}, async () => {
  const rows: BenchRow[] = [];
  for (const source of await sources()) {
    rows.push(...(await source.measure()));
    process.stdout.write(`${rows.length} rows\n`);
  }
  write("build/bench.json", jsonReport(ENGINES, rows));
  write("docs/PERFORMANCE.md", markdownReport(ENGINES, rows));
  write("docs/performance.svg", chart(ENGINES, rows));
});
