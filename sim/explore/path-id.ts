/** Ids of paths: short, complete, and with a checksum, so that a mistyped one is noticed. */

import { shortCrc32 } from "./fast-hash";
import type { Move } from "./moves";
import { moveText, parseMove } from "./moves";

/** A path from the factory state of a story on a board. */
export interface ExploredPath {
  readonly board: string;
  readonly story: string;
  readonly moves: readonly Move[];
}

const CHECK_DIGITS = 4;
const BASE = 36;

/** The id is none of ours, or damaged. */
export class PathIdError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "PathIdError";
  }
}

function checkOf(text: string): string {
  const crc = shortCrc32(new TextEncoder().encode(text)) % BASE ** CHECK_DIGITS;
  return crc.toString(BASE).padStart(CHECK_DIGITS, "0");
}

/** `esp32.update.pi@3t28-wn.k3f9` */
export function pathId(path: ExploredPath): string {
  const text = `${path.board}.${path.story}.${path.moves.map(moveText).join("-")}`;
  return `${text}.${checkOf(text)}`;
}

/** The path that an id names. Throws PathIdError with what is wrong with it. */
export function parsePathId(id: string): ExploredPath {
  const parts = id.split(".");
  if (parts.length !== 4) {
    throw new PathIdError("it does not have the four parts board.story.path.check");
  }
  const [board, story, path, check] = parts;
  if (checkOf(parts.slice(0, 3).join(".")) !== check) {
    throw new PathIdError("its check digits are wrong: a character was lost or changed");
  }
  const moves = path === "" ? [] : path.split("-").map(parseMove);
  if (moves.includes(undefined)) {
    throw new PathIdError("its path was written by another version of trialboot");
  }
  return { board, story, moves: moves as Move[] };
}
