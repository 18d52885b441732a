import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatIntelHex } from "../../tools/hex/intel-hex";
import { runMain, scratchFolder, VECTORS, type Vector } from "./run-main";

const index = JSON.parse(readFileSync(join(VECTORS, "index.json"), "utf8")) as { vectors: Vector[] };
const commands = index.vectors.filter((vector) => vector.command !== undefined);

/** Vectors that imgtool makes and trialboot refuses to make, each with the words that must name the cause. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "custom-tlv-empty-last": /last protected TLV entry is empty/,
  "pure-h32": /--pure/,
  "pure-protected-h512": /--pure/,
  "pure-40k": /--pure/,
  "sha512-h32": /--sha 512/,
  "sha512-protected": /--sha 512/,
  "unsigned-sha512": /--sha 512/,
  "pubkey-full": /--public-key-format full/,
  "big-endian": /-e big \(--endian of imgtool\)/,
  "enc128-h32": /--encrypt /,
  "enc128-h512-unaligned": /--encrypt /,
  "enc256-h32": /--encrypt /,
  "enc256-hmac512": /--encrypt /,
  "enc128-hmac512-sha512": /--encrypt /,
  "enc128-40k": /--encrypt /,
  "enc128-clear": /--encrypt /,
  "enc128-other-device": /--encrypt /,
  lzma2: /--compression lzma2/,
  "lzma2-seccnt": /--compression lzma2/,
  "lzma2-pure": /--compression lzma2/,
  "lzma2-enc128": /--compression lzma2/,
  "confirm-enc-saveenctlv": /--encrypt /,
};

/** Splits a recorded command as a shell would, as far as the recorded ones need it. */
function wordsOf(command: string, output: string): string[] {
  const words = Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), (match) => match[1] ?? match[2] ?? "");
  assert.equal(words.shift(), "imgtool");
  return words.map((word) => (word === "<out>" ? output : word));
}

