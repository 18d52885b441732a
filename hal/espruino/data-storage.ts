/**
 * What an application gets for `require("Storage")`: the calls it knows, on the pages of the data partition, where no
 * power cut loses anything. Espruino's own Storage loses everything, the bootloader included, when power fails while it
 * compacts, which any write may do. Files that were put into it when the board was provisioned can be read.
 *
 * An application that uses this leaves `door.data` alone: both are the same pages.
 */

import type { FlashPort } from "../../core/ports";
import { DataLog } from "./data-log";

type Data = string | Uint8Array | ArrayBuffer | number[];

declare const E: {
  CRC32(this: void, bytes: Uint8Array): number;
  toString(this: void, bytes: Data): string;
  toUint8Array(this: void, data: Data): Uint8Array;
};

export interface DataStorage {
  read(this: void, name: string, offset?: number, length?: number): string | undefined;
  readArrayBuffer(this: void, name: string): ArrayBuffer | undefined;
  readJSON(this: void, name: string, noExceptions?: boolean): unknown;
  write(this: void, name: string, data: Data, offset?: number, size?: number): boolean;
  writeJSON(this: void, name: string, data: unknown): boolean;
  erase(this: void, name: string): void;
  eraseAll(this: void): void;
  list(this: void, pattern?: unknown): string[];
  getFree(this: void): number;
  compact(this: void): void;
  open(this: void): never;
}

interface Files {
  readonly log: DataLog;
  toText(this: void, data: Data): string;
  toBytes(this: void, data: Data): Uint8Array;
  readFile(this: void, name: string, offset?: number, length?: number): string | undefined;
}

function readValue(files: Files, name: string, offset: number, length: number): string | undefined {
  const size = files.log.sizeOf(name);
  if (size < 0) {
    return files.readFile(name, offset, length);
  }
  const start = Math.min(offset, size);
  const count = Math.min(length === 0 ? size : length, size - start);
  return count > 0 ? files.toText(files.log.read(name, start, count)!) : "";
}

/** The value with `text` at `offset`, in `size` bytes if the file is new. */
function patched(files: Files, name: string, text: string, offset: number, size: number): string {
  const isOld = offset > 0 && files.log.sizeOf(name) >= 0;
  let old = isOld ? readValue(files, name, 0, 0)! : "";
  if (offset > 0 && offset + text.length > old.length) {
    throw isOld ? "Too much data for file size" : "Unable to find or create file";
  }
  while (old.length < size) {
    old += "\xff";
  }
  return old.substring(0, offset) + text + old.substring(offset + text.length);
}

function writeValue(files: Files, name: string, content: Data, offset: number, size: number): boolean {
  const log = files.log;
  const text = typeof content === "string" ? content : files.toText(content);
  const whole = offset > 0 || size > 0 ? patched(files, name, text, offset, size) : text;
  const isThere = log.sizeOf(name) === whole.length && readValue(files, name, 0, 0) === whole;
  if (!isThere && !log.write(name, files.toBytes(whole))) {
    throw "no room for this file, or for its name, in the data partition";
  }
  return true;
}

function parse(text: string, noExceptions: boolean): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (noExceptions) {
      return undefined;
    }
    throw error;
  }
}

function listNames(log: DataLog, pattern: unknown): string[] {
  const names = log.names();
  const matching: string[] = [];
  for (let i = 0; i < names.length; i++) {
    if (pattern === undefined || names[i].match(pattern as string)) {
      matching.push(names[i]);
    }
  }
  return matching;
}

/** @param readFile reads Espruino's own Storage */
export function createDataStorage(data: FlashPort, readFile: Files["readFile"]): DataStorage {
  const log = new DataLog(data, E.CRC32);
  const files: Files = { log, toText: E.toString, toBytes: E.toUint8Array, readFile };
  return {
    read(name: string, offset?: number, length?: number): string | undefined {
      return readValue(files, name, offset === undefined ? 0 : offset, length === undefined ? 0 : length);
    },
    write(name: string, content: Data, offset?: number, size?: number): boolean {
      return writeValue(files, name, content, offset === undefined ? 0 : offset, size === undefined ? 0 : size);
    },
    readArrayBuffer(name: string): ArrayBuffer | undefined {
      const text = readValue(files, name, 0, 0);
      return text === undefined ? undefined : files.toBytes(text).buffer as ArrayBuffer;
    },
    readJSON(name: string, noExceptions?: boolean): unknown {
      const text = readValue(files, name, 0, 0);
      return text === undefined ? undefined : parse(text, noExceptions === true);
    },
    writeJSON(name: string, content: unknown): boolean {
      return writeValue(files, name, JSON.stringify(content), 0, 0);
    },
    erase(name: string): void {
      log.remove(name);
    },
    eraseAll(): void {
      log.removeAll();
    },
    list(pattern?: unknown): string[] {
      return listNames(log, pattern);
    },
    getFree(): number {
      return log.freeBytes();
    },
    compact(): void {
      // There is nothing to gain: the log does it by itself, and safely.
    },
    open(): never {
      throw "on a board with signed updates, append with write";
    },
  };
}
