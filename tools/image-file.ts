/** Image and payload files: Intel HEX if the name ends in .hex, otherwise the bytes as they are. */

import type { Context } from "./context";
import { FILE_BYTES_MAX, readFile } from "./files";
import { parseIntelHex } from "./hex/intel-hex";

export interface ImageFile {
  readonly bytes: Uint8Array;
  /** Where a HEX file puts its first byte; `undefined` for other files. */
  readonly address: number | undefined;
}

export function isHexName(path: string): boolean {
  return /\.hex$/i.test(path);
}

/** Refuses (failure) unreadable and oversized files, (malformed) bad Intel HEX. */
export function readImageFile(context: Context, path: string): ImageFile {
  const bytes = readFile(context, path, FILE_BYTES_MAX);
  if (!isHexName(path)) {
    return { bytes, address: undefined };
  }
  return parseIntelHex(Buffer.from(bytes).toString("latin1"), FILE_BYTES_MAX);
}
