/** The MCUboot test data in test/vectors/mcuboot: images made by real tools, and keys nobody may trust. */

import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { TrustedKey } from "../../core/ports";

const FOLDER = path.join(import.meta.dirname, "../vectors/mcuboot");

export function vectorFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(FOLDER, name)));
}

/** The parsed file; the caller knows its shape. */
export function vectorJson(name: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, name), "utf8"));
}

interface Index {
  readonly keys: Record<string, { readonly public_raw_hex: string; readonly keyhash_sha256: string }>;
}

/** Read once: it is large, and every test board asks for its keys. */
let index: Index | undefined;

/** @param name `sign-a`, `sign-b` or `sign-x` (which no test board trusts) */
export function trustedKey(name: string): TrustedKey {
  index ??= vectorJson("index.json") as Index;
  const key = index.keys[name];
  if (key === undefined) {
    throw new Error(`no test key ${name}`);
  }
  return {
    publicKey: new Uint8Array(Buffer.from(key.public_raw_hex, "hex")),
    keyHash: new Uint8Array(Buffer.from(key.keyhash_sha256, "hex")),
  };
}

/** An Ed25519 signature by a test key. */
export function signWith(name: string, message: Uint8Array): Uint8Array {
  const pem = readFileSync(path.join(FOLDER, "keys", `TEST-ONLY-${name}.private.pem`), "utf8");
  return new Uint8Array(sign(null, message, createPrivateKey(pem)));
}
