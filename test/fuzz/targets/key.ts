/** Public key files: refused in words, or a key that boards can trust. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Context } from "../../../tools/context";
import { ToolError } from "../../../tools/errors";
import { trustedKeysOf } from "../../../tools/keys/trusted-keys";
import type { FuzzTarget } from "../target";

const folder = mkdtempSync(path.join(tmpdir(), "trialboot-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const FILE = path.join(folder, "key.pem");

const context: Context = {
  env: {},
  cwd: folder,
  stdout: () => undefined,
  stderr: () => undefined,
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
  askSecret: () => Promise.resolve(undefined),
};

function vector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../vectors/mcuboot/keys/${name}`, import.meta.url)));
}

export const target: FuzzTarget = {
  name: "key",
  maxBytes: 2048,
  seeds: () => ["TEST-ONLY-sign-a.private.pem", "sign-a.public.pem", "sign-b.public.pem"].map(vector),
  words: [
    "-----BEGIN PUBLIC KEY-----\n", "-----END PUBLIC KEY-----\n", "PRIVATE", "ENCRYPTED ", "EC ", "MCowBQYDK2VwAyEA",
  ],
  run(input) {
    writeFileSync(FILE, input);
    let keys;
    try {
      keys = trustedKeysOf(context, [FILE]);
    } catch (error) {
      assert.ok(error instanceof ToolError && error.message.length > 0, String(error));
      return;
    }
    assert.equal(keys.length, 1);
    const { publicKey, keyHash } = keys[0];
    assert.equal(keyHash.length, 32);
    assert.ok(publicKey.length >= 32);
    if (publicKey.length === 32) {
      const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]);
      assert.deepEqual(keyHash, new Uint8Array(createHash("sha256").update(der).digest()));
    }
    assert.deepEqual(trustedKeysOf(context, [FILE]), keys, "the key changes");
  },
};
