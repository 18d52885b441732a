/** Board files: parsed, checked against the schema, and against what a schema cannot say of partitions. */

import { readdirSync, readFileSync } from "node:fs";
import type { AnySchema, ErrorObject, ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import type { CombTeeth } from "./ed25519/comb-table";
import { failure, usageError } from "./errors";

export interface BoardPartition {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export type PartitionName = "boot" | "journal" | "slotA" | "slotB" | "data";

/** Which signatures a board checks, and how. */
export interface BoardSignatures {
  readonly schemes: readonly ("ed25519" | "lms")[];
  readonly policy: "any" | "all";
  /** Given where `schemes` has ed25519. */
  readonly combTeeth?: CombTeeth;
}

/** What boards/<name>.json says; boards/board.schema.json explains each field. */
export interface BoardFile {
  readonly name: string;
  readonly title: string;
  readonly class: "full";
  readonly chip: string;
  readonly engine: {
    readonly name: string;
    readonly nativeSha256: boolean;
    readonly nativeSha512: boolean;
    readonly trustedRandom: boolean;
  };
  readonly flash: {
    readonly sizeBytes: number;
    readonly pageSizeBytes: number;
    readonly writeUnitBytes: number;
    /** Absent: a word may be programmed any number of times between erases. */
    readonly writesPerWordMax?: number;
  };
  readonly partitions: Readonly<Record<PartitionName, BoardPartition>>;
  readonly signatures: BoardSignatures;
  readonly verifyMode: "full" | "seal";
  readonly knowsResetCauses: boolean;
  readonly watchdogTimeoutMs: number;
  readonly bleMtuBytes?: number;
  readonly notes: readonly string[];
}

/** From tools/ in a checkout and from dist/ in an installed package alike. */
const BOARDS = new URL("../boards/", import.meta.url);

/** Smallest slot of a board of the full class. */
const SLOT_BYTES_MIN = 65_536;

/** The journal turns over from page to page, so one page is not enough. */
const JOURNAL_PAGES_MIN = 2;

const PARTITION_NAMES: readonly PartitionName[] = ["boot", "journal", "slotA", "slotB", "data"];

let compiledSchema: ValidateFunction<BoardFile> | undefined;

function schema(): ValidateFunction<BoardFile> {
  compiledSchema ??= new Ajv({ allErrors: true, allowUnionTypes: true }).compile<BoardFile>(
    JSON.parse(readFileSync(new URL("board.schema.json", BOARDS), "utf8")) as AnySchema,
  );
  return compiledSchema;
}

function schemaSentence(error: ErrorObject): string {
  const place = error.instancePath === "" ? "the file" : error.instancePath;
  const detail = error.keyword === "additionalProperties" ? ` (${String(error.params["additionalProperty"])})` : "";
  return `${place} ${error.message ?? "is not valid"}${detail}.`;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** One partition by itself. */
function partitionFaults(board: BoardFile, name: PartitionName): string[] {
  const { pageSizeBytes, sizeBytes: flashBytes } = board.flash;
  const { offsetBytes, sizeBytes } = board.partitions[name];
  const faults: string[] = [];
  if (offsetBytes % pageSizeBytes !== 0) {
    faults.push(`Partition ${name} starts at ${hex(offsetBytes)}, which is not the start of a page.`);
  }
  if (sizeBytes % pageSizeBytes !== 0) {
    faults.push(`Partition ${name} is ${sizeBytes} bytes, which is not a whole number of pages.`);
  }
  if (offsetBytes + sizeBytes > flashBytes) {
    faults.push(`Partition ${name} ends at ${hex(offsetBytes + sizeBytes)}, beyond the flash (${hex(flashBytes)}).`);
  }
  return faults;
}

function overlapFaults(board: BoardFile): string[] {
  const sorted = [...PARTITION_NAMES].sort(
    (a, b) => board.partitions[a].offsetBytes - board.partitions[b].offsetBytes,
  );
  const faults: string[] = [];
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1], sorted[i]];
    const end = board.partitions[before].offsetBytes + board.partitions[before].sizeBytes;
    if (end > board.partitions[after].offsetBytes) {
      faults.push(`Partitions ${before} and ${after} overlap.`);
    }
  }
  return faults;
}

function sizeFaults(board: BoardFile): string[] {
  const { journal, slotA, slotB } = board.partitions;
  const faults: string[] = [];
  const { schemes } = board.signatures;
  const isHybrid = schemes.length > 1;
  if (schemes.includes("lms") && !(board.engine.nativeSha256 && (board.engine.nativeSha512 || !isHybrid))) {
    faults.push("LMS needs native hashes: SHA-256, and SHA-512 as well where Ed25519 is checked beside it.");
  }
  if (board.flash.pageSizeBytes % board.flash.writeUnitBytes !== 0) {
    faults.push("A page is not a whole number of write units.");
  }
  if (journal.sizeBytes < JOURNAL_PAGES_MIN * board.flash.pageSizeBytes) {
    faults.push(`Partition journal is smaller than ${JOURNAL_PAGES_MIN} pages.`);
  }
  if (slotA.sizeBytes !== slotB.sizeBytes) {
    faults.push(`The slots differ in size: A has ${slotA.sizeBytes} bytes, B has ${slotB.sizeBytes}.`);
  }
  if (Math.min(slotA.sizeBytes, slotB.sizeBytes) < SLOT_BYTES_MIN) {
    faults.push(
      `A slot is smaller than ${SLOT_BYTES_MIN} bytes. A/B does not fit on such boards, and a form with one slot ` +
        "and recovery does not exist yet.",
    );
  }
  return faults;
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
  for (const partition of PARTITION_NAMES) {
    faults.push(...partitionFaults(value, partition));
  }
  return [...faults, ...overlapFaults(value), ...sizeFaults(value)];
}

/** Names of all boards, sorted. */
export function boardNames(): string[] {
  return readdirSync(BOARDS)
    .filter((file) => file.endsWith(".json") && file !== "board.schema.json")
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/**
 * Reads boards/<name>.json.
 *
 * @throws ToolError if there is no such board (usage), or if its file is faulty (with every fault)
 */
export function loadBoard(name: string): BoardFile {
  const known = boardNames();
  if (!known.includes(name)) {
    throw usageError(`There is no board "${name}".`, `Boards: ${known.join(", ")}.`);
  }
  const value: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, BOARDS), "utf8"));
  const faults = boardFaults(value, name);
  if (faults.length > 0) {
    throw failure(`boards/${name}.json cannot be used: ${faults.join(" ")}`, "Correct the file.");
  }
  return value as BoardFile;
}
