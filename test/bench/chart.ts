/** docs/performance.svg: how many times faster than tweetnacl, on a logarithmic scale, for each engine. */

import { formatNumber } from "./report";
import type { BenchRow, EngineReport } from "./row";

const WIDTH = 800;
const LEFT = 250;
const RIGHT = 70;
const ROW_HEIGHT = 18;
const BAR_HEIGHT = 12;
const HEADING_HEIGHT = 30;
const TOP = 64;
const BOTTOM = 24;

/** Readable on light and on dark pages, since the chart brings its own background. */
const STYLE = `text{font:12px system-ui,sans-serif;fill:#1f2328}.h{font-size:15px;font-weight:600}.e{font-weight:600}
.m{fill:#59636e}.b{fill:#2f6f9f}.s{fill:#b3541e}.g{stroke:#d1d9e0}`;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** No board runs it. */
const HOST = "node";

/**
 * What the chart shows: checks of signatures on the interpreters of boards, compared with tweetnacl. Hints and the
 * heights of trees change little, so they are left to the table.
 */
export function chartRows(rows: readonly BenchRow[]): BenchRow[] {
  return rows.filter(({ engine, name, ratio, ratio_to }) =>
    engine !== HOST && ratio !== null && ratio_to === "tweetnacl Ed25519" && !/, hint$| H5 | H15 /.test(name));
}

/** Powers of ten around all ratios. */
function decades(ratios: readonly number[]): { readonly low: number; readonly high: number } {
  const low = Math.min(0, ...ratios.map((ratio) => Math.floor(Math.log10(ratio))));
  return { low, high: Math.max(low + 1, ...ratios.map((ratio) => Math.ceil(Math.log10(ratio)))) };
}

type Scale = (ratio: number) => number;

function grid(low: number, high: number, scale: Scale, height: number): string[] {
  return Array.from({ length: high - low + 1 }, (_, i) => {
    const x = scale(10 ** (low + i)).toFixed(1);
    const label = `<text class="m" x="${x}" y="${TOP - 8}" text-anchor="middle">${String(10 ** (low + i))}</text>`;
    return `<line class="g" x1="${x}" y1="${TOP}" x2="${x}" y2="${height - BOTTOM}"/>${label}`;
  });
}

/** From 1, "as fast as tweetnacl", to the ratio; slower candidates have another colour and point to the left. */
function bar(row: BenchRow, y: number, scale: Scale): string {
  const ratio = row.ratio ?? 1;
  const [from, to] = [scale(Math.min(1, ratio)), scale(Math.max(1, ratio))];
  const top = y + (ROW_HEIGHT - BAR_HEIGHT) / 2;
  const base = y + ROW_HEIGHT / 2 + 4;
  return [
    `<text x="${LEFT - 8}" y="${base}" text-anchor="end">${escaped(row.name)}</text>`,
    `<rect class="${ratio < 1 ? "s" : "b"}" x="${from.toFixed(1)}" y="${top}" ` +
      `width="${Math.max(1, to - from).toFixed(1)}" height="${BAR_HEIGHT}"/>`,
    `<text x="${(to + 5).toFixed(1)}" y="${base}">${formatNumber(row.ratio)}</text>`,
  ].join("");
}

/** The chart as SVG. */
export function chart(engines: readonly EngineReport[], rows: readonly BenchRow[]): string {
  const shown = chartRows(rows);
  const { low, high } = decades(shown.map((row) => row.ratio ?? 1));
  const scale: Scale = (ratio) => LEFT + ((Math.log10(ratio) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const parts: string[] = [];
  let y = TOP;
  for (const engine of engines) {
    const own = shown.filter((row) => row.engine === engine.name);
    if (own.length > 0) {
      parts.push(`<text class="e" x="12" y="${y + 20}">${escaped(`${engine.title} ${engine.version ?? ""}`)}</text>`);
      y += HEADING_HEIGHT;
      for (const row of own) {
        parts.push(bar(row, y, scale));
        y += ROW_HEIGHT;
      }
    }
  }
  const height = y + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">`,
    `<title>Signature checks: how many times faster than tweetnacl</title><style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text class="h" x="12" y="24">Signature checks: times faster than tweetnacl in the same run</text>`,
    `<text class="m" x="12" y="${TOP - 8}">logarithmic scale; measured on a PC</text>`,
    ...grid(low, high, scale, height),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
