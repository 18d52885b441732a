/**
 * One process at a time signs with a key: a file that only one can create. It is never removed for another process by
 * itself. Two processes that both find a dead owner would race to remove its lock, and the slower one would remove the
 * lock that the faster one has just made; so a person decides (--break-lock), and a live owner is refused even then.
 */

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { shown } from "../arguments";
import { failure, systemCode } from "../errors";
import type { LmsDisk } from "./disk";

export interface Lock {
  /** Whether the lock is still this process's own. Asked before every leaf. */
  isHeld(): boolean;
  release(): void;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

function ownerOf(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    const isWhole =
      Number.isSafeInteger(owner?.pid) && typeof owner?.host === "string" && typeof owner.since === "string";
    return isWhole ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine runs; a number that was given to another process meanwhile counts as running. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/**
 * Refuses (failure): the lock is there, and `breakLock` is not set or its owner still runs on this machine.
 *
 * @param name the key's file, for messages
 */
export function takeLock(disk: LmsDisk, path: string, name: string, breakLock: boolean): Lock {
  const nonce = randomBytes(16).toString("hex");
  const since = new Date().toISOString();
  const text = JSON.stringify({ pid: process.pid, host: hostname(), since, nonce }) + "\n";
  if (!disk.create(path, text, 0o600)) {
    refuseOrBreak(disk, path, name, breakLock);
    if (!disk.create(path, text, 0o600)) {
      throw failure(`Another process took the lock of ${shown(name)} first.`, "Wait for it, then try again.");
    }
  }
  const isHeld = (): boolean => Buffer.from(disk.read(path) ?? []).toString("utf8") === text;
  return {
    isHeld,
    release: () => {
      if (isHeld()) {
        disk.remove(path);
      }
    },
  };
}

function refuseOrBreak(disk: LmsDisk, path: string, name: string, breakLock: boolean): void {
  const owner = ownerOf(Buffer.from(disk.read(path) ?? []).toString("utf8"));
  const who = owner === undefined ? "" : ` by process ${owner.pid} on ${shown(owner.host)} since ${shown(owner.since)}`;
  const isHere = owner !== undefined && owner.host === hostname();
  if (isHere && isRunning(owner.pid)) {
    throw failure(
      `${shown(name)} is locked${who}, which runs.`,
      `Wait until it has signed. If that is another program by now, remove ${shown(path)} yourself.`,
    );
  }
  if (!breakLock) {
    throw failure(
      `${shown(name)} is locked${who}${isHere ? ", which has ended" : ""}.`,
      "If nothing signs with this key now, on any machine, say --break-lock. No signature is lost by it.",
    );
  }
  disk.remove(path);
}
