/** `require("Storage")` on the machine's application storage. */

import type { ApplicationHost } from "../host";
import { byteString } from "./text";
import type { Globals } from "./types";

/** What Storage makes of the data given to `write`: plain objects become JSON. */
function contentOf(data: unknown): string {
  const plain = typeof data === "object" && data !== null && !ArrayBuffer.isView(data) && !Array.isArray(data);
  const isBuffer = Object.prototype.toString.call(data) === "[object ArrayBuffer]";
  return plain && !isBuffer ? JSON.stringify(data) : byteString(data);
}

export function storageModule(host: ApplicationHost): Globals {
  const { storage } = host.devices;
  return {
    read: (name: unknown, offset = 0, length?: number) => {
      const content = storage.read(String(name));
      return content?.slice(offset, length === undefined || length === 0 ? undefined : offset + length);
    },
    readArrayBuffer: (name: unknown) => {
      const content = storage.read(String(name));
      return content === undefined ? undefined : new Uint8Array(Buffer.from(content, "latin1")).buffer;
    },
    readJSON: (name: unknown, noExceptions?: boolean) => {
      const content = storage.read(String(name));
      try {
        return content === undefined ? undefined : (JSON.parse(content) as unknown);
      } catch (error) {
        if (noExceptions === true) {
          return undefined;
        }
        throw error;
      }
    },
    write: (name: unknown, data: unknown, offset?: number, size?: number) =>
      storage.write(String(name), contentOf(data), offset, size),
    writeJSON: (name: unknown, data: unknown) => storage.write(String(name), JSON.stringify(data)),
    erase: (name: unknown) => storage.erase(String(name)),
    eraseAll: () => storage.eraseAll(),
    list: (pattern?: RegExp) => storage.list().filter((name) => pattern === undefined || name.match(pattern) !== null),
    getFree: () => storage.freeBytes(),
    hash: (pattern?: RegExp) => storage.list().filter((name) => pattern === undefined || name.match(pattern)).length,
    compact: () => undefined,
  };
}
