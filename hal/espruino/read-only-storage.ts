/**
 * What an application gets for `require("Storage")` on a board whose Storage has no room for the one of
 * data-storage.ts: it reads the files that the host put there, and what would write is refused, because any write may
 * compact. The application keeps its data by `door.data`.
 */

import type { FlashPort } from "../../core/ports";
import type { Interpreter } from "./interpreter";

function refuse(): never {
  throw "read only: keep data by door.data";
}

export function createReadOnlyStorage(_data: FlashPort, readFile: Interpreter["storageRead"]): object {
  return {
    read: readFile,
    readJSON(name: string): unknown {
      const text = readFile(name);
      return text === undefined ? undefined : JSON.parse(text);
    },
    write: refuse,
    writeJSON: refuse,
    erase: refuse,
    eraseAll: refuse,
    compact: refuse,
    open: refuse,
  };
}
