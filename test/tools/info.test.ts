import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FILE_BYTES_MAX } from "../../tools/files";
import { LISTED_ENTRIES_MAX } from "../../tools/image-dump";
import { runMain, scratchFolder, VECTORS, type Vector } from "./run-main";

const index = JSON.parse(readFileSync(join(VECTORS, "index.json"), "utf8")) as { vectors: Vector[] };

interface InfoJson {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly reason: string;
  readonly problems: string[];
  readonly header: { readonly version: string; readonly flagNames: string[] } | null;
  readonly areas: readonly {
    readonly kind: string;
    readonly entries: readonly {
      readonly type: number;
      readonly name: string;
      readonly lengthBytes: number;
      readonly value: string;
      readonly meaning: string | null;
    }[];
  }[];
  readonly digestMatches: boolean | null;
  readonly trailer: { readonly magic: string; readonly imageOk: string; readonly copyDone: string } | null;
}

describe("trialboot info", () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  const info = async (file: string): Promise<InfoJson> => {
    return JSON.parse((await runMain(["info", "--json", file])).stdout) as InfoJson;
  };

  it("lists the TLV entries of every sound vector as the reference parser did", async () => {
    const good = index.vectors.filter((vector) => vector.class === "good" && vector.id !== "big-endian");
    assert.ok(good.length > 60);
    for (const vector of good) {
      const dump = await info(vector.file);
      const entries = dump.areas.flatMap((area) => area.entries);
      const found = entries.map((entry) => [entry.type, entry.lengthBytes, entry.value]);
      const recorded = (vector.fields.tlv_areas ?? []).flatMap((area) =>
        area.tlvs.map((tlv) => [Number(tlv.type), tlv.len, tlv.value]),
      );
      assert.deepEqual(found, recorded, vector.id);
    }
  });

  it("shows something of every vector, and ends with 24 only where there is no header", async () => {
    for (const vector of index.vectors) {
      const result = await runMain(["info", vector.file]);
      const hasHeader = /\nheader\n/.test(result.stdout);
      assert.equal(result.exitCode, hasHeader ? 0 : 24, vector.id);
      assert.match(result.stdout, /\nchecks\n/, vector.id);
      assert.doesNotMatch(result.stdout + result.stderr, /\n {4}at |internal error/, vector.id);
    }
  });

  it("prints header, areas, meanings and checks for people", async () => {
    const result = await runMain(["info", "images/good/protected-all.bin"]);
    assert.equal(result.exitCode, 0);
    assert.match(result.stdout, /version +3\.1\.4\+159\n/);
    assert.match(result.stdout, /protected TLVs at 12857, 180 bytes\n {2}SEC_CNT +0x0050 +4 {2}7\n/);
    assert.match(result.stdout, /DEPENDENCY +0x0040 +12 {2}image 1, at least 2\.0\.0\+0\n/);
    assert.match(result.stdout, /UUID_VID +0x0074 +16 {2}[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f-]{17}\n/);
    assert.match(result.stdout, /CUSTOM +0x00a0 +11 {2}"board-rev-3"\n/);
    assert.match(result.stdout, /digest +matches\n/);
    assert.match(result.stdout, /board +nothing wrong; the signature is not checked here/);
  });

  it("names flags", async () => {
    assert.deepEqual((await info("images/good/non-bootable.bin")).header?.flagNames, ["NON_BOOTABLE"]);
    assert.deepEqual((await info("images/good/rom-fixed.bin")).header?.flagNames, ["ROM_FIXED"]);
  });

  it("shows the trailer of a padded image", async () => {
    const confirmed = await info("images/good/confirm-align16.bin");
    assert.deepEqual(confirmed.trailer, { magic: "good", copyDone: "unset", imageOk: "set" });
    const padded = await info("images/good/pad-align32.bin");
    assert.deepEqual(padded.trailer, { magic: "good", copyDone: "unset", imageOk: "unset" });
    assert.equal((await info("images/good/basic-h32.bin")).trailer, null);
  });

  it("says what is wrong with a changed payload", async () => {
    const dump = await info("images/bad/payload-bitflip.bin");
    assert.equal(dump.ok, false);
    assert.equal(dump.digestMatches, false);
    assert.equal(dump.reason, "digest-mismatch");
    assert.match(dump.problems.join(), /SHA256 entry does not match the image, whose digest is [0-9a-f]{64}/);
  });

  it("says where a truncated file ends", async () => {
    const dump = await info("images/bad/trunc-in-payload.bin");
    assert.equal(dump.reason, "image-truncated");
    assert.equal(dump.digestMatches, null);
    assert.match(dump.problems.join(), /The file ends at \d+, before the TLV area at \d+/);
  });

  it("says of a big-endian image that it is one", async () => {
    assert.match((await info("images/good/big-endian.bin")).problems.join(), /big-endian/);
  });

  it("shows SHA-512 digests of images that boards refuse as right", async () => {
    const dump = await info("images/good/sha512-h32.bin");
    assert.equal(dump.digestMatches, true);
    assert.equal(dump.reason, "digest-kind");
  });

  it("lists no more entries of a hostile area than its limit", async () => {
    const path = folder.path("many.bin");
    const bytes = Buffer.alloc(32 + 4 + 4 * 16000);
    bytes.writeUInt32LE(0x96f3b83d, 0);
    bytes.writeUInt16LE(32, 8);
    bytes.writeUInt16LE(0x6907, 32);
    bytes.writeUInt16LE(4 + 4 * 16000, 34);
    for (let i = 0; i < 16000; i++) {
      bytes.writeUInt16LE(0xa0, 36 + 4 * i);
    }
    writeFileSync(path, bytes);
    const dump = await info(path);
    assert.equal(dump.areas[0]?.entries.length, LISTED_ENTRIES_MAX);
    assert.match(dump.problems.join(), /more than 256 entries/);
  });

  it("cannot be made to drive the terminal by text in an image or a file name", async () => {
    const image = folder.path("custom.bin");
    await runMain(["sign", "-v", "1.0.0", "-H", "32", "--pad-header", "-S", "0x20000",
      "--custom-tlv", "0xa0", "\u001b[31mred", "payloads/1k.js", image]);
    const result = await runMain(["info", image]);
    assert.equal(result.exitCode, 0);
    assert.ok(!result.stdout.includes("\u001b"));
    const missing = await runMain(["info", "\u001b[31mred"]);
    assert.equal(missing.exitCode, 1);
    assert.ok(!missing.stderr.includes("\u001b"));
  });

  it("refuses files of more than 64 MiB without reading them", async () => {
    const path = folder.path("huge.bin");
    writeFileSync(path, "");
    truncateSync(path, FILE_BYTES_MAX + 1);
    const result = await runMain(["info", path]);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /larger than 64 MiB/);
  });

  it("refuses folders and missing files with a sentence", async () => {
    const directory = await runMain(["info", "images"]);
    assert.equal(directory.exitCode, 1);
    assert.match(directory.stderr, /it is a folder, not a file/);
    assert.equal((await runMain(["info", "nowhere.bin"])).exitCode, 1);
  });
});
