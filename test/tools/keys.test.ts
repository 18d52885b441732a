import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { runMain, scratchFolder } from "./run-main";

const KEY_A = "keys/TEST-ONLY-sign-a.private.pem";
const PUBLIC_A = "keys/sign-a.public.pem";
const RAW_A = "a0a34edac276a5019d460ebb7ac63128c72952caea10dc9fe75bf488661fda53";
const HASH_A = "ebe75ae043eec0be39edfbf9e406c271b0b866e84ce0c11d6944415bf309b3a3";

describe("trialboot keys new", () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  /** Base64 of the private part, to look for it where it must not be. */
  const secretOf = (path: string, passphrase?: string): string[] => {
    const pem = readFileSync(path);
    const key = createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
    const der = key.export({ type: "pkcs8", format: "der" });
    const seed = der.subarray(der.length - 32);
    return [seed.toString("hex"), seed.toString("base64"), pem.toString("latin1").split("\n")[1] ?? ""];
  };

  it("makes an Ed25519 key in PKCS#8 that only its owner may read, and prints nothing of it", async () => {
    const path = folder.path("plain.pem");
    const result = await runMain(["keys", "new", "-o", path]);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(readFileSync(path, "latin1"), /^-----BEGIN PRIVATE KEY-----\n/);
    assert.equal(createPrivateKey(readFileSync(path)).asymmetricKeyType, "ed25519");
    assert.equal(process.platform === "win32" ? 0o600 : statSync(path).mode % 0o1000, 0o600);
    for (const secret of secretOf(path)) {
      assert.ok(secret.length > 20);
      assert.ok(!(result.stdout + result.stderr).includes(secret));
    }
    assert.match(result.stdout, /KEYHASH [0-9a-f]{64}/);
    assert.match(result.stderr, /not protected by a passphrase/);
  });

  it("makes a different key each time", async () => {
    const first = await runMain(["keys", "new", "--json", "-o", folder.path("one.pem")]);
    const second = await runMain(["keys", "new", "--json", "-o", folder.path("two.pem")]);
    const hashOf = (text: string): unknown => (JSON.parse(text) as { keyHash: unknown }).keyHash;
    assert.notEqual(hashOf(first.stdout), hashOf(second.stdout));
  });

  it("never overwrites a file", async () => {
    const path = folder.path("existing.pem");
    writeFileSync(path, "precious");
    const result = await runMain(["keys", "new", "-o", path]);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /exists already and is not overwritten/);
    assert.equal(readFileSync(path, "latin1"), "precious");
  });

  it("protects the key with the passphrase of a file, by PBES2 with 600,000 rounds of PBKDF2", async () => {
    const path = folder.path("from-file.pem");
    const passphraseFile = folder.path("passphrase");
    writeFileSync(passphraseFile, "correct horse\nsecond line\n");
    const result = await runMain(["keys", "new", "-o", path, "--passphrase-file", passphraseFile]);
    assert.equal(result.exitCode, 0, result.stderr);
    const pem = readFileSync(path, "latin1");
    assert.match(pem, /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    assert.equal(createPrivateKey({ key: pem, passphrase: "correct horse" }).asymmetricKeyType, "ed25519");
    assert.throws(() => createPrivateKey({ key: pem, passphrase: "wrong" }));
    const der = Buffer.from(pem.replace(/-----.*-----|\s/g, ""), "base64").toString("hex");
    assert.ok(der.includes("2a864886f70d01050d"), "PBES2");
    assert.ok(der.includes("0203" + (600000).toString(16).padStart(6, "0")), "600,000 rounds");
    for (const secret of [...secretOf(path, "correct horse"), "correct horse"]) {
      assert.ok(!(result.stdout + result.stderr).includes(secret));
    }
  });

  it("takes the passphrase from the environment", async () => {
    const path = folder.path("from-env.pem");
    await runMain(["keys", "new", "-o", path], { env: { TRIALBOOT_PASSPHRASE: "from env" } });
    assert.ok(createPrivateKey({ key: readFileSync(path), passphrase: "from env" }));
  });

  it("asks twice for a passphrase", async () => {
    const path = folder.path("asked.pem");
    const result = await runMain(["keys", "new", "-p", "-o", path], { secrets: ["typed", "typed"] });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.equal(result.questions.length, 2);
    assert.ok(createPrivateKey({ key: readFileSync(path), passphrase: "typed" }));
  });

  const failures: readonly (readonly [string, string[], string[] | undefined, number, RegExp])[] = [
    ["two different passphrases", ["-p"], ["one", "two"], 1, /passphrases differ/],
    ["an empty passphrase", ["-p"], [""], 1, /passphrase is empty/],
    ["no terminal to ask at", ["-p"], undefined, 1, /no terminal to ask/],
    ["a passphrase file that is missing", ["--passphrase-file", "nowhere"], undefined, 1, /no such file/],
  ];
  for (const [title, flags, secrets, exitCode, message] of failures) {
    it(`makes no key with ${title}`, async () => {
      const path = folder.path("never.pem");
      const result = await runMain(["keys", "new", "-o", path, ...flags], secrets === undefined ? {} : { secrets });
      assert.equal(result.exitCode, exitCode);
      assert.match(result.stderr, message);
      assert.equal(existsSync(path), false);
    });
  }

  it("needs to be told the file, and makes none in a folder that does not exist", async () => {
    assert.equal((await runMain(["keys", "new"])).exitCode, 2);
    const result = await runMain(["keys", "new", "-o", folder.path("no/such/folder.pem")]);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /cannot be written: there is no such file or folder/);
  });

  it("makes keys that sign and verify, under a passphrase too", async () => {
    const path = folder.path("sign.pem");
    const publicPath = folder.path("sign.public.pem");
    const image = folder.path("image.bin");
    const env = { TRIALBOOT_PASSPHRASE: "round trip" };
    await runMain(["keys", "new", "-o", path], { env });
    const exported = await runMain(["keys", "public", path, "-o", publicPath], { env });
    assert.equal(exported.exitCode, 0, exported.stderr);
    const flags = ["-v", "1.0.0", "-H", "32", "--pad-header", "-S", "0x20000", "-s", "1"];
    const wrong = await runMain(["sign", "-k", path, ...flags, "payloads/1k.js", image], {
      env: { TRIALBOOT_PASSPHRASE: "wrong" },
    });
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /cannot be opened with this passphrase/);
    const none = await runMain(["sign", "-k", path, ...flags, "payloads/1k.js", image]);
    assert.equal(none.exitCode, 1);
    assert.match(none.stderr, /protected by a passphrase, and none was given/);
    const asked = await runMain(["sign", "-k", path, ...flags, "payloads/1k.js", image], { secrets: ["round trip"] });
    assert.equal(asked.exitCode, 0, asked.stderr);
    assert.equal((await runMain(["verify", image, "--key", publicPath, "--counter-floor", "1"])).exitCode, 0);
    const encryptedAsPublic = await runMain(["verify", image, "--key", path], { env });
    assert.equal(encryptedAsPublic.exitCode, 1);
    assert.match(encryptedAsPublic.stderr, /here a public key is enough[^]*trialboot keys public/);
  });
});

