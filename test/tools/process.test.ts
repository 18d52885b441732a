import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { scratchFolder, VECTORS } from "./run-main";

const PROGRAM = fileURLToPath(new URL("../../bin/trialboot.js", import.meta.url));

describe("trialboot as a process", () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  const start = (...argv: string[]): { status: number | null; stdout: string; stderr: string } => {
    const env = { ...process.env, TRIALBOOT_DEBUG: "", TRIALBOOT_PASSPHRASE: "" };
    return spawnSync(process.execPath, [PROGRAM, ...argv], { cwd: VECTORS, encoding: "utf8", env });
  };

  it("signs a file that it then accepts", () => {
    const image = folder.path("image.bin");
    const flags = ["-v", "1.0.0", "-H", "32", "--pad-header", "-S", "0x20000", "-s", "3"];
    const signed = start("sign", "-k", "keys/TEST-ONLY-sign-a.private.pem", ...flags, "payloads/1k.js", image);
    assert.equal(signed.status, 0, signed.stderr);
    assert.equal(readFileSync(image).readUInt32LE(0), 0x96f3b83d);
    const verified = start("verify", image, "--key", "keys/sign-a.public.pem", "--counter-floor", "3", "--json");
    assert.equal(verified.status, 0, verified.stderr);
    assert.equal((JSON.parse(verified.stdout) as { ok: boolean }).ok, true);
  });

  it("hands its exit code to the shell, messages to stderr, and no stack trace", () => {
    const refused = start("verify", "images/bad/hash-bitflip.bin", "--key", "keys/sign-a.public.pem");
    assert.equal(refused.status, 20);
    assert.match(refused.stderr, /^error: The digest does not match/);
    const usage = start("verify", "--nothing");
    assert.equal(usage.status, 2);
    assert.equal(usage.stdout, "");
    assert.doesNotMatch(usage.stderr, /\n {4}at /);
  });
});
