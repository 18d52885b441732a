/** Files in and out: bounded, whole, with sentences instead of error codes. */

import { closeSync, fchmodSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { lstatSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { shown } from "./arguments";
import type { Context } from "./context";
import { failure, systemCode, systemSentence, ToolError } from "./errors";

/** Images, payloads and the flash of every board in boards/ are far smaller; this bounds memory and time. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Keys, signatures, passphrases. */
export const SMALL_FILE_BYTES_MAX = 64 * 1024;

/** What a path means, seen from the working directory of the context. */
export function resolvePath(context: Context, path: string): string {
  if (path === "" || path.includes("\u0000")) {
    throw failure(`"${shown(path)}" is not a file name.`, "Name the file.");
  }
  return resolve(context.cwd, path);
}

/**
 * The whole content of a file.
 * Refuses (failure): missing, unreadable, a folder, more than `maxBytes`.
 */
export function readFile(context: Context, path: string, maxBytes: number): Uint8Array {
  const fullPath = resolvePath(context, path);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(fullPath, "r");
    const status = fstatSync(descriptor);
    if (status.isFile() && status.size > maxBytes) {
      throw tooLarge(path, maxBytes);
    }
    return readAll(descriptor, path, maxBytes);
  } catch (error) {
    throw asFailure(error, `${shown(path)} cannot be read`, "Check the name and the permissions.");
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}

/** Reads to the end, whatever the file's size claims: it may be a pipe, or grow meanwhile. */
function readAll(descriptor: number, path: string, maxBytes: number): Uint8Array {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(1024 * 1024);
    const length = readSync(descriptor, chunk, 0, chunk.length, null);
    total += length;
    if (total > maxBytes) {
      throw tooLarge(path, maxBytes);
    }
    if (length === 0) {
      return new Uint8Array(Buffer.concat(chunks));
    }
    chunks.push(chunk.subarray(0, length));
  }
}

function tooLarge(path: string, maxBytes: number): ToolError {
  const limit = maxBytes >= 1048576 ? `${maxBytes / 1048576} MiB` : `${maxBytes / 1024} KiB`;
  return failure(`${shown(path)} is larger than ${limit}.`, "Check that this is the file you meant.");
}

function asFailure(error: unknown, sentence: string, next: string): ToolError {
  return error instanceof ToolError ? error : failure(`${sentence}: ${systemSentence(error)}.`, next);
}

/** Replaces a file as a whole: after a power cut or a full disk there is the old one or the new one, never half. */
export function writeFile(context: Context, path: string, data: Uint8Array | string): void {
  const fullPath = resolvePath(context, path);
  try {
    if (existsButIsNoFile(fullPath)) {
      writeFileSync(fullPath, data);
      return;
    }
    const temporary = join(dirname(fullPath), `.${basename(fullPath)}.${process.pid}.tmp`);
    try {
      writeNew(temporary, data, 0o666);
      renameSync(temporary, fullPath);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw asFailure(error, `${shown(path)} cannot be written`, "Check the folder and the permissions.");
  }
}

/** Devices, pipes and symbolic links are written to as they are, not replaced. */
function existsButIsNoFile(fullPath: string): boolean {
  const status = lstatSync(fullPath, { throwIfNoEntry: false });
  return status !== undefined && !status.isFile();
}

/**
 * Writes a file that must not exist yet.
 * @param mode permission bits; `undefined`: as the user's settings have it
 * Refuses (failure) to touch an existing file.
 */
export function createFile(context: Context, path: string, data: Uint8Array | string, mode?: number): void {
  const fullPath = resolvePath(context, path);
  try {
    writeNew(fullPath, data, mode ?? 0o666, mode !== undefined);
  } catch (error) {
    if (systemCode(error) === "EEXIST") {
      throw failure(`${shown(path)} exists already and is not overwritten.`, "Name another, or move it away.");
    }
    throw asFailure(error, `${shown(path)} cannot be written`, "Check the folder and the permissions.");
  }
}

function writeNew(fullPath: string, data: Uint8Array | string, mode: number, exactMode = false): void {
  const descriptor = openSync(fullPath, "wx", mode);
  try {
    if (exactMode) {
      fchmodSync(descriptor, mode);
    }
    writeFileSync(descriptor, data);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(fullPath, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Whether two paths name the same existing file. */
export function isSameFile(context: Context, a: string, b: string): boolean {
  const aStatus = statSync(resolvePath(context, a), { throwIfNoEntry: false });
  const bStatus = statSync(resolvePath(context, b), { throwIfNoEntry: false });
  return aStatus !== undefined && bStatus !== undefined && aStatus.ino === bStatus.ino && aStatus.dev === bStatus.dev;
}

/** Whether others than the owner may read the file. Windows has no such bits. */
export function isReadableByOthers(context: Context, path: string): boolean {
  if (process.platform === "win32") {
    return false;
  }
  const status = statSync(resolvePath(context, path), { throwIfNoEntry: false });
  return status !== undefined && status.isFile() && status.mode % 0o100 !== 0;
}
