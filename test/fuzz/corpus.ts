/** Inputs that are kept: those that reach something (corpus), and those that once broke something (crashes). */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../../tools/build/repository";

const FOLDER = path.join(REPOSITORY, "test", "fuzz");

export type Kept = "corpus" | "crashes";

function folderOf(kept: Kept, target: string): string {
  return path.join(FOLDER, kept, target);
}

function nameOf(input: Uint8Array): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 16) + ".bin";
}

export interface KeptInput {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** By name; none where the folder is missing. */
export function readKept(kept: Kept, target: string): KeptInput[] {
  const folder = folderOf(kept, target);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names
    .filter((name) => name.endsWith(".bin"))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(path.join(folder, name))) }));
}

/** Keeps an input under a name made of its content. @returns its path from the root */
export function keep(kept: Kept, target: string, input: Uint8Array): string {
  const folder = folderOf(kept, target);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, nameOf(input));
  writeFileSync(file, input);
  return path.relative(REPOSITORY, file);
}

/** Puts these inputs in place of a target's corpus. */
export function replaceCorpus(target: string, inputs: readonly Uint8Array[]): void {
  rmSync(folderOf("corpus", target), { recursive: true, force: true });
  inputs.forEach((input) => keep("corpus", target, input));
}
