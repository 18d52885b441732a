/** What the report shows, as plain texts and numbers: everything but the form. */

import { recordName } from "../../sim/journal-reader";
import { causeName } from "../../sim/reset";
import type {
  BootRecord, FlashResult, PageResult, PartitionResult, ScenarioResult, StepResult,
} from "../../sim/scenario/result";
import { durationText, TRACE_COLUMNS } from "../../sim/trace";
import { printable } from "../output";
import { recordWords } from "./journal-words";

export interface ReportInfo {
  /** The commit of the code that ran, if it is known. */
  readonly commit: string;
  /** When it ran, as text. */
  readonly date: string;
}

/** Boots of one step that are shown; the middle of longer steps is left out. */
const BOOTS_SHOWN_MAX = 40;
const CONSOLE_SHOWN_MAX = 50;
const TEXT_LENGTH_MAX = 1000;
/** Seeds that the summary names; each scenario says its own. */
const SEEDS_SHOWN_MAX = 3;
const RECORDS_SHOWN_MAX = 300;
/** Share of the timeline that a boot needs for a label. */
const LABEL_SHARE = 0.06;

const PARTITION_TITLES = {
  boot: "boot and provisioning", journal: "journal", slotA: "slot A", slotB: "slot B", data: "application data",
} as const;

const ENDS = TRACE_COLUMNS.find(({ title }) => title === "ends")!;

/** Text from applications and files: bounded, and no control characters. */
function safe(text: string): string {
  const shown = printable(text);
  return shown.length > TEXT_LENGTH_MAX ? `${shown.slice(0, TEXT_LENGTH_MAX)}...` : shown;
}

/** What was started, as a word for its colour. */
function kindOf({ started }: BootRecord["report"]): string {
  return started === "A" || started === "B" ? `slot${started}` : started;
}

function bootView({ report, happenings }: BootRecord) {
  const runs = report.version !== "";
  const left = report.console.length - CONSOLE_SHOWN_MAX;
  return {
    number: report.bootNumber,
    cause: causeName(report.cause),
    kind: kindOf(report),
    starts: runs ? `slot ${report.started}` : report.started,
    version: safe(report.version),
    standing: runs ? (report.trial ? "trial" : "confirmed") : "",
    ends: ENDS.text(report),
    endedBy: report.endedBy,
    uptime: durationText(report.uptimeMs),
    flash: `${report.flash.writes} writes, ${report.flash.erases} erases`,
    reason: report.reason,
    happenings: happenings.map(({ atMs, text }) => ({ at: durationText(atMs), text: safe(text) })),
    notes: [...report.errors.map((text) => `not caught: ${text}`), ...report.notes].map(safe),
    console: [
      ...report.console.slice(0, CONSOLE_SHOWN_MAX).map(safe),
      ...(left > 0 ? [`... and ${left} more lines`] : []),
    ],
  };
}

/** First and last boots of a long step, and how many are left out between them. */
function bootsView(boots: readonly BootRecord[]) {
  const half = BOOTS_SHOWN_MAX / 2;
  const long = boots.length > BOOTS_SHOWN_MAX;
  return {
    first: (long ? boots.slice(0, half) : boots).map(bootView),
    leftOut: long ? boots.length - BOOTS_SHOWN_MAX : 0,
    last: (long ? boots.slice(-half) : []).map(bootView),
  };
}

function stepView(step: StepResult) {
  return {
    number: step.number,
    title: step.number === 0 ? "At the end" : `Step ${step.number}: ${safe(step.title)}`,
    line: step.line,
    note: safe(step.note),
    passed: step.findings.every(({ passed }) => passed),
    boots: bootsView(step.boots),
    findings: step.findings.map(({ line, name, passed, expected, found }) => {
      const about = name === "" ? "the step itself" : name;
      return { line, name: about, passed, expected: safe(expected), found: safe(found) };
    }),
  };
}

/** All boots side by side; long ones are wider, but not in proportion. */
function stripView(boots: readonly BootRecord[]) {
  const weights = boots.map(({ report }) => 3 + Math.log2(1 + report.uptimeMs / 1000));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return boots.map(({ report }, i) => {
    const endedBadly = ["watchdog", "panic", "hang-without-watchdog"].includes(report.endedBy);
    const cut = report.endedBy === "power-cut";
    return {
      weight: weights[i].toFixed(2),
      classes: `${kindOf(report)}${report.trial ? " trial" : ""}${endedBadly ? " ended-badly" : ""}${
        cut ? " power-cut" : ""}`,
      label: weights[i] / total > LABEL_SHARE ? safe(report.version || report.started) : "",
      title: `boot ${report.bootNumber}, ${causeName(report.cause)}: ${report.started} ${safe(report.version)}${
        report.trial ? " on trial" : ""}, ${ENDS.text(report)} after ${durationText(report.uptimeMs)}`,
    };
  });
}

function pageTitle(name: string, page: PageResult, index: number): string {
  const { lastWrite, erases, unstable } = page;
  const last = lastWrite === undefined
    ? "untouched"
    : `last ${lastWrite.kind === "erase" ? "erased" : "written"} in boot ${lastWrite.bootNumber} at ${
      durationText(lastWrite.uptimeMs)}`;
  const bits = unstable ? ", unstable bits" : "";
  return `${name}, page ${index}: ${page.blank ? "empty" : "in use"}, ${erases} erases, ${last}${bits}`;
}