describe("trialboot keys public", () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  it("gives the same PEM from the private and from the public key", async () => {
    const fromPrivate = await runMain(["keys", "public", KEY_A]);
    const fromPublic = await runMain(["keys", "public", PUBLIC_A]);
    assert.equal(fromPrivate.exitCode, 0, fromPrivate.stderr);
    assert.equal(fromPrivate.stdout, fromPublic.stdout);
    const der = createPublicKey(fromPublic.stdout).export({ type: "spki", format: "der" });
    assert.equal(der.toString("hex").slice(24), RAW_A);
    assert.match(fromPublic.stderr, new RegExp(`KEYHASH ${HASH_A}`));
    assert.doesNotMatch(fromPrivate.stdout, /PRIVATE/);
  });

  it("gives raw, DER and hash forms", async () => {
    const raw = await runMain(["keys", "public", PUBLIC_A, "--format", "raw"]);
    assert.equal(Buffer.from(raw.stdoutBytes).toString("hex"), RAW_A);
    const der = await runMain(["keys", "public", PUBLIC_A, "--format", "der"]);
    assert.equal(Buffer.from(der.stdoutBytes).toString("hex"), "302a300506032b6570032100" + RAW_A);
    const hash = await runMain(["keys", "public", PUBLIC_A, "--format", "hash"]);
    assert.equal(hash.stdout, HASH_A + "\n");
  });

  it("gives C source with the names of imgtool getpub", async () => {
    const result = await runMain(["keys", "public", PUBLIC_A, "--format", "c"]);
    assert.match(result.stdout, /const unsigned char ed25519_pub_key\[\] = \{\n    0x30, 0x2a, 0x30, 0x05,/);
    assert.match(result.stdout, /const unsigned int ed25519_pub_key_len = 44;/);
    assert.equal(result.stdout.match(/0x[0-9a-f]{2},/g)?.length, 44);
  });

  it("gives JavaScript source that holds key and KEYHASH", async () => {
    const result = await runMain(["keys", "public", PUBLIC_A, "--format", "js"]);
    const url = "data:text/javascript," + encodeURIComponent(result.stdout);
    const loaded = (await import(url)) as { trustedKey: { publicKey: Uint8Array; keyHash: Uint8Array } };
    assert.equal(Buffer.from(loaded.trustedKey.publicKey).toString("hex"), RAW_A);
    assert.equal(Buffer.from(loaded.trustedKey.keyHash).toString("hex"), HASH_A);
  });

  it("gives JSON", async () => {
    const result = await runMain(["keys", "public", PUBLIC_A, "--json"]);
    assert.deepEqual(JSON.parse(result.stdout), { ok: true, algorithm: "ed25519", publicKey: RAW_A, keyHash: HASH_A });
  });

  it("writes to a new file and never over another one", async () => {
    const path = folder.path("public.pem");
    assert.equal((await runMain(["keys", "public", KEY_A, "-o", path])).exitCode, 0);
    const before = readFileSync(path);
    const again = await runMain(["keys", "public", KEY_A, "-o", path]);
    assert.equal(again.exitCode, 1);
    assert.deepEqual(readFileSync(path), before);
  });

  it("does not write bytes to a terminal", async () => {
    const result = await runMain(["keys", "public", PUBLIC_A, "--format", "raw"], { terminal: true });
    assert.equal(result.exitCode, 2);
    assert.equal(result.stdoutBytes.length, 0);
  });

  const failures: readonly (readonly [string, string, RegExp])[] = [
    ["an X25519 key", "keys/enc-a.public.pem", /is a key for x25519/],
    ["a file that is no key", "payloads/1k.js", /not a key file in PEM form/],
    ["a file that is missing", "keys/nowhere.pem", /cannot be read: there is no such file/],
    ["a folder", "keys", /cannot be read: it is a folder/],
  ];
  for (const [title, path, message] of failures) {
    it(`refuses ${title} with exit code 1`, async () => {
      const result = await runMain(["keys", "public", path]);
      assert.equal(result.exitCode, 1);
      assert.match(result.stderr, message);
      assert.equal(result.stdout, "");
    });
  }

  it("refuses a damaged key without a stack trace", async () => {
    const path = folder.path("damaged.pem");
    writeFileSync(path, "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n");
    chmodSync(path, 0o600);
    const result = await runMain(["keys", "public", path]);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /damaged or of an unknown kind/);
  });

  it("refuses a certificate by its name", async () => {
    const path = folder.path("certificate.pem");
    writeFileSync(path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const result = await runMain(["keys", "public", path]);
    assert.match(result.stderr, /holds no key \(it is a CERTIFICATE\)/);
  });

  it("explains what keys can do", async () => {
    const nothing = await runMain(["keys"]);
    assert.equal(nothing.exitCode, 2);
    const unknown = await runMain(["keys", "delete"]);
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /keys cannot do "delete"[^]*new, public/);
    const help = await runMain(["keys", "--help"]);
    assert.equal(help.exitCode, 0);
    assert.match(help.stdout, /trialboot keys new[^]*trialboot keys public/);
  });
});
