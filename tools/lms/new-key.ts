/** A new LMS key pair: key file, state file, tree. */

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { shown } from "../arguments";
import type { Context } from "../context";
import { failure } from "../errors";
import { createFile, resolvePath } from "../files";
import type { Output } from "../output";
import { realDisk, replaceDurably } from "./disk";
import { formatLmsKeyFile, sealSeed } from "./key-file";
import type { LmsParameterSet } from "./parameters";
import { progressLine } from "./progress";
import { formatState, lmsPathsOf } from "./state";
import { buildTree, publicKeyOf } from "./tree";

/**
 * Makes the key and writes its three files. The key file comes last: without it the others are nothing.
 * Refuses (failure) to touch existing files.
 *
 * @returns the public key (RFC 8554, 5.3)
 */
export function createLmsKey(
  context: Context,
  output: Output,
  path: string,
  set: LmsParameterSet,
  passphrase: string | undefined,
): Uint8Array {
  const secret = { set, identifier: randomBytes(16), seed: randomBytes(set.hashBytes) };
  const fullPath = resolvePath(context, path);
  for (const existing of [fullPath, `${fullPath}.state`, `${fullPath}.tree`]) {
    if (realDisk.read(existing) !== undefined) {
      throw failure(`${shown(existing)} exists already and is not overwritten.`, "Name another, or move it away.");
    }
  }
  if (!existsSync(dirname(fullPath))) {
    throw failure(`${shown(path)} cannot be written: there is no such file or folder.`, "Make the folder first.");
  }
  const privateKeyPem = sealSeed(secret.seed, passphrase);
  const tree = buildTree(secret, progressLine(context, output));
  const publicKey = publicKeyOf(secret, tree);
  const paths = lmsPathsOf(context, path, fullPath, publicKey);
  createFile(context, paths.state, formatState(publicKey, 0), 0o600);
  createFile(context, path, formatLmsKeyFile({ set, publicKey, reservedLeaves: 0, privateKeyPem }), 0o600);
  realDisk.syncFolder(dirname(fullPath));
  replaceDurably(realDisk, paths.tree, tree, 0o600);
  return publicKey;
}
