import assert from "node:assert/strict";
import { createPrivateKey, sign } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runMain, scratchFolder, VECTORS } from "./run-main";

describe("trialboot sign with the key elsewhere", () => {
  const folder = scratchFolder();
  const flags = ["-v", "1.2.3+4", "-H", "32", "--pad-header", "-S", "0x10000", "-s", "5", "--boot-record", "JS"];
  const input = "payloads/3k.js";
  const key = "keys/TEST-ONLY-sign-a.private.pem";
  const publicKey = "keys/sign-a.public.pem";
  const direct = folder.path("direct.bin");
  const vector = folder.path("vector.bin");
  const signatureFile = folder.path("signature");
  const joined = folder.path("joined.bin");

  after(() => folder.remove());

  const fixFlags = ["--fix-sig", signatureFile, "--fix-sig-pubkey", publicKey];
  const signVector = async (extra: string[] = []): Promise<Buffer> => {
    const args = ["--vector-to-sign", "digest", "--fix-sig-pubkey", publicKey];
    const result = await runMain(["sign", ...args, ...flags, ...extra, input, vector]);
    assert.equal(result.exitCode, 0, result.stderr);
    return sign(null, readFileSync(vector), createPrivateKey(readFileSync(join(VECTORS, key))));
  };

  for (const [form, encode] of [
    ["base64 text", (signature: Buffer) => signature.toString("base64") + "\n"],
    ["64 bytes", (signature: Buffer) => signature],
  ] as const) {
    it(`gives the same image as with the key here, from a signature as ${form}`, async () => {
      writeFileSync(signatureFile, encode(await signVector()));
      const detached = await runMain(["sign", ...fixFlags, ...flags, input, joined]);
      assert.equal(detached.exitCode, 0, detached.stderr);
      await runMain(["sign", "-k", key, ...flags, input, direct]);
      assert.deepEqual(readFileSync(joined), readFileSync(direct));
    });
  }

  it("pads in the second step only", async () => {
    writeFileSync(signatureFile, await signVector(["--confirm"]));
    assert.equal(readFileSync(vector).length, 32);
    await runMain(["sign", ...fixFlags, ...flags, "--confirm", input, joined]);
    await runMain(["sign", "-k", key, ...flags, "--confirm", input, direct]);
    assert.deepEqual(readFileSync(joined), readFileSync(direct));
    assert.equal(readFileSync(joined).length, 0x10000);
  });

  it("writes as payload to sign what the digest covers", async () => {
    await runMain(["sign", "--vector-to-sign", "payload", ...flags, input, vector]);
    await runMain(["sign", ...flags, input, direct]);
    const bytes = readFileSync(vector);
    assert.deepEqual(bytes, readFileSync(direct).subarray(0, bytes.length));
  });

  it("writes the signature in base64 with --sig-out", async () => {
    await runMain(["sign", "-k", key, ...flags, "--sig-out", signatureFile, input, direct]);
    const image = readFileSync(direct);
    assert.equal(readFileSync(signatureFile, "latin1"), image.subarray(image.length - 64).toString("base64"));
  });

  it("refuses a signature over another image with exit code 20 and writes nothing", async () => {
    writeFileSync(signatureFile, await signVector(["-v", "1.2.4"]));
    const target = folder.path("none.bin");
    const result = await runMain(["sign", ...fixFlags, ...flags, input, target]);
    assert.equal(result.exitCode, 20);
    assert.match(result.stderr, /does not belong to this image and this public key[^]*same INPUT and flags/);
    assert.equal(existsSync(target), false);
  });

  it("refuses files that are no signature as malformed", async () => {
    for (const content of ["", "AAAA", "not base64 at all!", Buffer.alloc(65), Buffer.alloc(63).toString("base64")]) {
      writeFileSync(signatureFile, content);
      const result = await runMain(["sign", ...fixFlags, ...flags, input, joined]);
      assert.equal(result.exitCode, 24);
      assert.match(result.stderr, /not an Ed25519 signature/);
    }
  });

  const contradictions: readonly (readonly [string, string[], RegExp])[] = [
    ["a signature without its public key", ["--fix-sig", "x"], /needs the public key/],
    ["a signature and a key", ["--fix-sig", "x", "--fix-sig-pubkey", publicKey, "-k", key], /contradict each other/],
    ["both steps at once", ["--vector-to-sign", "digest", ...fixFlags], /two steps/],
    ["a public key alone", ["--fix-sig-pubkey", publicKey], /needs --fix-sig/],
    ["a signature file for a vector", ["--vector-to-sign", "digest", "--sig-out", "x"], /no signature for --sig-out/],
    ["a vector of another kind", ["--vector-to-sign", "hash"], /not a value of --vector-to-sign/],
  ];
  for (const [title, extra, message] of contradictions) {
    it(`refuses ${title} as a usage error`, async () => {
      const result = await runMain(["sign", ...extra, ...flags, input, folder.path("none.bin")]);
      assert.equal(result.exitCode, 2, result.stderr);
      assert.match(result.stderr, message);
    });
  }

  it("refuses to write a vector as Intel HEX", async () => {
    const result = await runMain(["sign", "--vector-to-sign", "digest", ...flags, input, folder.path("v.hex")]);
    assert.equal(result.exitCode, 2);
    assert.match(result.stderr, /plain bytes/);
  });
});
