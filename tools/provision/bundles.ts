/** The bundles that a board's files consist of, each built once in a process. */

import type { BoardFile } from "../board/board-data";
import { type Engine, engineOf } from "../build/engines";
import type { BundleTarget } from "../build/targets";
import { verifierTarget } from "../build/targets";

const built = new Map<string, Promise<string>>();

/** The compilers are loaded only where something is built. */
async function build(target: BundleTarget, engine: Engine): Promise<string> {
  const { buildBundle } = await import("../build/bundle");
  return await buildBundle(target, engine);
}

/** The bundle of `target` for the engine of `board`. */
export function bundleFor(board: BoardFile, target: BundleTarget): Promise<string> {
  const engine = engineOf(board);
  const key = [engine.name, target.entry, target.exported].join(" ");
  const text = built.get(key) ?? build(target, engine);
  built.set(key, text);
  return text;
}

/** A part of the boot chain: its inner properties have short names, the same in each, and methods one scope. */
export function partBundle(
  board: BoardFile, entry: string, exported: string, separate: readonly string[] = [],
): Promise<string> {
  return bundleFor(board, { name: entry, entry, exported, hasInnerNames: true, hasFlatClasses: true, separate });
}

/** The verifier of the board's schemes. */
export function verifierBundle(board: BoardFile): Promise<string> {
  return bundleFor(board, verifierTarget(board));
}
