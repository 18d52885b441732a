/**
 * One line per boot, in columns of fixed width, and the same as an object for JSON. docs/trace.md explains the
 * columns; a test holds it against this file.
 */

import { styleText } from "node:util";
import type { BootReport } from "./report";
import { causeName } from "./reset";

type Style = Parameters<typeof styleText>[0];

export interface TraceColumn {
  readonly title: string;
  /** Characters; the last column has no padding. */
  readonly width: number;
  text(report: BootReport): string;
  style?(report: BootReport): Style | undefined;
}

/** What an image was started as. */
function standing(report: BootReport): string {
  if (report.started === "A" || report.started === "B") {
    return report.trial ? "trial" : "confirmed";
  }
  return "-";
}

/** Uptime as people read it: 950ms, 12.5s, 15m00s. */
export function durationText(durationMs: number): string {
  if (durationMs < 1000) {
    return `${durationMs}ms`;
  }
  if (durationMs < 60000) {
    return `${(Math.floor(durationMs / 100) / 10).toFixed(1)}s`;
  }
  const seconds = Math.floor(durationMs / 1000);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}

const END_STYLES: Readonly<Record<BootReport["endedBy"], Style | undefined>> = {
  watchdog: "red",
  software: "yellow",
  panic: "red",
  "power-cut": "yellow",
  "deep-sleep": undefined,
  "warm-start": undefined,
  horizon: "green",
  "hang-without-watchdog": "red",
};

/** How the end is called in the trace. A boot that reaches its horizon has not ended at all. */
function endText(report: BootReport): string {
  switch (report.endedBy) {
    case "horizon":
      return "running";
    case "hang-without-watchdog":
      return "hangs";
    default:
      return report.endedBy;
  }
}

export const TRACE_COLUMNS: readonly TraceColumn[] = [
  { title: "boot", width: 4, text: (report) => String(report.bootNumber).padStart(4) },
  { title: "cause", width: 10, text: (report) => causeName(report.cause) },
  {
    title: "starts",
    width: 8,
    text: (report) => report.started,
    style: (report) => (report.started === "recovery" ? "magenta" : undefined),
  },
  { title: "version", width: 8, text: (report) => report.version || "-" },
  {
    title: "as",
    width: 9,
    text: standing,
    style: (report) => (standing(report) === "trial" ? "cyan" : undefined),
  },
  { title: "ends", width: 10, text: endText, style: (report) => END_STYLES[report.endedBy] },
  { title: "uptime", width: 7, text: (report) => durationText(report.uptimeMs).padStart(7) },
  { title: "flash", width: 8, text: (report) => `${report.flash.writes}w ${report.flash.erases}e` },
  { title: "reason", width: 0, text: (report) => report.reason || "-" },
];

/** The line of column titles. */
export function traceHeader(): string {
  return TRACE_COLUMNS.map((column) => column.title.padEnd(column.width)).join("  ").trimEnd();
}

/**
 * The line of one boot.
 *
 * @param colour whether to style it for a terminal, see `wantsColour`
 */
export function traceLine(report: BootReport, colour = false): string {
  const cells = TRACE_COLUMNS.map((column) => {
    const cell = column.text(report).padEnd(column.width);
    const style = colour ? column.style?.(report) : undefined;
    return style === undefined ? cell : styleText(style, cell, { validateStream: false });
  });
  return cells.join("  ").trimEnd();
}

/** Lines that follow the line of a boot, indented: what a person should know beside the columns. */
export function traceRemarks(report: BootReport): string[] {
  const errors = report.errors.map((text) => `uncaught: ${text}`);
  const journal = report.journal.length === 0 ? [] : [`journal: ${report.journal.join(", ")}`];
  return [...errors, ...report.notes, ...journal].map((text) => `      ${text}`);
}

/** The same as an object that JSON.stringify takes: the report with the causes by name. */
export function traceObject(report: BootReport): Record<string, unknown> {
  return { ...report, cause: causeName(report.cause), causeTold: causeName(report.causeTold) };
}

/** Whether to colour: a terminal, and NO_COLOR unset or empty (no-color.org). */
export function wantsColour(
  stream: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (environment["NO_COLOR"] ?? "") === "";
}