describe("trialboot sign", () => {
  const folder = scratchFolder();
  const output = folder.path("out.bin");
  const key = "keys/TEST-ONLY-sign-a.private.pem";
  const basic = ["-v", "1.2.3+4", "-H", "32", "--pad-header", "-S", "0x20000"];

  after(() => folder.remove());

  it("has the recorded command of every vector that imgtool made", () => {
    assert.equal(commands.length, 67);
    assert.deepEqual(Object.keys(REFUSED).filter((id) => !commands.some((vector) => vector.id === id)), []);
  });

  for (const vector of commands) {
    const refusal = REFUSED[vector.id];
    if (refusal === undefined) {
      it(`makes ${vector.id} byte for byte as imgtool did`, async () => {
        const result = await runMain(wordsOf(vector.command ?? "", output));
        assert.equal(result.exitCode, 0, result.stderr);
        const bytes = readFileSync(output);
        assert.equal(bytes.length, vector.size);
        assert.equal(createHash("sha256").update(bytes).digest("hex"), vector.sha256);
      });
    } else {
      it(`refuses to make ${vector.id} by name`, async () => {
        const target = folder.path(`refused-${vector.id}.bin`);
        const result = await runMain(wordsOf(vector.command ?? "", target));
        assert.equal(result.exitCode, 2);
        assert.match(result.stderr, refusal);
        assert.equal(existsSync(target), false);
      });
    }
  }

  it("prints the same digest as the image carries, as text and as JSON", async () => {
    const text = await runMain(["sign", "-k", key, ...basic, "payloads/1k.js", output]);
    const json = await runMain(["sign", "-k", key, ...basic, "--json", "payloads/1k.js", output]);
    const value = JSON.parse(json.stdout) as Record<string, unknown>;
    const bytes = readFileSync(output);
    const digest = createHash("sha256").update(bytes.subarray(0, 1056)).digest("hex");
    assert.equal(value["digest"], digest);
    assert.equal(value["keyHash"], "ebe75ae043eec0be39edfbf9e406c271b0b866e84ce0c11d6944415bf309b3a3");
    assert.match(text.stdout, new RegExp(digest));
  });

  it("says on stderr what boards will refuse: no counter, no signature, an unbootable image", async () => {
    const noCounter = await runMain(["sign", "-k", key, ...basic, "payloads/1k.js", output]);
    assert.match(noCounter.stderr, /no security counter, which boards demand/);
    const unsigned = await runMain(["sign", ...basic, "-s", "1", "--quiet", "payloads/1k.js", output]);
    assert.match(unsigned.stderr, /boards will refuse this image\. The image carries no signature/);
    const flags = [...basic, "-s", "1", "--non-bootable"];
    const unbootable = await runMain(["sign", "-k", key, ...flags, "payloads/1k.js", output]);
    assert.match(unbootable.stderr, /must not be started/);
    const good = await runMain(["sign", "-k", key, ...basic, "-s", "1", "--quiet", "payloads/1k.js", output]);
    assert.doesNotMatch(good.stderr, /boards/);
  });

  it("takes a payload that begins with room for the header, and refuses one that does not", async () => {
    const input = folder.path("room.bin");
    const payload = readFileSync(join(VECTORS, "payloads/1k.js"));
    writeFileSync(input, Buffer.concat([Buffer.alloc(32), payload]));
    const flags = ["-v", "1.2.3+4", "-H", "32", "-S", "0x20000"];
    const accepted = await runMain(["sign", "-k", key, ...flags, input, output]);
    assert.equal(accepted.exitCode, 0, accepted.stderr);
    const refused = await runMain(["sign", "-k", key, ...flags, "payloads/1k.js", output]);
    assert.equal(refused.exitCode, 24);
    assert.match(refused.stderr, /does not begin with 32 zero bytes[^]*--pad-header/);
    const tooShort = folder.path("short.bin");
    writeFileSync(tooShort, Buffer.alloc(31));
    assert.equal((await runMain(["sign", "-k", key, ...flags, tooShort, output])).exitCode, 24);
  });

  it("refuses an empty payload", async () => {
    const input = folder.path("empty.js");
    writeFileSync(input, "");
    const result = await runMain(["sign", "-k", key, ...basic, input, output]);
    assert.equal(result.exitCode, 24);
    assert.match(result.stderr, /no payload/);
  });

  it("takes the last of several values of one flag, as imgtool does", async () => {
    const result = await runMain(["sign", "-k", key, ...basic, "-v", "9.8.7", "--json", "payloads/1k.js", output]);
    assert.equal((JSON.parse(result.stdout) as { version: string }).version, "9.8.7+0");
  });

  it("refuses an image that leaves no room for the trailer, and writes nothing", async () => {
    const target = folder.path("too-large.bin");
    const args = ["-v", "1.0.0", "-H", "32", "--pad-header", "-s", "1"];
    // Image 1212 bytes, trailer 128 * 3 + 8 * 4 + 16 = 432.
    const fits = await runMain(["sign", "-k", key, ...args, "-S", "1644", "payloads/1k.js", target]);
    assert.equal(fits.exitCode, 0, fits.stderr);
    const target2 = folder.path("too-large-2.bin");
    const result = await runMain(["sign", "-k", key, ...args, "-S", "1643", "payloads/1k.js", target2]);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /1212 bytes\) and the trailer \(432\) do not fit in a slot of 1643/);
    assert.equal(existsSync(target2), false);
  });

  const wrongLines: readonly (readonly [string, string[], RegExp])[] = [
    ["no version", ["-H", "32", "-S", "0x20000"], /needs --version/],
    ["no header size", ["-v", "1.0.0", "-S", "0x20000"], /needs --header-size/],
    ["no slot size", ["-v", "1.0.0", "-H", "32"], /needs --slot-size/],
    ["a header below 32 bytes", ["-v", "1.0.0", "-H", "31", "-S", "0x20000"], /--header-size 31 is out of range/],
    ["a header above 16 bits", ["-v", "1.0.0", "-H", "65536", "-S", "0x20000"], /out of range/],
    ["a version with leading zeros", [...basic, "-v", "1.02"], /"1\.02" is not a version/],
    ["a version beyond its fields", [...basic, "-v", "256.0.0"], /is not a version/],
    ["a number with rubbish", [...basic, "-S", "12x"], /"12x" is not a whole number for --slot-size/],
    ["an octal number of C", [...basic, "-S", "010"], /not a whole number/],
    ["a counter beyond 32 bits", [...basic, "-s", "0x100000000"], /out of range/],
    ["a negative counter", [...basic, "-s=-1"], /not a whole number/],
    ["a counter in words", [...basic, "-s", "automatic"], /not a whole number/],
    ["dependencies without brackets", [...basic, "-d", "1, 1.0.0"], /not a list of dependencies/],
    ["a dependency without a version", [...basic, "-d", "(1, )"], /not a list of dependencies/],
    ["a dependency with a bad version", [...basic, "-d", "(1, 1..0)"], /is not a version/],
    ["a dependency on image 256", [...basic, "-d", "(256, 1.0.0)"], /out of range/],
    ["more dependencies than boards read", [...basic, "-d", Array(9).fill("(0, 1.0.0)").join(",")], /more TLV entries/],
    ["a class by name without a vendor", [...basic, "--cid", "pump"], /belong to a vendor/],
    ["an empty vendor", [...basic, "--vid="], /no UUID and no name/],
    ["an odd custom value", [...basic, "--custom-tlv", "0xa0", "0x123"], /even number/],
    ["a custom value that is no hexadecimal", [...basic, "--custom-tlv", "0xa0", "0xzz"], /even number/],
    ["a custom tag that is predefined", [...basic, "--custom-tlv", "0x50", "x"], /predefined SEC_CNT/],
    ["a custom tag below the range", [...basic, "--custom-tlv", "0x9f", "x"], /out of range/],
    ["a custom tag above the range", [...basic, "--custom-tlv", "0xffff", "x"], /out of range/],
    ["a custom tag twice", [...basic, "--custom-tlv", "160", "x", "--custom-tlv", "0xa0", "y"], /given twice/],
    ["a custom tag without a value", [...basic, "--custom-tlv", "0xa0"], /(needs two values|OUTPUT is missing)/],
    ["a boot record of 13 characters", [...basic, "--boot-record", "abcdefghijklm"], /does not fit in a boot record/],
    ["an alignment that is none", [...basic, "--align", "3"], /"3" is not a value of --align/],
    ["flash and RAM address at once", [...basic, "-F", "1", "-L", "2"], /contradict each other/],
    ["a padded slot that is not aligned", [...basic, "-S", "0x20001", "--pad"], /cannot hold a trailer/],
    ["HEX output without an address", [...basic, "-S", "0x20000"], /needs an address/],
    ["a signature file without a signature", [...basic, "--sig-out", "x"], /no signature for --sig-out/],
  ];
  for (const [title, flags, message] of wrongLines) {
    it(`refuses ${title} as a usage error`, async () => {
      const target = folder.path(title.startsWith("HEX") ? "none.hex" : "none.bin");
      const result = await runMain(["sign", ...flags, "payloads/1k.js", target]);
      assert.equal(result.exitCode, 2, result.stderr);
      assert.match(result.stderr, message);
      assert.equal(existsSync(target), false);
    });
  }

  it("treats the addresses 0 as none, as imgtool does", async () => {
    const plain = folder.path("plain.bin");
    await runMain(["sign", "-k", key, ...basic, "payloads/1k.js", plain]);
    await runMain(["sign", "-k", key, ...basic, "-F", "0", "-L", "0", "payloads/1k.js", output]);
    assert.deepEqual(readFileSync(output), readFileSync(plain));
  });

  it("never overwrites the key with the image or the signature", async () => {
    const copy = folder.path("copy.pem");
    copyFileSync(join(VECTORS, key), copy);
    chmodSync(copy, 0o600);
    const before = readFileSync(copy);
    const image = await runMain(["sign", "-k", copy, ...basic, "payloads/1k.js", copy]);
    const signature = await runMain(["sign", "-k", copy, ...basic, "--sig-out", copy, "payloads/1k.js", output]);
    assert.equal(image.exitCode, 2);
    assert.equal(signature.exitCode, 2);
    assert.match(image.stderr, /would be overwritten/);
    assert.deepEqual(readFileSync(copy), before);
  });

  it("warns of a key that others may read, and only then", async () => {
    const copy = folder.path("mode.pem");
    copyFileSync(join(VECTORS, key), copy);
    chmodSync(copy, 0o640);
    const open = await runMain(["sign", "-k", copy, ...basic, "payloads/1k.js", output]);
    // Windows has no permission bits, so there is nothing to warn of.
    assert.equal(/can be read by other users[^]*chmod 600/.test(open.stderr), process.platform !== "win32");
    chmodSync(copy, 0o600);
    const closed = await runMain(["sign", "-k", copy, ...basic, "payloads/1k.js", output]);
    assert.doesNotMatch(closed.stderr, /can be read by other users/);
  });

  it("refuses keys of other algorithms, public keys and files that are no keys", async () => {
    const other = folder.path("x25519.pem");
    writeFileSync(other, generateKeyPairSync("x25519").privateKey.export({ type: "pkcs8", format: "pem" }));
    const x25519 = await runMain(["sign", "-k", other, ...basic, "payloads/1k.js", output]);
    assert.equal(x25519.exitCode, 1);
    assert.match(x25519.stderr, /is a key for x25519; boards take Ed25519 only/);
    const publicKey = await runMain(["sign", "-k", "keys/sign-a.public.pem", ...basic, "payloads/1k.js", output]);
    assert.equal(publicKey.exitCode, 1);
    assert.match(publicKey.stderr, /holds no private key/);
    const noKey = await runMain(["sign", "-k", "payloads/1k.js", ...basic, "payloads/1k.js", output]);
    assert.equal(noKey.exitCode, 1);
    assert.match(noKey.stderr, /not a key file in PEM form/);
  });

  it("writes Intel HEX that reads back as the same image at the right address", async () => {
    const hex = folder.path("image.hex");
    const binary = folder.path("image.bin");
    await runMain(["sign", "-k", key, ...basic, "payloads/3k.js", binary]);
    const result = await runMain(["sign", "-k", key, ...basic, "-x", "0xfff0", "payloads/3k.js", hex]);
    assert.equal(result.exitCode, 0, result.stderr);
    const info = await runMain(["info", "--json", hex]);
    const value = JSON.parse(info.stdout) as { hexAddress: number; fileSizeBytes: number; ok: boolean };
    assert.equal(value.hexAddress, 0xfff0);
    assert.equal(value.fileSizeBytes, readFileSync(binary).length);
    assert.equal(value.ok, true);
  });

  it("puts the header in front of the address of a HEX payload", async () => {
    const payload = folder.path("payload.hex");
    writeFileSync(payload, formatIntelHex([{ address: 0x1200, bytes: Buffer.from("print(1);") }]));
    const hex = folder.path("from-hex.hex");
    const result = await runMain(["sign", "-k", key, ...basic, payload, hex]);
    assert.equal(result.exitCode, 0, result.stderr);
    const info = JSON.parse((await runMain(["info", "--json", hex])).stdout) as { hexAddress: number };
    assert.equal(info.hexAddress, 0x1200 - 32);
  });
});
