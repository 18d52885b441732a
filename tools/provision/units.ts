/** One key page for each unit of a factory, with a log that a run which was broken off goes on from. */

import { createHash, randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { encodeProvisioning } from "../../core/boot/provisioning";
import type { Context } from "../context";
import { failure, systemCode } from "../errors";
import { createFile, resolvePath } from "../files";
import { createHostHash } from "../host-hash";
import { hexText } from "../output";
import { openUnitsLog, type UnitsLog } from "./units-log";

export const DEVICE_KEY_BYTES = 32;

/** A device key that no other board has. */
export function newDeviceKey(): Uint8Array {
  return new Uint8Array(randomBytes(DEVICE_KEY_BYTES));
}

export interface UnitsTask {
  readonly board: string;
  readonly units: readonly string[];
  readonly baseFloor: number;
  /** Folder of the pages; the log is beside it, named like it with `.log.jsonl`. */
  readonly folder: string;
  /** What a page's file is called behind the unit's name: ".bin", ".hex" or ".js". */
  readonly suffix: string;
  /** The file's content for a provisioning block. */
  render(unit: string, block: Uint8Array): Uint8Array | string;
  /** Makes 32 bytes; replaced by tests alone. */
  readonly makeKey?: () => Uint8Array;
  readonly onUnit?: (done: number, of: number) => void;
}

export interface UnitsResult {
  readonly made: number;
  /** Units whose page an earlier run had written. */
  readonly skipped: number;
  readonly log: string;
}

export function unitsLogName(folder: string): string {
  return `${folder}.log.jsonl`;
}

/**
 * Writes the pages that the log does not say were written. A unit whose page was begun and not finished gets another
 * key: no key is ever written twice.
 *
 * Refuses (failure): the file system. Refuses (malformed): a log that is not one, or is another board's.
 */
export function makeUnitPages(context: Context, task: UnitsTask): UnitsResult {
  mkdirSync(resolvePath(context, task.folder), { recursive: true, mode: 0o700 });
  const logName = unitsLogName(task.folder);
  // Two runs at a time would both make a page for a unit, and only one of the two keys would be in it.
  const lock = `${logName}.lock`;
  takeLock(context, lock);
  try {
    const log = openUnitsLog(context, logName, task.board);
    try {
      return { ...makeMissing(context, task, log), log: logName };
    } finally {
      log.close();
    }
  } finally {
    rmSync(resolvePath(context, lock), { force: true });
  }
}

function takeLock(context: Context, lock: string): void {
  try {
    closeSync(openSync(resolvePath(context, lock), "wx"));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") {
      throw error;
    }
    throw failure(
      "Another run makes key pages here, or one was broken off.",
      `If none is running, remove ${lock} and run this again.`,
    );
  }
}

function makeMissing(context: Context, task: UnitsTask, log: UnitsLog): { made: number; skipped: number } {
  let made = 0;
  for (const [index, unit] of task.units.entries()) {
    if (!log.isDone(unit)) {
      makePage(context, task, log, unit);
      made++;
    }
    task.onUnit?.(index + 1, task.units.length);
  }
  return { made, skipped: task.units.length - made };
}

function makePage(context: Context, task: UnitsTask, log: UnitsLog, unit: string): void {
  const key = (task.makeKey ?? newDeviceKey)();
  const keyFingerprint = hexText(createHash("sha256").update(key).digest());
  if (log.hasFingerprint(keyFingerprint)) {
    throw failure(
      "This machine's random numbers repeat: it made the same device key twice.",
      "Make the pages on another machine.",
    );
  }
  const page = `${unit}${task.suffix}`;
  const path = join(task.folder, page);
  const entry = { unit, board: task.board, keyFingerprint, page };
  log.append({ event: "begun", ...entry, time: new Date().toISOString() });
  rmSync(resolvePath(context, path), { force: true });
  createFile(context, path, task.render(unit, encodeProvisioning(task.baseFloor, key, createHostHash())), 0o600);
  log.append({ event: "done", ...entry, time: new Date().toISOString() });
}
