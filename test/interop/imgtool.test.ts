import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, sign } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatIntelHex } from "../../tools/hex/intel-hex";
import { runMain, scratchFolder, VECTORS } from "../tools/run-main";

/** imgtool on the PATH, or in the virtual environment build/venv of this checkout. */
function findImgtool(): string | undefined {
  const venv = fileURLToPath(new URL("../../build/venv/", import.meta.url));
  const folders = [join(venv, "bin"), join(venv, "Scripts"), ...(process.env["PATH"] ?? "").split(delimiter)];
  const names = process.platform === "win32" ? ["imgtool.exe"] : ["imgtool"];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

const KEY = "keys/TEST-ONLY-sign-a.private.pem";
const PUBLIC_KEY = "keys/sign-a.public.pem";
const BASE = ["-v", "1.2.3+4", "-H", "512", "--pad-header", "-S", "0x20000"];

/** Flags whose images must be the same, byte for byte, from both tools. */
const FLAG_SETS: readonly (readonly [string, readonly string[]])[] = [
  ["nothing more", []],
  ["a counter", ["-s", "7"]],
  ["an automatic counter", ["-s", "auto"]],
  ["every protected entry", ["-s", "1", "-d", "(1, 2.0.0), (2, 0.1.2+3)", "--boot-record", "JS", "--vid", "example.org",
    "--cid", "pump", "--custom-tlv", "0xa0", "text", "--custom-tlv", "0xa1", "0x0102"]],
  ["a test trailer", ["--test"]],
  ["a confirmed trailer", ["--confirm"]],
  ["a confirmed trailer for 32-byte writes", ["--confirm", "--align", "32"]],
  ["a wide form of the trailer", ["--pad", "--align", "4", "--max-align", "16"]],
  ["overwrite-only", ["--confirm", "--overwrite-only"]],
  ["flash that erases to 0", ["--confirm", "-R", "0"]],
  ["few sectors", ["--pad", "-M", "16"]],
  ["a flash address", ["-F", "0x8000"]],
  ["a RAM address", ["-L", "0x20000000"]],
  ["a mark against starting", ["--non-bootable"]],
];

describe("imgtool and trialboot", () => {
  const folder = scratchFolder();
  const theirs = folder.path("theirs.bin");
  const ours = folder.path("ours.bin");
  let program = "";

  before(function () {
    const found = findImgtool();
    if (found === undefined) {
      process.stderr.write("not run: imgtool is not installed (pip install imgtool, or build/venv)\n");
      this.skip();
    }
    program = found;
  });

  after(() => folder.remove());

  const imgtool = (...argv: readonly string[]): { status: number | null; stdout: string; stderr: string } => {
    return spawnSync(program, argv, { cwd: VECTORS, encoding: "utf8" });
  };
  const imgtoolSigns = (...argv: readonly string[]): void => {
    const result = imgtool("sign", ...argv);
    assert.equal(result.status, 0, result.stderr);
  };
  const trialbootSigns = async (...argv: readonly string[]): Promise<void> => {
    const result = await runMain(["sign", ...argv]);
    assert.equal(result.exitCode, 0, result.stderr);
  };

  for (const [title, flags] of FLAG_SETS) {
    it(`make the same image with ${title}`, async () => {
      imgtoolSigns("-k", KEY, ...BASE, ...flags, "payloads/12k.js", theirs);
      await trialbootSigns("-k", KEY, ...BASE, ...flags, "payloads/12k.js", ours);
      assert.deepEqual(readFileSync(ours), readFileSync(theirs));
      assert.equal(imgtool("verify", "-k", PUBLIC_KEY, ours).status, 0);
    });

    it(`make the same Intel HEX with ${title}`, async () => {
      const [theirHex, ourHex] = [folder.path("theirs.hex"), folder.path("ours.hex")];
      imgtoolSigns("-k", KEY, ...BASE, ...flags, "-x", "0x2fff8", "payloads/12k.js", theirHex);
      await trialbootSigns("-k", KEY, ...BASE, ...flags, "-x", "0x2fff8", "payloads/12k.js", ourHex);
      assert.equal(readFileSync(ourHex, "latin1"), readFileSync(theirHex, "latin1").replaceAll("\r\n", "\n"));
    });
  }

  for (const address of [0, 0x200, 0xff00, 0x10000000]) {
    it(`make the same Intel HEX from Intel HEX at 0x${address.toString(16)}`, async () => {
      const input = folder.path("input.hex");
      const [theirHex, ourHex] = [folder.path("theirs.hex"), folder.path("ours.hex")];
      const gap = address + 600;
      const blocks = [
        { address, bytes: new Uint8Array(500).fill(0x41) },
        { address: gap, bytes: new Uint8Array(50).fill(0x42) },
      ];
      writeFileSync(input, formatIntelHex(blocks));
      imgtoolSigns("-k", KEY, ...BASE, input, theirHex);
      await trialbootSigns("-k", KEY, ...BASE, input, ourHex);
      assert.equal(readFileSync(ourHex, "latin1"), readFileSync(theirHex, "latin1").replaceAll("\r\n", "\n"));
    });
  }

  it("accept each other's images in Intel HEX", async () => {
    const hex = folder.path("image.hex");
    imgtoolSigns("-k", KEY, ...BASE, "-s", "1", "-x", "0x10000", "payloads/3k.js", hex);
    const result = await runMain(["verify", hex, "--key", PUBLIC_KEY, "--counter-floor", "1"]);
    assert.equal(result.exitCode, 0, result.stderr);
    await trialbootSigns("-k", KEY, ...BASE, "-s", "1", "-x", "0x10000", "payloads/3k.js", hex);
    assert.equal(imgtool("verify", "-k", PUBLIC_KEY, hex).status, 0);
  });

  it("accept each other's keys", async () => {
    const theirKey = folder.path("their-key.pem");
    const ourKey = folder.path("our-key.pem");
    assert.equal(imgtool("keygen", "-t", "ed25519", "-k", theirKey).status, 0);
    assert.equal((await runMain(["keys", "new", "-o", ourKey])).exitCode, 0);
    for (const key of [theirKey, ourKey]) {
      const exported = imgtool("getpub", "-k", key, "-e", "pem");
      assert.equal((await runMain(["keys", "public", key])).stdout, exported.stdout);
      const c = imgtool("getpub", "-k", key, "-e", "lang-c").stdout;
      const ourC = (await runMain(["keys", "public", key, "--format", "c"])).stdout;
      assert.equal(ourC.slice(ourC.indexOf("\n")), c.slice(c.indexOf("\n")));
      imgtoolSigns("-k", key, ...BASE, "payloads/1k.js", theirs);
      await trialbootSigns("-k", key, ...BASE, "payloads/1k.js", ours);
      assert.deepEqual(readFileSync(ours), readFileSync(theirs));
      assert.equal((await runMain(["verify", theirs, "--key", key])).exitCode, 0);
      assert.equal(imgtool("verify", "-k", key, ours).status, 0);
    }
  });

  it("refuse the same image with one bit changed", async () => {
    await trialbootSigns("-k", KEY, ...BASE, "payloads/1k.js", ours);
    const bytes = readFileSync(ours);
    for (const offset of [700, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      writeFileSync(ours, changed);
      assert.equal(imgtool("verify", "-k", PUBLIC_KEY, ours).status, 1);
      assert.equal((await runMain(["verify", ours, "--key", PUBLIC_KEY])).exitCode, 20);
    }
  });

  for (const vector of ["digest", "payload"]) {
    it(`write the same ${vector} to sign elsewhere`, async () => {
      imgtoolSigns("--vector-to-sign", vector, ...BASE, "-s", "2", "payloads/3k.js", theirs);
      await trialbootSigns("--vector-to-sign", vector, ...BASE, "-s", "2", "payloads/3k.js", ours);
      assert.deepEqual(readFileSync(ours), readFileSync(theirs));
    });
  }

  it("join the same signature from elsewhere to the same image, and write it out in the same form", async () => {
    const [vector, fixed] = [folder.path("vector"), folder.path("signature")];
    const [theirSignature, ourSignature] = [folder.path("theirs.sig"), folder.path("ours.sig")];
    await trialbootSigns("--vector-to-sign", "digest", ...BASE, "-s", "2", "payloads/3k.js", vector);
    const signature = sign(null, readFileSync(vector), createPrivateKey(readFileSync(join(VECTORS, KEY))));
    writeFileSync(fixed, signature.toString("base64"));
    const flags = ["--fix-sig", fixed, "--fix-sig-pubkey", PUBLIC_KEY, ...BASE, "-s", "2"];
    imgtoolSigns(...flags, "--sig-out", theirSignature, "payloads/3k.js", theirs);
    await trialbootSigns(...flags, "--sig-out", ourSignature, "payloads/3k.js", ours);
    assert.deepEqual(readFileSync(ours), readFileSync(theirs));
    assert.deepEqual(readFileSync(ourSignature), readFileSync(theirSignature));
    assert.equal(imgtool("verify", "-k", PUBLIC_KEY, ours).status, 0);
  });

  it("read the same entries from an image", async () => {
    const everything = FLAG_SETS.find(([title]) => title === "every protected entry")?.[1] ?? [];
    await trialbootSigns("-k", KEY, ...BASE, ...everything, "payloads/3k.js", ours);
    const dumped = imgtool("dumpinfo", "--format", "json", ours);
    assert.equal(dumped.status, 0, dumped.stderr);
    interface TheirTlv {
      readonly type: number;
      readonly len: number;
      readonly data: string;
    }
    const their = JSON.parse(dumped.stdout) as { tlv_area: { tlvs_prot: TheirTlv[]; tlvs: TheirTlv[] } };
    interface OurArea {
      readonly entries: { readonly type: number; readonly lengthBytes: number; readonly value: string }[];
    }
    const info = await runMain(["info", "--json", ours]);
    const our = JSON.parse(info.stdout) as { areas: OurArea[] };
    assert.deepEqual(
      our.areas.flatMap((area) => area.entries.map((entry) => [entry.type, entry.lengthBytes, entry.value])),
      [...their.tlv_area.tlvs_prot, ...their.tlv_area.tlvs].map((tlv) => [tlv.type, tlv.len, tlv.data]),
    );
  });
});
