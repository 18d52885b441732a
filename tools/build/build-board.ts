/** All files of one board, written to a folder. The same sources give the same bytes. */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TrustedKey } from "../../core/ports";
import { loadBoard } from "../boards";
import { keyStoreFile } from "../key-store";
import { buildBundle } from "./bundle";
import { engineOf } from "./engines";
import { boardTargets } from "./targets";

export interface BuiltFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

function write(folder: string, file: string, bytes: Uint8Array): BuiltFile {
  writeFileSync(path.join(folder, file), bytes);
  return { name: file, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * @param name the board's name in boards/
 * @param folder absolute path; made if it does not exist
 * @param keys what the board is to trust: then its key store is written too, as keys.bin
 * @throws ToolError for an unknown board, Error for code that the engine cannot run
 */
export async function buildBoard(
  name: string,
  folder: string,
  keys: readonly TrustedKey[] = [],
): Promise<BuiltFile[]> {
  const board = loadBoard(name);
  const engine = engineOf(board);
  mkdirSync(folder, { recursive: true });
  const files: BuiltFile[] = [];
  for (const target of boardTargets(board)) {
    const text = `${await buildBundle(target, engine)}\n`;
    files.push(write(folder, `${target.name}.js`, Buffer.from(text, "ascii")));
  }
  if (keys.length > 0) {
    files.push(write(folder, "keys.bin", keyStoreFile(board.signatures, keys)));
  }
  return files;
}
