/** Image files as they come over a wire: only what a trusted key signed is accepted, whatever else the bytes say. */

import assert from "node:assert/strict";
import type { ImageVerdict } from "../../../core/image/image";
import { readImage, verifyImage } from "../../../core/image/reader";
import { TLV_BYTES_MAX } from "../../../core/limits";
import type { ByteSource } from "../../../core/ports";
import { Reason } from "../../../core/reasons";
import { createHostHash } from "../../../tools/host-hash";
import { devicePolicy, nodeSha256, nodeVerifier, readVectorFile } from "../../core/image/mcuboot-vectors";
import { rawImage } from "../../core/image/image-builder";
import type { FuzzTarget } from "../target";

const HASH = createHostHash();
const POLICY = devicePolicy(65536);
/** Header, info header, TLVs; header and TLVs once more after the digest. Hashing reads beside these. */
const READS_MAX = 5;
const VECTORS = ["basic-h32", "seccnt-5", "vid-cid-names", "dep-two", "protected-all"];

const SIGNED = [
  rawImage({ payload: new Uint8Array(60).fill(7) }),
  rawImage({
    protectedTlvs: [[0x50, Uint8Array.of(3, 0, 0, 0)], [0x40, new Uint8Array(12)], [0xa0, new Uint8Array(9)]],
  }),
];

function vector(name: string): Uint8Array[] {
  try {
    return [readVectorFile(`images/good/${name}.bin`)].filter(({ length }) => length < 6000);
  } catch {
    return [];
  }
}

const SEEDS = [...SIGNED, ...VECTORS.flatMap(vector)];

function signedBytes(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  return view.getUint16(8, true) + view.getUint16(10, true) + view.getUint32(12, true);
}

/** SHA-256 of what the test keys signed. */
const AUTHENTIC = new Set(
  SEEDS.map((file) => Buffer.from(nodeSha256(file.subarray(0, signedBytes(file)))).toString("hex")),
);

function sourceOf(file: Uint8Array): ByteSource & { reads: number } {
  return {
    sizeBytes: file.length,
    reads: 0,
    read(offsetBytes, lengthBytes) {
      this.reads++;
      const isInside = offsetBytes >= 0 && lengthBytes >= 0 && offsetBytes + lengthBytes <= file.length;
      assert.ok(isInside, "a read leaves the file");
      assert.ok(lengthBytes <= TLV_BYTES_MAX, "the payload is taken into memory");
      return file.slice(offsetBytes, offsetBytes + lengthBytes);
    },
  };
}

function judge(file: Uint8Array, isVerified: boolean): ImageVerdict {
  const source = sourceOf(file);
  const hash = {
    ...HASH,
    sha256Region: (_source: ByteSource, offsetBytes: number, lengthBytes: number) => {
      assert.ok(lengthBytes <= file.length - offsetBytes, "a digest leaves the file");
      return nodeSha256(file.subarray(offsetBytes, offsetBytes + lengthBytes));
    },
  };
  const verdict = isVerified ? verifyImage(source, POLICY, hash, nodeVerifier) : readImage(source, POLICY, hash);
  assert.ok(source.reads <= READS_MAX, `${source.reads} reads`);
  assert.equal(verdict.image === undefined, verdict.reason !== Reason.None);
  return verdict;
}

export const target: FuzzTarget = {
  name: "image",
  maxBytes: 8192,
  seeds: () => SEEDS.map((file) => file.slice()),
  words: ["\x07\x69", "\x08\x69", "\x3d\xb8\xf3\x96", "\x10\x00\x20\x00", "\x01\x00\x20\x00", "\x24\x00\x40\x00"],
  run(file) {
    const verdict = judge(file, true);
    assert.deepEqual(judge(file, true), verdict, "the verdict changes");
    const { image } = verdict;
    const unsigned = judge(file, false);
    if (image === undefined) {
      const { reason } = verdict;
      const isLater = reason === Reason.TlvTooMany || (reason >= Reason.Unsigned && reason <= Reason.VerifierBroken);
      assert.ok(isLater || unsigned.reason === reason, "readImage differs");
      return;
    }
    assert.ok(AUTHENTIC.has(Buffer.from(image.digest).toString("hex")), "something is accepted that nobody signed");
    assert.deepEqual(image.digest, nodeSha256(file.subarray(0, signedBytes(file))));
    assert.ok(image.totalSizeBytes <= file.length);
    assert.deepEqual(unsigned, verdict);
  },
  /** Puts the digest right where the first TLV is one. */
  repair(file) {
    const end = file.length >= 32 ? signedBytes(file) : 0;
    if (end < 32 || end + 40 > file.length || file[end + 4] !== 0x10) {
      return file;
    }
    const copy = file.slice();
    copy.set(nodeSha256(file.subarray(0, end)), end + 8);
    return copy;
  },
};
