/** Board files: parsed, checked against the schema and against what a schema cannot say, with their partition plans. */

import { readdirSync, readFileSync } from "node:fs";
import type { AnySchema, ErrorObject, ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import type { BoardData, BoardFile, FullBoardData } from "./board/board-data";
import { planFaults } from "./board/check";
import { planBoard } from "./board/layout";
import type { ToolError } from "./errors";
import { failure, usageError } from "./errors";

export type {
  BoardData, BoardFile, BoardPartition, BoardSignatures, FullBoardData, PartitionName,
} from "./board/board-data";

/** From tools/ in a checkout and from dist/ in an installed package alike. */
const BOARDS = new URL("../boards/", import.meta.url);

/** Where a file of boards/ is. */
export function boardsFile(name: string): URL {
  return new URL(name, BOARDS);
}

/** In boards/, but no board. */
const OTHER_FILES = ["board.schema.json", "tried.json"];

let compiledSchema: ValidateFunction<BoardData> | undefined;

function schema(): ValidateFunction<BoardData> {
  compiledSchema ??= new Ajv({ allErrors: true, allowUnionTypes: true }).compile<BoardData>(
    JSON.parse(readFileSync(boardsFile("board.schema.json"), "utf8")) as AnySchema,
  );
  return compiledSchema;
}

function schemaSentence(error: ErrorObject): string {
  const place = error.instancePath === "" ? "the file" : error.instancePath;
  const detail = error.keyword === "additionalProperties" ? ` (${String(error.params["additionalProperty"])})` : "";
  return `${place} ${error.message ?? "is not valid"}${detail}.`;
}

/**
 * Everything that is wrong with a board file, in sentences; empty for a good one.
 *
 * @param value the parsed JSON
 * @param name what the board has to be called: its file's name without `.json`
 */
export function boardFaults(value: unknown, name: string): string[] {
  const validate = schema();
  if (!validate(value)) {
    return (validate.errors ?? []).map(schemaSentence);
  }
  const faults = value.name === name ? [] : [`The file is called ${name}.json, but the board is named ${value.name}.`];
  return [...faults, ...planFaults(value)];
}

function readBoardFile(name: string): unknown {
  return JSON.parse(readFileSync(boardsFile(`${name}.json`), "utf8"));
}

/** Names of all boards, those of the small class too, sorted. */
export function allBoardNames(): string[] {
  return readdirSync(BOARDS)
    .filter((file) => file.endsWith(".json") && !OTHER_FILES.includes(file))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** Names of the boards that can be built for, sorted: those of the full class. */
export function boardNames(): string[] {
  return allBoardNames().filter((name) => (readBoardFile(name) as { readonly class?: unknown }).class !== "small");
}

/** Names of the boards that are built, simulated and tested with every change, sorted. */
export function firstClassBoardNames(): string[] {
  return boardNames().filter((name) => loadBoard(name).status === "first-class");
}

/** What is said of a board of the small class by everything that would need slots: build, simulator, flash. */
export function smallBoardRefusal(board: Pick<BoardData, "name" | "title">): ToolError {
  return usageError(
    `${board.title} (${board.name}) is of the small class: A/B does not fit there. Until a one-slot-plus-recovery ` +
      "form exists, there is nothing to build, simulate or flash for it.",
    `Boards: ${boardNames().join(", ")}.`,
  );
}

/**
 * Reads boards/<name>.json of any class, without a plan.
 *
 * @throws ToolError if there is no such board (usage), or if its file is faulty (with every fault)
 */
export function loadBoardData(name: string): BoardData | FullBoardData {
  if (!allBoardNames().includes(name)) {
    throw usageError(`There is no board "${name}".`, `Boards: ${boardNames().join(", ")}.`);
  }
  const value = readBoardFile(name);
  const faults = boardFaults(value, name);
  if (faults.length > 0) {
    throw failure(`boards/${name}.json cannot be used: ${faults.join(" ")}`, "Correct the file.");
  }
  return value as BoardData;
}

/**
 * Reads boards/<name>.json and derives the board's partition plan.
 *
 * @throws ToolError if there is no such board, or one of the small class (usage), or if its file is faulty
 */
export function loadBoard(name: string): BoardFile {
  const board = loadBoardData(name);
  if (board.class === "small" || !("layout" in board)) {
    throw smallBoardRefusal(board);
  }
  return planBoard(board);
}
