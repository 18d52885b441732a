/** Signing with an LMS key: the leaf is written off on disk before the signature exists. */

import { hash, randomBytes } from "node:crypto";
import { lmsParameters, type LmsServices, verifyLms } from "../../core/crypto/lms";
import { shown } from "../arguments";
import type { Context } from "../context";
import { failure } from "../errors";
import { isReadableByOthers, readFile, resolvePath, SMALL_FILE_BYTES_MAX } from "../files";
import type { PassphraseSource } from "../keys/key-file";
import type { Output } from "../output";
import { type LmsDisk, realDisk, replaceDurably } from "./disk";
import { formatLmsKeyFile, looksLikeLmsKeyFile, type LmsKeyFile, openSeed, parseLmsKeyFile } from "./key-file";
import { type Lock, takeLock } from "./lock";
import { type LmsSecret, signOneTime } from "./one-time";
import { leavesOf } from "./parameters";
import { progressLine } from "./progress";
import { type LmsPaths, lmsPathsOf, readMarks, refuseOldCopy, writeLeafOff } from "./state";
import { buildTree, leadsToRoot, type LmsTree, nodeOf, pathOf, treeBytes } from "./tree";

/** Below this share of its leaves, a key warns of its end at every signature. */
const LOW_SHARE = 0.1;

const SERVICES: LmsServices = { sha256: (bytes) => hash("sha256", bytes, "buffer"), pause: () => undefined };

export interface LmsSigner {
  /** LMS public key (RFC 8554, 5.3). */
  readonly publicKey: Uint8Array;
  readonly signatureBytes: number;
  /** Signatures that are left. */
  readonly remaining: number;
  /**
   * The LMS signature (RFC 8554, 5.4) of `message`. Uses up a leaf, also where it fails later than the writing of the
   * state. Says on `output` how many are left.
   *
   * Refuses (failure): no leaf is left; the lock was lost; the state cannot be written.
   */
  sign(message: Uint8Array): Uint8Array;
  /** Gives the lock back. */
  close(): void;
}

export interface LmsSignerOptions {
  /** Take the lock of a process that has ended, or that runs on another machine. */
  readonly breakLock?: boolean;
  /** For tests. */
  readonly disk?: LmsDisk;
}

/** The key file at `path`. Refuses (failure): missing, not an LMS private key, damaged. */
export function readLmsKeyFile(context: Context, path: string): LmsKeyFile {
  const bytes = readFile(context, path, SMALL_FILE_BYTES_MAX);
  if (!looksLikeLmsKeyFile(bytes)) {
    throw failure(
      `${shown(path)} is not an LMS private key.`,
      "Make one with: trialboot keys new --type lms -o key.lms",
    );
  }
  return parseLmsKeyFile(path, bytes);
}

/**
 * Opens an LMS private key for signing. `close` must be called, whatever happens.
 *
 * Refuses (failure): a file that is no LMS private key; no passphrase or a wrong one; a lock (see lock.ts); a state
 * file that is missing, damaged, or a copy older than the reserve mark; a key without a leaf left.
 */
