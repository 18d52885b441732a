/** What was tried on hardware, item by item: boards/tried.json, which `trialboot selftest` adds to. */

import { readFileSync } from "node:fs";
import { boardsFile } from "../boards";
import type { BoardData } from "./board-data";
import { tellsResetCauses } from "./board-data";

/** What there is to try on a board; the texts stand in docs/boards.md. */
export const TRIAL_ITEMS = {
  provisioning: "provisioning over the console, from empty to the first start",
  "boot-files": "`.boot0` runs at power-on, reset, `load()` and `reset()`; `.boot1` fails closed",
  "flash-operations": "erase, write and read of every partition by the Flash module, with the times they take",
  "power-cuts": "power cuts in flash operations: what torn words read as",
  "flash-string": "the application runs from flash without a copy in RAM",
  "native-hash": "native SHA-256 of a whole image, where the plan says it is hashed natively",
  verification: "signatures: the verifier's self-test, and the time for one image",
  variables: "variables in use after a start, and the most during an update",
  watchdog: "a hung application is reset after the time-out; a kicked one is not",
  "watchdog-running": "the watchdog that runs before the interpreter does not interfere",
  "reset-causes": "power-on, watchdog, software and pin are told apart",
  "page-locks": "locked pages refuse writes, and the interpreter does not fault",
  gesture: "the gesture for recovery",
  lamp: "the lamp is lit in recovery",
  console: "the console is away while an application runs, and back in recovery",
} as const;

export type TrialItem = keyof typeof TRIAL_ITEMS;

export interface TrialResult {
  readonly outcome: "passed" | "failed";
  /** `process.version` of the interpreter. */
  readonly interpreterVersion: string;
  /** Day, as 2026-08-19. */
  readonly date: string;
  /** What was measured, in a few words. */
  readonly measured?: string;
}

/** By board, by item. */
export type TriedItems = Readonly<Record<string, Readonly<Partial<Record<TrialItem, TrialResult>>>>>;

/** What `trialboot selftest` writes. */
export interface SelftestReport {
  readonly board: string;
  readonly interpreterVersion: string;
  readonly date: string;
  readonly items: readonly {
    readonly item: TrialItem; readonly outcome: "passed" | "failed"; readonly measured?: string;
  }[];
}

export function readTried(): TriedItems {
  return JSON.parse(readFileSync(boardsFile("tried.json"), "utf8")) as TriedItems;
}

/** The items that a board of the full class has. */
export function itemsOf(board: BoardData): TrialItem[] {
  const { watchdog, pins, driver } = board;
  const isThere: Partial<Record<TrialItem, boolean>> = {
    "native-hash": board.engine.nativeSha256,
    "watchdog-running": watchdog.runningAtStartMs !== undefined,
    "reset-causes": board.knowsResetCauses,
    "page-locks": driver.file === "nrf52" && board.flash.baseAddressBytes === 0,
    gesture: pins.button !== undefined,
    lamp: pins.lamp !== undefined,
  };
  return (Object.keys(TRIAL_ITEMS) as TrialItem[]).filter((item) => isThere[item] ?? true);
}

/**
 * The items with a report's results in place of older ones.
 *
 * @throws RangeError for an item that there is none of, an outcome that is none, and a date that is none
 */
export function addReport(tried: TriedItems, report: SelftestReport): TriedItems {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(report.date)) {
    throw new RangeError(`${report.date} is no day`);
  }
  const { interpreterVersion, date } = report;
  const results = report.items.map(({ item, outcome, measured }): [TrialItem, TrialResult] => {
    if (!Object.hasOwn(TRIAL_ITEMS, item) || (outcome as string !== "passed" && outcome as string !== "failed")) {
      throw new RangeError(`there is no ${item} that can be ${outcome}`);
    }
    return [item, { outcome, interpreterVersion, date, ...(measured === undefined ? {} : { measured }) }];
  });
  const before = tried[report.board] ?? {};
  const boards = { ...tried, [report.board]: { ...before, ...Object.fromEntries(results) } };
  return Object.fromEntries(Object.entries(boards).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One cell of the document. */
export function trialText(board: BoardData, item: TrialItem, tried: TriedItems): string {
  const result = tried[board.name]?.[item];
  if (result === undefined) {
    return item === "reset-causes" && !tellsResetCauses(board) ? "not tried; not read until then" : "not tried";
  }
  const measured = result.measured === undefined ? "" : `: ${result.measured}`;
  return `${result.outcome} ${result.date}, ${result.interpreterVersion}${measured}`;
}
