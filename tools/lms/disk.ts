/**
 * The steps on disk that keys with a state rest on, one function each, so that a test can fail any of them. Each is
 * durable when it returns, except where it says otherwise.
 */

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../errors";

export interface LmsDisk {
  /** The whole file; `undefined` if there is none. */
  read(path: string): Uint8Array | undefined;
  /** Writes a file that does not exist yet; `false` if it does. Its folder is not synced. */
  create(path: string, data: string | Uint8Array, mode: number): boolean;
  /** Replaces a file, or makes it. Its folder is not synced. */
  rename(from: string, to: string): void;
  /** Makes names in a folder durable. */
  syncFolder(path: string): void;
  remove(path: string): void;
}

export const realDisk: LmsDisk = {
  read(path) {
    try {
      return new Uint8Array(readFileSync(path));
    } catch (error) {
      if (systemCode(error) === "ENOENT") {
        return undefined;
      }
      throw error;
    }
  },
  create(path, data, mode) {
    let descriptor: number;
    try {
      descriptor = openSync(path, "wx", mode);
    } catch (error) {
      if (systemCode(error) === "EEXIST") {
        return false;
      }
      throw error;
    }
    try {
      writeFileSync(descriptor, data);
      fsyncSync(descriptor);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(descriptor);
    }
    return true;
  },
  rename: (from, to) => renameSync(from, to),
  syncFolder(path) {
    // Windows cannot open folders, and makes names durable with the files.
    if (process.platform !== "win32") {
      const descriptor = openSync(path, "r");
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
  },
  remove: (path) => rmSync(path, { force: true }),
};

/** Replaces a file as a whole: a power cut leaves the old one or the new one, and after the return the new one. */
export function replaceDurably(disk: LmsDisk, path: string, data: string | Uint8Array, mode: number): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  disk.remove(temporary);
  disk.create(temporary, data, mode);
  disk.rename(temporary, path);
  disk.syncFolder(dirname(path));
}