export async function openLmsSigner(
  context: Context,
  output: Output,
  path: string,
  source: PassphraseSource,
  options: LmsSignerOptions = {},
): Promise<LmsSigner> {
  const disk = options.disk ?? realDisk;
  const { publicKey } = readLmsKeyFile(context, path);
  const paths = lmsPathsOf(context, path, resolvePath(context, path), publicKey);
  if (isReadableByOthers(context, path)) {
    output.warning(`${shown(path)} can be read by other users of this machine. Run: chmod 600 ${shown(path)}`);
  }
  const lock = takeLock(disk, paths.lock, path, options.breakLock ?? false);
  try {
    // Read again: only under the lock does the file hold still.
    const file = readLmsKeyFile(context, path);
    const marks = readMarks(disk, paths, file);
    refuseOldCopy(paths, marks);
    if (marks.nextLeaf === leavesOf(file.set)) {
      throw exhausted(path);
    }
    if (marks.registry === undefined && paths.registry !== undefined && marks.nextLeaf > 0) {
      output.warning(
        `${shown(path)} has signed before, but not on this machine. If key and state come from a backup, signatures ` +
          "made after that backup are not known here, and signing again would give the key away.",
      );
    }
    const seed = await openSeed(context, path, file, source);
    const secret = { set: file.set, identifier: file.publicKey.slice(8, 24), seed };
    const tree = readTree(disk, output, context, paths, file, secret, marks.nextLeaf);
    return createSigner({ disk, output, paths, file, secret, tree, lock }, marks.nextLeaf);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function exhausted(path: string): Error {
  return failure(
    `${shown(path)} is used up: each of its leaves has signed, and none may sign twice.`,
    "Make a new key, and bring it to the boards with an update that another trusted key signs.",
  );
}

/** The nodes from their file, or computed anew where that does not belong to the key. */
function readTree(
  disk: LmsDisk,
  output: Output,
  context: Context,
  paths: LmsPaths,
  file: LmsKeyFile,
  secret: LmsSecret,
  nextLeaf: number,
): LmsTree {
  const root = file.publicKey.subarray(24);
  const stored = disk.read(paths.tree);
  if (stored?.length === treeBytes(file.set) && leadsToRoot(secret, stored, nextLeaf, root)) {
    return stored;
  }
  output.note(`${shown(paths.name)}.tree is missing or damaged; computing it again.`);
  const tree = buildTree(secret, progressLine(context, output));
  if (!Buffer.from(nodeOf(file.set, tree, 1)).equals(root)) {
    throw failure(`The seed in ${shown(paths.name)} does not fit its public key.`, "Get the file from its backup.");
  }
  replaceDurably(disk, paths.tree, tree, 0o600);
  return tree;
}

interface OpenKey {
  readonly disk: LmsDisk;
  readonly output: Output;
  readonly paths: LmsPaths;
  readonly file: LmsKeyFile;
  readonly secret: LmsSecret;
  readonly tree: LmsTree;
  readonly lock: Lock;
}

function createSigner(key: OpenKey, firstLeaf: number): LmsSigner {
  const { file, secret, paths, output, lock } = key;
  const leaves = leavesOf(file.set);
  let nextLeaf = firstLeaf;
  return {
    publicKey: file.publicKey,
    signatureBytes: lmsParameters(file.publicKey)?.signatureBytes ?? 0,
    get remaining() {
      return leaves - nextLeaf;
    },
    sign(message) {
      if (nextLeaf >= leaves) {
        throw exhausted(paths.name);
      }
      if (!lock.isHeld()) {
        throw failure(
          `The lock of ${shown(paths.name)} was taken by another process; nothing was signed.`,
          "Find out who signs with this key, then try again.",
        );
      }
      const leaf = nextLeaf;
      // Counted first, so that an error on the way does not leave the leaf for the next call.
      nextLeaf++;
      writeLeafOff(key.disk, output, paths, file, leaf, (reservedLeaves) =>
        formatLmsKeyFile({ ...file, reservedLeaves }),
      );
      const signature = signWithLeaf(secret, key.tree, leaf, message);
      if (!verifyLms(SERVICES, file.publicKey, message, signature)) {
        throw failure(
          `A signature by ${shown(paths.name)} does not verify, and was not released.`,
          `Remove ${shown(paths.name)}.tree, which is made again, and sign once more.`,
        );
      }
      sayWhatIsLeft(output, paths, leaves - nextLeaf, leaves);
      return signature;
    },
    close: () => lock.release(),
  };
}

/** RFC 8554, 5.4.1. */
function signWithLeaf(secret: LmsSecret, tree: LmsTree, leaf: number, message: Uint8Array): Uint8Array {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(leaf, 0);
  numbers.writeUInt32BE(secret.set.type, 4);
  const oneTime = signOneTime(secret, leaf, message, randomBytes(secret.set.hashBytes));
  const path = pathOf(secret.set, tree, leaf);
  return new Uint8Array(Buffer.concat([numbers.subarray(0, 4), oneTime, numbers.subarray(4), ...path]));
}

function sayWhatIsLeft(output: Output, paths: LmsPaths, left: number, leaves: number): void {
  const text = `${shown(paths.name)} can sign ${left} more times, of ${leaves}.`;
  if (left < leaves * LOW_SHARE) {
    output.warning(`${text} Prepare its successor: bring a new key to the boards while this one can still sign.`);
  } else {
    output.note(text);
  }
}
