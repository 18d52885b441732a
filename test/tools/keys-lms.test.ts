import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { verifyLms } from "../../core/crypto/lms";
import { lmsSpki } from "../../core/crypto/lms-spki";
import { type LmsSigner, openLmsSigner } from "../../tools/lms/signer";
import { createOutput } from "../../tools/output";
import { hostServices, loadLmsVectors } from "../core/crypto/lms-vectors";
import { contextIn } from "./lms/lms-keys";
import { runMain, type RunResult, scratchFolder } from "./run-main";

describe("trialboot keys with LMS keys", () => {
  const folder = scratchFolder();
  const key = folder.path("key.lms");
  const sealed = folder.path("sealed.lms");
  const env = { XDG_STATE_HOME: folder.path("home") };
  let made: RunResult;
  after(() => folder.remove());

  before(async () => {
    made = await runMain(["keys", "new", "--type", "lms", "--lms", "M24_H5_W2", "-o", key], { env });
    const secret = { ...env, TRIALBOOT_PASSPHRASE: "open sesame" };
    await runMain(["keys", "new", "--type", "lms", "--lms", "M32_H5_W2", "-o", sealed], { env: secret });
  });

  const publicHexOf = (path: string): string =>
    (JSON.parse(readFileSync(path, "utf8")) as { publicKey: string }).publicKey;

  it("new makes three files that only their owner may read, and prints nothing secret", () => {
    assert.equal(made.exitCode, 0, made.stderr);
    assert.match(made.stdout, /Wrote .*key\.lms, .*key\.lms\.state and .*key\.lms\.tree\nKEYHASH [0-9a-f]{64}/);
    assert.match(made.stderr, /can sign 32 times/);
    for (const name of ["", ".state", ".tree"]) {
      assert.equal(process.platform === "win32" ? 0o600 : statSync(key + name).mode % 0o1000, 0o600);
    }
    const { privateKey } = JSON.parse(readFileSync(key, "utf8")) as { privateKey: string };
    const seed = Buffer.from(privateKey.replace(/-----.*-----|\s/g, ""), "base64").subarray(-24);
    for (const form of ["hex", "base64"] as const) {
      assert.ok(!(made.stdout + made.stderr + readFileSync(`${key}.state`, "utf8")).includes(seed.toString(form)));
    }
  });

  it("new never overwrites key, state or tree", async () => {
    for (const name of ["", ".state", ".tree"]) {
      const path = folder.path("taken.lms");
      writeFileSync(path + name, "precious");
      const result = await runMain(["keys", "new", "--type", "lms", "--lms", "M24_H5_W2", "-o", path], { env });
      assert.equal(result.exitCode, 1);
      assert.match(result.stderr, /exists already and is not overwritten/);
      assert.equal(readFileSync(path + name, "utf8"), "precious");
      rmSync(path + name);
    }
  });

  const usage: readonly (readonly [string, string[], RegExp])[] = [
    ["an unknown type", ["--type", "rsa"], /not a value of --type/],
    ["unknown parameters", ["--type", "lms", "--lms", "M32_H20_W8"], /not a value of --lms/],
    ["parameters without the type", ["--lms", "M32_H5_W8"], /--lms is for LMS keys/],
  ];
  for (const [title, flags, sentence] of usage) {
    it(`new refuses ${title}`, async () => {
      const result = await runMain(["keys", "new", "-o", folder.path("never.lms"), ...flags], { env });
      assert.equal(result.exitCode, 2);
      assert.match(result.stderr, sentence);
    });
  }

  it("new says before it computes anything that a folder does not exist", async () => {
    const result = await runMain(["keys", "new", "--type", "lms", "-o", folder.path("no/such/key.lms")], { env });
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /there is no such file or folder/);
  });

  it("public gives all forms, from the private key without its passphrase and from the public one", async () => {
    const pem = await runMain(["keys", "public", sealed], { env });
    assert.equal(pem.exitCode, 0, pem.stderr);
    const publicPath = folder.path("public.pem");
    writeFileSync(publicPath, pem.stdout);
    const raw = Buffer.from(publicHexOf(sealed), "hex");
    const der = Buffer.from(lmsSpki(raw));
    for (const path of [sealed, publicPath]) {
      const forms = new Map<string, Buffer>();
      for (const format of ["pem", "der", "raw", "c", "js", "hash"]) {
        const { stdoutBytes } = await runMain(["keys", "public", path, "--format", format], { env });
        forms.set(format, Buffer.from(stdoutBytes));
      }
      assert.equal(forms.get("pem")?.toString(), pem.stdout);
      assert.deepEqual(forms.get("der"), der);
      assert.deepEqual(forms.get("raw"), raw);
      assert.match(forms.get("c")?.toString() ?? "", /lms_pub_key\[\] = \{[^]*lms_pub_key_len = 80;/);
      assert.match(forms.get("js")?.toString() ?? "", /publicKey: new Uint8Array\(\[\n {4}0x00, 0x00, 0x00, 0x05,/);
      assert.match(pem.stderr, new RegExp(`KEYHASH ${forms.get("hash")?.toString().trim() ?? ""}`));
    }
  });

  it("show tells parameters and what is left, and refuses as signing would", async () => {
    const shown = await runMain(["keys", "show", key, "--json"], { env });
    const facts = JSON.parse(shown.stdout) as Record<string, unknown>;
    assert.deepEqual(
      [facts["algorithm"], facts["parameters"], facts["signatures"], facts["remaining"], facts["encrypted"]],
      ["lms", "M24_H5_W2", 32, 32, false],
    );
    const text = await runMain(["keys", "show", sealed], { env });
    assert.match(text.stdout, /remaining: +\d+\nencrypted: +true\n/);
    assert.doesNotMatch(text.stdout, /PRIVATE/);
    const lost = folder.path("lost.lms");
    writeFileSync(lost, readFileSync(key));
    const result = await runMain(["keys", "show", lost], { env });
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /state file .*lost\.lms\.state is missing/);
  });

  it("a key under a passphrase signs with it, and with no other", async () => {
    const open = async (...secrets: string[]): Promise<LmsSigner> => {
      const context = contextIn(env.XDG_STATE_HOME, () => undefined, secrets);
      const output = createOutput(context, { json: false, quiet: true });
      return await openLmsSigner(context, output, sealed, { file: undefined });
    };
    await assert.rejects(open("guess"), /cannot be opened with this passphrase/);
    await assert.rejects(open(), /is protected by a passphrase, and none was given/);
    const signer = await open("open sesame");
    const message = new Uint8Array([1, 2, 3]);
    const signature = signer.sign(message);
    signer.close();
    assert.equal(signature.length, signer.signatureBytes);
    assert.equal(verifyLms(hostServices, signer.publicKey, message, signature), true);
    assert.match(readFileSync(sealed, "utf8"), /"reservedLeaves": 1,[^]*ENCRYPTED PRIVATE KEY/);
  });

  it("show tells what Ed25519 keys are", async () => {
    const result = await runMain(["keys", "show", "keys/sign-a.public.pem"]);
    assert.match(result.stdout, /algorithm: +ed25519\npublicKey: +a0a34eda/);
  });

  const spki = (hex: string): string =>
    `-----BEGIN PUBLIC KEY-----\n${Buffer.from(hex, "hex").toString("base64")}\n-----END PUBLIC KEY-----\n`;
  const good = Buffer.from(lmsSpki(loadLmsVectors("pyhsslms.json")[0]?.publicKey ?? new Uint8Array(0))).toString("hex");
  const bad: readonly (readonly [string, string])[] = [
    ["two levels", good.replace("033d0000000001", "033d0000000002")],
    ["height 20", good.replace("0000000500000002", "0000000800000002")],
    ["W1", good.replace("0000000500000002", "0000000500000001")],
    ["a key that is cut short", good.slice(0, -2)],
  ];
  for (const [title, hex] of bad) {
    it(`refuses a public key with ${title}`, async () => {
      assert.notEqual(hex, good);
      const path = folder.path("bad.pem");
      writeFileSync(path, spki(hex));
      const result = await runMain(["keys", "public", path]);
      assert.equal(result.exitCode, 1);
      assert.match(result.stderr, /is an LMS key with parameters that boards do not verify/);
    });
  }

});