function pageView(partition: PartitionResult, page: PageResult, index: number, endurance: number) {
  const state = page.blank ? "blank" : "used";
  const touched = page.lastWrite === undefined ? "" : " touched";
  const worn = page.erases >= endurance ? " worn" : "";
  return {
    classes: `${state}${touched}${worn}${page.unstable ? " unstable" : ""}`,
    erases: page.erases === 0 ? "" : String(page.erases),
    title: pageTitle(PARTITION_TITLES[partition.name], page, index),
  };
}

/** `3`, or `3 to 7`. */
function rangeText(first: number, last: number): string {
  return first === last ? String(first) : `${first} to ${last}`;
}

/** Neighbouring pages that changed in the same way are one row. */
function changesView({ name, pages }: PartitionResult) {
  const rows: { first: number; last: number; page: PageResult }[] = [];
  pages.forEach((page, i) => {
    const row = rows.at(-1);
    const { lastWrite } = page;
    const before = row?.last === i - 1 ? row.page : undefined;
    const alike = before?.erases === page.erases && before.lastWrite?.kind === lastWrite?.kind
      && before.lastWrite?.bootNumber === lastWrite?.bootNumber;
    if (row !== undefined && alike) {
      row.last = i;
      row.page = page;
    } else if (lastWrite !== undefined) {
      rows.push({ first: i, last: i, page });
    }
  });
  return rows.map(({ first, last, page: { erases, lastWrite } }) => ({
    partition: PARTITION_TITLES[name],
    pages: rangeText(first, last),
    erases,
    kind: lastWrite?.kind === "erase" ? "erased" : "written",
    boot: lastWrite?.bootNumber ?? 0,
    uptime: durationText(lastWrite?.uptimeMs ?? 0),
  }));
}

function flashView({ partitions, pageSizeBytes, enduranceCycles = Infinity, otherPages }: FlashResult) {
  return {
    pageSize: pageSizeBytes.toLocaleString("en-US"),
    endurance: Number.isFinite(enduranceCycles) ? enduranceCycles.toLocaleString("en-US") : "",
    otherPages: otherPages.toLocaleString("en-US"),
    changes: partitions.flatMap(changesView),
    partitions: partitions.map((partition) => {
      const { name, offsetBytes, pages } = partition;
      const touched = pages.filter(({ lastWrite }) => lastWrite !== undefined).length;
      const most = Math.max(...pages.map(({ erases }) => erases));
      return {
        name,
        title: PARTITION_TITLES[name],
        offset: `0x${offsetBytes.toString(16)}`,
        summary: `${pages.length} pages, ${touched} written or erased, most erases of one page: ${most}`,
        pages: pages.map((page, i) => pageView(partition, page, i, enduranceCycles)),
      };
    }),
  };
}

function journalView(boots: readonly BootRecord[]) {
  const rows = boots.flatMap(({ report, records }) =>
    records.map((record) => ({
      boot: report.bootNumber,
      sequence: record.sequence,
      name: recordName(record.type),
      words: safe(recordWords(record)),
    })),
  );
  return { rows: rows.slice(0, RECORDS_SHOWN_MAX), leftOut: Math.max(0, rows.length - RECORDS_SHOWN_MAX) };
}

function failureView(failure: ScenarioResult["failure"]) {
  return failure === undefined
    ? undefined
    : { line: failure.line, where: safe(failure.where), sentence: safe(failure.sentence) };
}

function scenarioView(result: ScenarioResult, index: number) {
  const { scenario, steps, failure } = result;
  const boots = steps.flatMap((step) => [...step.boots]);
  return {
    id: `scenario-${index + 1}`,
    title: safe(scenario.title),
    why: safe(scenario.why),
    file: safe(scenario.file),
    board: safe(scenario.boardName),
    changes: Object.entries(scenario.boardChanges)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => safe(`${name} ${String(value)}`)),
    seed: scenario.seed,
    passed: result.passed,
    failure: failureView(failure),
    duration: `${Math.max(1, Math.round(result.durationMs))} ms`,
    bootCount: boots.length,
    expectations: steps.reduce((sum, step) => sum + step.findings.length, 0),
    steps: steps.map(stepView),
    strip: stripView(boots),
    flash: result.flash === undefined ? undefined : flashView(result.flash),
    journal: journalView(boots),
  };
}

/** Everything that the template needs. */
export function reportView(results: readonly ScenarioResult[], info: ReportInfo) {
  const scenarios = results.map(scenarioView);
  const failed = scenarios.filter(({ passed }) => !passed);
  const seeds = [...new Set(scenarios.map(({ seed }) => seed))];
  const seconds = results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  return {
    ...info,
    scenarios,
    failed,
    passedCount: scenarios.length - failed.length,
    boots: scenarios.reduce((sum, { bootCount }) => sum + bootCount, 0),
    expectations: scenarios.reduce((sum, scenario) => sum + scenario.expectations, 0),
    seconds: seconds.toFixed(1),
    seeds: seeds.length <= SEEDS_SHOWN_MAX ? seeds.join(", ") : `${seeds.length} seeds`,
  };
}
