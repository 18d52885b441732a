/** All files of one board, written to a folder. The same sources give the same bytes. */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadBoard } from "../boards";
import { buildBundle } from "./bundle";
import { type Engine, ENGINES } from "./engines";
import { BOARD_TARGETS } from "./targets";

export interface BuiltFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The engine of a board file. */
export function engineOf(board: { readonly engine: { readonly name: string } }): Engine {
  const engine = ENGINES[board.engine.name];
  if (engine === undefined) {
    throw new Error(`tools/build/engines.ts does not know the engine ${board.engine.name}.`);
  }
  return engine;
}

/**
 * @param name the board's name in boards/
 * @param folder absolute path; made if it does not exist
 * @throws ToolError for an unknown board, Error for code that the engine cannot run
 */
export async function buildBoard(name: string, folder: string): Promise<BuiltFile[]> {
  const engine = engineOf(loadBoard(name));
  mkdirSync(folder, { recursive: true });
  const files: BuiltFile[] = [];
  for (const target of BOARD_TARGETS) {
    const bytes = Buffer.from(`${await buildBundle(target, engine)}\n`, "ascii");
    const file = `${target.name}.js`;
    writeFileSync(path.join(folder, file), bytes);
    files.push({ name: file, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
  }
  return files;
}
