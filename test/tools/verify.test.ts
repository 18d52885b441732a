import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatIntelHex } from "../../tools/hex/intel-hex";
import { runMain, scratchFolder, VECTORS, type Vector } from "./run-main";

const index = JSON.parse(readFileSync(join(VECTORS, "index.json"), "utf8")) as { vectors: Vector[] };
const KEYS = ["--key", "keys/sign-a.public.pem", "--key", "keys/sign-b.public.pem"];

interface VerifyJson {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly reason: string;
  readonly checked: Record<string, unknown>;
  readonly image: Record<string, unknown> | null;
}

describe("trialboot verify", () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  const verify = async (file: string, ...flags: string[]): Promise<{ exitCode: number; json: VerifyJson }> => {
    const result = await runMain(["verify", file, "--json", ...flags]);
    return { exitCode: result.exitCode, json: JSON.parse(result.stdout) as VerifyJson };
  };

  it("accepts every vector that a device without optional features accepts, and refuses all others", async () => {
    assert.equal(index.vectors.length, 204);
    for (const vector of index.vectors) {
      const slot = ["--slot-size", String(vector.slot_size), "--slot-address", "0"];
      const { exitCode, json } = await verify(vector.file, ...KEYS, ...slot);
      const accepted = vector.expected === "accept" && vector.needs.length === 0;
      assert.equal(exitCode === 0, accepted, `${vector.id}: ${json.reason}`);
      assert.equal(json.ok, accepted, vector.id);
      assert.ok([0, 20, 23, 24].includes(exitCode), vector.id);
    }
  });

  /** One vector per exit code, and what the message must say. */
  const rows: readonly (readonly [string, string, string[], number, string])[] = [
    ["a sound image", "seccnt-5", [], 0, "none"],
    ["an image at the floor", "seccnt-5", ["--counter-floor", "5"], 0, "none"],
    ["an image below the floor", "seccnt-5", ["--counter-floor", "6"], 22, "counter-below-floor"],
    ["an image without a counter where a floor is given", "basic-h32", ["--counter-floor", "0"], 22, "counter-missing"],
    ["a changed payload", "payload-bitflip", [], 20, "digest-mismatch"],
    ["a changed signature", "sig-bitflip-s", [], 20, "signature-invalid"],
    ["an unknown key", "untrusted-key", [], 20, "key-unknown"],
    ["an unsigned image", "hash-only", [], 20, "unsigned"],
    ["an image of the right vendor and class", "vid-cid-names",
      ["--vid", "example.net", "--cid", "thermostat-2"], 0, "none"],
    ["another vendor's image", "vid-cid-names", ["--vid", "example.org"], 23, "wrong-vendor"],
    ["another class of board", "vid-cid-names", ["--vid", "example.net", "--cid", "thermostat-3"], 23, "wrong-class"],
    ["an image that names no vendor", "basic-h32", ["--vid", "example.net"], 23, "wrong-vendor"],
    ["an image for another address", "rom-fixed", ["--slot-address", "0x20000"], 23, "wrong-address"],
    ["an image for this address", "rom-fixed", ["--slot-address", "0x10000"], 0, "none"],
    ["an image for some address, when none is given", "rom-fixed", [], 0, "none"],
    ["a truncated image", "trunc-in-payload", [], 24, "image-truncated"],
    ["an encrypted image", "enc128-h32", [], 24, "encrypted"],
    ["an image that fits the slot exactly", "basic-h32", ["--slot-size", "1240"], 0, "none"],
    ["an image that reaches into the trailer", "basic-h32", ["--slot-size", "1232"], 24, "image-too-large"],
  ];
  for (const [title, id, flags, exitCode, reason] of rows) {
    it(`ends with ${exitCode} (${reason}) for ${title}`, async () => {
      const vector = index.vectors.find((candidate) => candidate.id === id);
      const result = await verify(vector?.file ?? "", ...KEYS, ...flags);
      assert.equal(result.json.reason, reason);
      assert.equal(result.exitCode, exitCode);
      assert.equal(result.json.exitCode, exitCode);
    });
  }

  it("tells people what is wrong on stderr and what to do next", async () => {
    const result = await runMain(["verify", "images/bad/payload-bitflip.bin", ...KEYS]);
    assert.match(result.stdout, /^refused  images\/bad\/payload-bitflip\.bin \(digest-mismatch\)\n$/);
    assert.match(result.stderr, /^error: The digest does not match: .*\nGet the file again/);
  });

  it("prints version, counter, digest and size of an accepted image", async () => {
    const result = await runMain(["verify", "images/good/seccnt-5.bin", ...KEYS]);
    assert.match(result.stdout, /^accepted images\/good\/seccnt-5\.bin\nversion +1\.2\.3\+4\nsecurity counter +5\n/);
    assert.match(result.stdout, /digest +[0-9a-f]{64}\nsize +3189 bytes\n$/);
    assert.equal(result.stderr, "");
  });

  it("says in JSON what was demanded, and that no slot size was", async () => {
    const without = await verify("images/good/vid-cid-names.bin", ...KEYS);
    assert.equal(without.json.checked["slotSizeGiven"], false);
    assert.equal(without.json.checked["maxSizeBytes"], 16 * 1024 * 1024);
    assert.equal(without.json.checked["counterFloor"], null);
    assert.equal(without.json.image?.["vendorId"], "90d38b76-e7dd-5733-8575-0d06a98e8b70");
    assert.equal(without.json.image?.["classId"], "ef849c10-5de0-50fa-9293-f1f76a92bfdd");
    const given = await verify("images/good/vid-cid-names.bin", ...KEYS, "-S", "0x20000");
    assert.equal(given.json.checked["slotSizeGiven"], true);
    assert.equal(given.json.checked["maxSizeBytes"], 0x20000 - 40);
  });

  it("prints nothing with --quiet when all is well, and the error when not", async () => {
    const good = await runMain(["verify", "-q", "images/good/basic-h32.bin", ...KEYS]);
    assert.deepEqual([good.exitCode, good.stdout, good.stderr], [0, "", ""]);
    const bad = await runMain(["verify", "-q", "images/bad/hash-only.bin", ...KEYS]);
    assert.deepEqual([bad.exitCode, bad.stdout], [20, ""]);
    assert.match(bad.stderr, /no signature/);
  });

  it("reads Intel HEX by the extension, in any case of letters", async () => {
    const path = folder.path("image.HEX");
    const bytes = readFileSync(join(VECTORS, "images/good/seccnt-5.bin"));
    writeFileSync(path, formatIntelHex([{ address: 0xa000fff0, bytes }]));
    assert.equal((await verify(path, ...KEYS)).exitCode, 0);
  });

  it("reports broken Intel HEX as malformed", async () => {
    const path = folder.path("broken.hex");
    writeFileSync(path, ":0000000");
    const result = await runMain(["verify", path, ...KEYS]);
    assert.equal(result.exitCode, 24);
    assert.match(result.stderr, /not a good Intel HEX file: line 1 is not a record/);
  });

  it("takes an unencrypted private key for its public half", async () => {
    const result = await runMain(["verify", "images/good/basic-h32.bin", "-k", "keys/TEST-ONLY-sign-a.private.pem"]);
    assert.equal(result.exitCode, 0, result.stderr);
  });

  it("needs a key, and no more of them than a board trusts", async () => {
    const none = await runMain(["verify", "images/good/basic-h32.bin"]);
    assert.equal(none.exitCode, 2);
    assert.match(none.stderr, /needs the public key/);
    const five = [...KEYS, ...KEYS, "--key", "keys/sign-x.public.pem"];
    const many = await runMain(["verify", "images/good/basic-h32.bin", ...five]);
    assert.equal(many.exitCode, 2);
    assert.match(many.stderr, /trusts 4 keys at most, not 5/);
  });

  it("refuses a slot size that no slot has as a usage error", async () => {
    for (const size of ["0", "1023", "0x100000000", "-1", "many"]) {
      const result = await runMain(["verify", "images/good/basic-h32.bin", ...KEYS, `--slot-size=${size}`]);
      assert.equal(result.exitCode, 2, size);
    }
  });

  it("ends with 1 and a sentence where there is no such file", async () => {
    const result = await runMain(["verify", "nowhere.bin", ...KEYS]);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /^error: nowhere\.bin cannot be read: there is no such file or folder\.\n/);
  });
});
