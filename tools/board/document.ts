/** The generated part of docs/boards.md: tables from boards/*.json and boards/tried.json. */

import { allBoardNames, boardNames, loadBoard, loadBoardData } from "../boards";
import type { BoardData, BoardFile } from "./board-data";
import { tellsResetCauses } from "./board-data";
import { imageBytesMax, partitionTable } from "./table";
import type { TriedItems } from "./tried";
import { itemsOf, TRIAL_ITEMS, trialText } from "./tried";

/** Lines around the generated part. */
export const DOCUMENT_START = "<!-- made by tools/board/write-document.ts: do not edit by hand -->";
export const DOCUMENT_END = "<!-- end of what is made -->";

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)];
}

function watchdogText({ watchdog, watchdogTimeoutMs }: BoardData): string {
  const kinds = { nrf52: "nRF52", "espressif-task": "task watchdog", process: "whoever starts the process" };
  const stop = watchdog.canBeStopped ? "" : ", cannot be stopped";
  const running = watchdog.runningAtStartMs === undefined ? "" : ", runs already at the start";
  return `${kinds[watchdog.kind]}, ${watchdogTimeoutMs / 1000} s${stop}${running}`;
}

function causesText(board: BoardData): string {
  if (!board.knowsResetCauses) {
    return "not told";
  }
  return tellsResetCauses(board) ? "read" : "not read: 3 attempts of any kind";
}

function overview(board: BoardFile): string[] {
  const signatures = `${board.signatures.schemes.join(" and ")}, ${board.verifyMode}`;
  return [
    `\`${board.name}\``, board.status, String(imageBytesMax(board)), signatures, watchdogText(board), causesText(board),
  ];
}

function smallRow(board: BoardData): string[] {
  return [`\`${board.name}\``, board.title, `${board.storage.sizeBytes / 1024} KB`, String(board.engine.variables)];
}

/** Notes that more than one board has, with the names of these boards. */
function sharedNotes(boards: readonly BoardFile[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name, notes } of boards) {
    notes.forEach((note) => names.set(note, [...(names.get(note) ?? []), name]));
  }
  return new Map([...names].filter(([, list]) => list.length > 1));
}

function lines(board: BoardFile, shared: ReadonlyMap<string, unknown>, tried: TriedItems): string[] {
  const { engine } = board;
  const variables = engine.variables === 0 ? "as many as needed" : `at most ${engine.variables}`;
  return [
    `### ${board.title}`,
    "",
    `\`${board.name}\`, for Espruino \`${engine.board}\` ${engine.versions.join(" or ")}; variables: ${variables}, ` +
      `of ${engine.variableBytes} bytes.`,
    "",
    `**Recovery.** ${board.pins.gesture}`,
    "",
    "```text",
    ...partitionTable(board),
    "```",
    "",
    ...board.notes.filter((note) => !shared.has(note)).map((note) => `- ${note}`),
    "",
    ...tableOf(
      ["item", "on hardware"], itemsOf(board).map((item) => [TRIAL_ITEMS[item], trialText(board, item, tried)]),
    ),
    "",
  ];
}

/** Cuts at spaces what is longer than a line of this project; tables and code stay as they are. */
function folded(line: string): string[] {
  if (line.length <= 118 || line.startsWith("|") || !line.includes(" ")) {
    return [line];
  }
  const cut = line.lastIndexOf(" ", 118);
  const indent = line.startsWith("- ") || line.startsWith("  ") ? "  " : "";
  return [line.slice(0, cut), ...folded(indent + line.slice(cut + 1))];
}

/** The part between the two marks, without them. */
export function boardsDocument(tried: TriedItems): string {
  const boards = boardNames().map(loadBoard);
  const small = allBoardNames().map(loadBoardData).filter((board) => board.class === "small");
  const chips = boards.filter(({ driver }) => driver.file !== "linux");
  const shared = sharedNotes(chips);
  return [
    "## Boards of the full class",
    "",
    ...tableOf(["board", "status", "longest image", "signatures", "watchdog", "reset causes"], boards.map(overview)),
    "",
    "## Boards of the small class",
    "",
    "A/B does not fit there. Until a one-slot-plus-recovery form exists, build, simulator and flash refuse them.",
    "",
    ...tableOf(["board", "name", "Storage", "variables"], small.map(smallRow)),
    "",
    "## What several boards have in common",
    "",
    ...[...shared].map(([note, names]) => `- **${names.length === chips.length ? "all" : names.join(", ")}:** ${note}`),
    "",
    "## Board by board",
    "",
    ...chips.flatMap((board) => lines(board, shared, tried)),
  ].flatMap(folded).join("\n");
}

/** `text` with the part between the marks made anew. Throws RangeError where there are no marks. */
export function withBoardsDocument(text: string, tried: TriedItems): string {
  const [start, end] = [text.indexOf(DOCUMENT_START), text.indexOf(DOCUMENT_END)];
  if (start < 0 || end < start) {
    throw new RangeError("docs/boards.md has no marks for the part that is made");
  }
  return `${text.slice(0, start + DOCUMENT_START.length)}\n\n${boardsDocument(tried)}\n${text.slice(end)}`;
}
