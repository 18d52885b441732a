/**
 * The log of key pages: one JSON object a line, appended before and after each page is written. It names keys by a
 * fingerprint and never holds one.
 */

import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { shown } from "../arguments";
import type { Context } from "../context";
import { malformed, systemCode } from "../errors";
import { resolvePath } from "../files";

export interface UnitEntry {
  /** `begun`: a key was made for it. `done`: its page was written in full. */
  readonly event: "begun" | "done";
  readonly unit: string;
  readonly board: string;
  /** SHA-256 of the device key, in hexadecimal: tells keys apart and says nothing of them. */
  readonly keyFingerprint: string;
  /** Name of the page's file. */
  readonly page: string;
  readonly time: string;
}

export interface UnitsLog {
  /** Whether the page of this unit was written in full. */
  isDone(unit: string): boolean;
  hasFingerprint(fingerprint: string): boolean;
  /** Durable when it returns. */
  append(entry: UnitEntry): void;
  close(): void;
}

const TEXT_FIELDS = ["event", "unit", "board", "keyFingerprint", "page", "time"] as const;

function entryOf(line: string): UnitEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Record<string, unknown>> | null;
    const isWhole = TEXT_FIELDS.every((field) => typeof entry?.[field] === "string");
    return isWhole && (entry?.["event"] === "begun" || entry?.["event"] === "done")
      ? (entry as unknown as UnitEntry)
      : undefined;
  } catch {
    return undefined;
  }
}

function readLog(fullPath: string): string {
  try {
    return readFileSync(fullPath, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      return "";
    }
    throw error;
  }
}

/**
 * Opens a log, or begins one. A last line that a crash cut off is removed: nothing had been written after it.
 *
 * Refuses (malformed): lines that are no entries, entries for another board.
 */
export function openUnitsLog(context: Context, path: string, board: string): UnitsLog {
  const fullPath = resolvePath(context, path);
  const text = readLog(fullPath);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const done = new Set<string>();
  const fingerprints = new Set<string>();
  for (const [index, line] of whole.split("\n").slice(0, -1).entries()) {
    const entry = entryOf(line);
    if (entry === undefined) {
      throw malformed(`Line ${index + 1} of ${shown(path)} is no entry of a units log.`, "Restore the log.");
    }
    if (entry.board !== board) {
      throw malformed(`${shown(path)} is the log of board ${shown(entry.board)}, not ${board}.`, "Name another --out.");
    }
    fingerprints.add(entry.keyFingerprint);
    if (entry.event === "done") {
      done.add(entry.unit);
    }
  }
  if (whole.length < text.length) {
    truncateSync(fullPath, Buffer.byteLength(whole));
  }
  const descriptor = openSync(fullPath, "a", 0o600);
  return {
    isDone: (unit) => done.has(unit),
    hasFingerprint: (fingerprint) => fingerprints.has(fingerprint),
    append: (entry) => {
      writeSync(descriptor, JSON.stringify(entry) + "\n");
      fsyncSync(descriptor);
      fingerprints.add(entry.keyFingerprint);
      if (entry.event === "done") {
        done.add(entry.unit);
      }
    },
    close: () => closeSync(descriptor),
  };
}
