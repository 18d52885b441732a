import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { lmsParameters } from "../../core/crypto/lms";
import { runMain, scratchFolder } from "./run-main";

const ED_PRIVATE = "keys/TEST-ONLY-sign-a.private.pem";
const ED_PUBLIC = "keys/sign-a.public.pem";
const FLAGS = ["-v", "1.2.3", "-H", "32", "--pad-header", "-S", "0x10000", "-s", "5"];
const INPUT = "payloads/3k.js";

describe("trialboot sign with an LMS key", () => {
  const folder = scratchFolder();
  const key = folder.path("release.lms");
  const publicKey = folder.path("release.lms.pem");
  const image = folder.path("app.bin");

  const run = async (...argv: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> =>
    runMain(argv, { env: { XDG_STATE_HOME: folder.path("state"), HOME: folder.path("home") } });
  const ok = async (...argv: readonly string[]): Promise<string> => {
    const result = await run(...argv);
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  };
  const left = async (): Promise<number> => {
    const shown = JSON.parse(await ok("keys", "show", key, "--json")) as { remaining: number };
    return shown.remaining;
  };

  before(async () => {
    await ok("keys", "new", "--type", "lms", "--lms", "M24_H5_W8", "-o", key);
    await ok("keys", "public", key, "-o", publicKey);
  });

  after(() => folder.remove());

  it("makes an image that verifies by this key alone", async () => {
    await ok("sign", "--lms-key", key, ...FLAGS, INPUT, image);
    await ok("verify", image, "--key", publicKey, "--counter-floor", "5");
    const other = await run("verify", image, "--key", ED_PUBLIC);
    assert.deepEqual([other.exitCode, /key-unknown/.test(other.stdout)], [20, true]);
  });

  it("makes a hybrid image that verifies by either key, and by both where all must hold", async () => {
    await ok("sign", "--lms-key", key, "-k", ED_PRIVATE, ...FLAGS, INPUT, image);
    await ok("verify", image, "--key", publicKey);
    await ok("verify", image, "--key", ED_PUBLIC);
    await ok("verify", image, "--key", ED_PUBLIC, "--key", publicKey, "--policy", "all");
    await ok("sign", "-k", ED_PRIVATE, ...FLAGS, INPUT, image);
    const single = await run("verify", image, "--key", ED_PUBLIC, "--key", publicKey, "--policy", "all");
    assert.deepEqual([single.exitCode, /signature-missing/.test(single.stdout)], [20, true]);
  });

  it("names the key and the leaf in trialboot info", async () => {
    const before = await left();
    await ok("sign", "--lms-key", key, ...FLAGS, INPUT, image);
    const entry = new RegExp(`LMS +0x54a0 +\\d+ +leaf ${String(32 - before)} of key [0-9a-f]{16}`);
    assert.match(await ok("info", image), entry);
  });

  it("counts each signature down, in words and in JSON", async () => {
    const before = await left();
    const answer = JSON.parse(await ok("sign", "--lms-key", key, ...FLAGS, INPUT, image, "--json")) as {
      lmsSignaturesLeft: number; lmsKeyHash: string; keyHash: null;
    };
    assert.deepEqual([answer.lmsSignaturesLeft, answer.keyHash], [before - 1, null]);
    assert.match(answer.lmsKeyHash, /^[0-9a-f]{64}$/);
    assert.equal(await left(), before - 1);
  });

  it("uses up no leaf for an image that cannot be made", async () => {
    const before = await left();
    const small = ["-v", "1.2.3", "-H", "32", "--pad-header", "-S", "4096", "-s", "5"];
    assert.equal((await run("sign", "--lms-key", key, ...small, INPUT, image)).exitCode, 1);
    assert.equal((await run("sign", "--lms-key", key, ...FLAGS, "payloads/missing.js", image)).exitCode, 1);
    assert.equal((await run("sign", "--lms-key", key, "-v", "x", "-H", "32", "-S", "4096", INPUT, image)).exitCode, 2);
    assert.equal(await left(), before);
  });

  it("signs only here: not in two steps, and not with a key's file as the output", async () => {
    const before = await left();
    for (const [extra, sentence] of [
      [["--vector-to-sign", "digest"], /--lms-key signs here/],
      [["--fix-sig", image, "--fix-sig-pubkey", ED_PUBLIC], /--lms-key signs here/],
    ] as const) {
      const result = await run("sign", "--lms-key", key, ...extra, ...FLAGS, INPUT, image);
      assert.equal(result.exitCode, 2);
      assert.match(result.stderr, sentence);
    }
    for (const target of [key, `${key}.state`, `${key}.tree`]) {
      const bytes = readFileSync(target);
      assert.equal((await run("sign", "--lms-key", key, ...FLAGS, INPUT, target)).exitCode, 2);
      assert.deepEqual(readFileSync(target), bytes);
    }
    assert.equal((await run("sign", "--break-lock", "-k", ED_PRIVATE, ...FLAGS, INPUT, image)).exitCode, 2);
    assert.equal(await left(), before);
  });

  it("gives the lock back, also after a refusal", async () => {
    await run("sign", "--lms-key", key, "-v", "1.2.3", "-H", "32", "--pad-header", "-S", "4096", INPUT, image);
    assert.equal(existsSync(`${key}.lock`), false);
    await ok("sign", "--lms-key", key, ...FLAGS, INPUT, image);
    assert.equal(existsSync(`${key}.lock`), false);
  });

  it("ends with a clear refusal when every leaf has signed, and warns before", async () => {
    let warned = false;
    for (let count = await left(); count > 0; count--) {
      const { exitCode, stderr } = await run("sign", "--lms-key", key, ...FLAGS, INPUT, image);
      assert.equal(exitCode, 0, stderr);
      warned ||= /warning:.*successor/.test(stderr);
    }
    assert.equal(warned, true);
    const result = await run("sign", "--lms-key", key, ...FLAGS, INPUT, image);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /is used up/);
  });

  it("writes a signature as long as its parameters say", async () => {
    await ok("keys", "new", "--type", "lms", "--lms", "M32_H5_W2", "-o", folder.path("long.lms"));
    writeFileSync(folder.path("tiny.js"), "(function () {})");
    const sizes: number[] = [];
    for (const extra of [[], ["--lms-key", folder.path("long.lms")]]) {
      await ok("sign", ...extra, ...FLAGS, folder.path("tiny.js"), image);
      sizes.push(readFileSync(image).length);
    }
    const publicBytes = new Uint8Array(56);
    publicBytes[3] = 5;
    publicBytes[7] = 2;
    assert.equal(sizes[1] - sizes[0], 4 + 32 + lmsParameters(publicBytes)!.signatureBytes);
  });
});
