/** The rows as docs/PERFORMANCE.md and as build/bench.json: pure functions, tested without an engine. */

import type { BenchRow, EngineReport } from "./row";

const HEAD = `# Performance

Written by \`make bench\`; do not edit. The same figures are in build/bench.json, and as a chart in performance.svg.

![How many times faster than tweetnacl](performance.svg)

## What these figures are, and what they are not

- They were measured on a PC. They compare implementations on one engine, and engines with each other; they are **no
  device times**. Differences below ten per cent mean nothing.
- Ratios come from one run of one program, in which the baseline and the candidates took turns; each time is the median
  of as many samples as the table says, and samples that would be too short for the clock hold many calls. Node compiles
  what runs often, so its rows are those of a program that has run for a while.
- Times are processor times, except those of JerryScript, which knows the wall clock only: measure it on a machine that
  does nothing else.
- Results are checked: a candidate that refuses a good signature or gives a wrong digest stops the command.
- An engine that is not installed is shown as not run.
- "Code" is the minified bundle with everything that the verifier needs, hashes that are not native included. "Tables"
  are the base point's and one key's. "Variables" are those of Espruino for Linux, with the code in flash and without
  tables, between two checks; they have 27 bytes there and 13 or 14 on boards, so a text takes more of them on a board.
  JerryScript's stock build cannot tell how much of its heap is in use, so there is no such column for it.

### On a device (estimates, not measurements)

Nothing here has run on hardware yet. The one published anchor is Espruino's own figure for the original board (72 MHz
Cortex-M3): 4 kHz for a loop of two pin writes, 66 times the time of the PC this was compared on. From that, an nRF52
was estimated at 60 to 120 times the PC's time, and an ESP32 at 25 to 50 times (by clock rate alone); JerryScript on a
64 MHz Cortex-M4 at 150 to 200 times. Multiply the figures below by these for an order of magnitude, and measure on the
board before anything depends on them.

To add figures: put a file into test/bench/rows that exports \`source\` (see test/bench/source.ts).
`;

/** Three significant digits, without an exponent. */
export function formatNumber(value: number | null): string {
  if (value === null) {
    return "";
  }
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

const formatInteger = (value: number | null): string => (value === null ? "" : String(value));

const COLUMNS: readonly { readonly title: string; readonly of: (row: BenchRow) => string; readonly isText?: true }[] = [
  { title: "Name", of: (row) => row.name, isText: true },
  { title: "Median ms", of: (row) => formatNumber(row.median_ms) },
  { title: "Times faster", of: (row) => formatNumber(row.ratio) },
  { title: "than", of: (row) => row.ratio_to ?? "", isText: true },
  { title: "Samples", of: (row) => formatInteger(row.repetitions) },
  { title: "Code bytes", of: (row) => formatInteger(row.bytes) },
  { title: "Tables bytes", of: (row) => formatInteger(row.table_bytes) },
  { title: "Variables", of: (row) => formatInteger(row.variables) },
  { title: "Note", of: (row) => row.note, isText: true },
];

const escaped = (text: string): string => text.replaceAll("|", "\\|");

/** A Markdown table without the columns that would be empty. */
function table(rows: readonly BenchRow[]): string {
  const columns = COLUMNS.filter(({ of }) => rows.some((row) => of(row) !== ""));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ isText }) => (isText === true ? "---" : "---:"))),
    ...rows.map((row) => line(columns.map(({ of }) => escaped(of(row))))),
  ].join("\n");
}

function engineSection(engine: EngineReport, rows: readonly BenchRow[]): string {
  const own = rows.filter((row) => row.engine === engine.name);
  const groups = [...new Set(own.map((row) => row.group))];
  const tables = groups.map((group) => `### ${group}\n\n${table(own.filter((row) => row.group === group))}`);
  const version = engine.version === undefined ? ": not run, since it is not installed" : ` ${engine.version}`;
  return [`## ${engine.title}${version}`, ...tables].join("\n\n");
}

/** docs/PERFORMANCE.md */
export function markdownReport(engines: readonly EngineReport[], rows: readonly BenchRow[]): string {
  return `${[HEAD.trimEnd(), ...engines.map((engine) => engineSection(engine, rows))].join("\n\n")}\n`;
}

/** build/bench.json */
export function jsonReport(engines: readonly EngineReport[], rows: readonly BenchRow[]): string {
  const versions = Object.fromEntries(engines.map(({ name, version }) => [name, version ?? null]));
  return `${JSON.stringify({ engines: versions, rows }, undefined, 2)}\n`;
}
