/** Entries of an answer's map. */

import type { CborWriter } from "./cbor-writer";

/** Writes a key and its value: an unsigned number, a flag, a text of characters below 256, or bytes. */
export function writeEntry(writer: CborWriter, key: string, value: number | boolean | string | Uint8Array): void {
  writer.key(key);
  if (typeof value === "number") {
    writer.unsigned(value);
  } else if (typeof value === "boolean") {
    writer.flag(value);
  } else if (typeof value === "string") {
    writer.text(value);
  } else {
    writer.bytes(value);
  }
}
