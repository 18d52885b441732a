/**
 * Which leaf comes next. A leaf that signs twice gives the key away, so the number is kept in three places, and each
 * of them is written and synced before a signature leaves:
 *
 * - the registry: the user's own folder for state, which backups of the key do not restore;
 * - the reserve mark in the key file: all leaves below it may have been used;
 * - the state file beside the key file.
 *
 * They are written in this order. A crash in between leaves the state file one behind the others, and the leaf in
 * question is given up. A state file that is further behind is a copy: somebody restored it, or signs elsewhere.
 */

import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { shown } from "../arguments";
import type { Context } from "../context";
import { failure, systemSentence } from "../errors";
import { hexText, type Output } from "../output";
import { type LmsDisk, replaceDurably } from "./disk";
import { isLeafCount, type LmsKeyFile } from "./key-file";

const STATE_TYPE = "trialboot LMS state";

export interface LmsPaths {
  /** As the user named it, for messages. */
  readonly name: string;
  readonly key: string;
  readonly state: string;
  readonly tree: string;
  readonly lock: string;
  /** `undefined` where the user has no folder for state. */
  readonly registry: string | undefined;
}

/** @param key full path of the key file */
export function lmsPathsOf(context: Context, name: string, key: string, publicKey: Uint8Array): LmsPaths {
  const folder = registryFolder(context);
  const id = createHash("sha256").update(publicKey).digest("hex").slice(0, 32);
  return {
    name,
    key,
    state: `${key}.state`,
    tree: `${key}.tree`,
    lock: `${key}.lock`,
    registry: folder === undefined ? undefined : join(folder, `${id}.state`),
  };
}

/** The XDG folder for state (basedir-spec), and its counterpart on Windows. */
function registryFolder(context: Context): string | undefined {
  const { XDG_STATE_HOME: xdg, LOCALAPPDATA: windows, HOME: home } = context.env;
  if (xdg !== undefined && xdg !== "") {
    return join(xdg, "trialboot", "lms");
  }
  if (windows !== undefined && windows !== "") {
    return join(windows, "trialboot", "lms");
  }
  return home === undefined || home === "" ? undefined : join(home, ".local", "state", "trialboot", "lms");
}

export function formatState(publicKey: Uint8Array, nextLeaf: number): string {
  return JSON.stringify({ type: STATE_TYPE, version: 1, publicKey: hexText(publicKey), nextLeaf }, undefined, 2) + "\n";
}

/** The next leaf by a state file or the registry; `undefined` if there is no file. Refuses (failure) all others. */
function readNextLeaf(disk: LmsDisk, path: string, key: LmsKeyFile): number | undefined {
  const bytes = disk.read(path);
  if (bytes === undefined) {
    return undefined;
  }
  let fields: Partial<Record<string, unknown>> | null = null;
  try {
    fields = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<Record<string, unknown>> | null;
  } catch {
    // Left null, and so refused below.
  }
  const { type, version, publicKey, nextLeaf } = fields ?? {};
  if (type !== STATE_TYPE || version !== 1 || publicKey !== hexText(key.publicKey) || !isLeafCount(key.set, nextLeaf)) {
    throw failure(
      `${shown(path)} is damaged, or the state of another key.`,
      "Put its newest copy back. A state must never be guessed: a leaf that signs twice gives the key away.",
    );
  }
  return nextLeaf;
}

export interface LmsMarks {
  readonly state: number;
  readonly reserve: number;
  readonly registry: number | undefined;
  /** The first leaf that nothing known has used. */
  readonly nextLeaf: number;
}

/** What the three places say. Refuses (failure): no state file, or a damaged one; a registry that cannot be read. */
export function readMarks(disk: LmsDisk, paths: LmsPaths, key: LmsKeyFile): LmsMarks {
  const state = readNextLeaf(disk, paths.state, key);
  if (state === undefined) {
    throw failure(
      `The state file ${shown(paths.name)}.state is missing; without it nobody knows which leaves are used.`,
      "Put its newest copy back beside the key. If it is lost, this key must not sign again: make a new one.",
    );
  }
  const registry = paths.registry === undefined ? undefined : readNextLeaf(disk, paths.registry, key);
  return { state, reserve: key.reservedLeaves, registry, nextLeaf: Math.max(state, key.reservedLeaves, registry ?? 0) };
}

/** Refuses (failure) a state file that is a copy older than the reserve mark or the registry. */
export function refuseOldCopy(paths: LmsPaths, marks: LmsMarks): void {
  if (marks.state < marks.nextLeaf - 1) {
    const by = marks.reserve === marks.nextLeaf ? "the key file's reserve mark" : "the record in your home folder";
    throw failure(
      `${shown(paths.name)}.state is an old copy: its next leaf is ${marks.state}, but by ${by} ` +
        `${marks.nextLeaf} leaves are used.`,
      "Put the newest copy of the state file back. If the key is in use on another machine, sign there only.",
    );
  }
}

/** Writes a leaf off in all three places. When this returns, no later run takes it. */
export function writeLeafOff(
  disk: LmsDisk,
  output: Output,
  paths: LmsPaths,
  key: LmsKeyFile,
  leaf: number,
  formatKey: (reservedLeaves: number) => string,
): void {
  const state = formatState(key.publicKey, leaf + 1);
  if (paths.registry !== undefined) {
    writeRegistry(disk, output, paths.registry, state);
  }
  try {
    replaceDurably(disk, paths.key, formatKey(leaf + 1), 0o600);
    replaceDurably(disk, paths.state, state, 0o600);
  } catch (error) {
    throw failure(
      `The state of ${shown(paths.name)} cannot be written, so nothing was signed: ${systemSentence(error)}.`,
      "Key and state have to be in a folder that can be written to.",
    );
  }
}

/** The third place is a help, not a condition: where it cannot be written, the other two still hold. */
function writeRegistry(disk: LmsDisk, output: Output, path: string, state: string): void {
  try {
    mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
    replaceDurably(disk, path, state, 0o600);
  } catch (error) {
    output.warning(`${shown(path)} cannot be written (${systemSentence(error)}): old copies may go unnoticed.`);
  }
}
