import assert from "node:assert/strict";

import type { ImageVerdict } from "../../../core/image/image";
import { verifyImage } from "../../../core/image/reader";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { createTweetnaclVerifier } from "../../../hal/tweetnacl/verifier";
import type { Vector } from "./mcuboot-vectors";
import {
  devicePolicy, findVector, memoryHash, placeInSlot, readVectorFile, testKey, vectors,
} from "./mcuboot-vectors";

/** Which refusal each vector gets; vectors that are not here are accepted. */
const REFUSALS: [Reason, string[]][] = [
  [Reason.ImageTruncated, ["file-empty", "file-31-bytes", "file-header-only", "trunc-in-payload",
    "trunc-before-tlv", "trunc-in-info", "trunc-in-signature", "trunc-last-byte", "hdrsize-max",
    "info-total-plus1", "info-total-plus4", "info-total-ffff"]],
  [Reason.ImageMagic, ["big-endian", "magic-wrong", "magic-v1", "magic-erased", "magic-wrong-signed"]],
  [Reason.HeaderSize, ["hdrsize-0", "hdrsize-16", "hdrsize-31", "hdrsize-16-signed"]],
  [Reason.ImageTooLarge, ["imgsize-ffffffff", "imgsize-wrap-0", "imgsize-7fffffff", "imgsize-slot",
    "too-big-for-slot", "overlaps-trailer"]],
  [Reason.FlagsContradict, ["flags-both-aes", "flags-both-lzma"]],
  [Reason.NonBootable, ["non-bootable"]],
  [Reason.WrongAddress, ["rom-fixed", "rom-fixed-second-slot"]],
  [Reason.TlvInfo, ["hdrsize-plus4", "imgsize-wrap-32", "imgsize-plus1", "imgsize-minus1", "imgsize-zero",
    "info-magic-wrong", "info-magic-0", "info-total-0", "info-total-3", "prot-hdr-size-0"]],
  [Reason.ProtectedSize, ["prot-hdr-size-plus4", "prot-info-total-plus4", "prot-hdr-size-without-area",
    "prot-magic-wrong", "prot-mismatch-signed", "prot-removed"]],
  [Reason.TlvOverrun, ["info-total-short1", "siglen-ffff", "siglen-65", "siglen-128", "hashlen-ffff",
    "prot-tlv-overrun-signed"]],
  [Reason.TlvNotAllowed, ["seccnt-in-unprotected", "dep-in-unprotected", "vendor-tlv-in-unprotected",
    "unknown-tlv-in-unprotected", "tlv-type-high-byte", "hash-in-protected-only", "sig-in-protected"]],
  [Reason.TlvLength, ["ok-keyhash-truncated-4", "ok-keyhash-empty", "siglen-63", "siglen-0", "hashlen-31",
    "hashlen-33", "hashlen-0", "hashlen-31-consistent", "hashlen-0-consistent", "siglen-63-consistent",
    "siglen-65-consistent", "keyhash-33", "pure-no-marker", "seccnt-len-2", "seccnt-len-8"]],
  [Reason.TlvEmptyLast, ["custom-tlv-empty-last"]],
  [Reason.TlvDuplicate, ["ok-duplicate-seccnt-in-protected", "hash-twice-good-bad", "hash-twice-bad-good",
    "hash-twice-same"]],
  [Reason.Encrypted, ["enc128-h32", "enc128-h512-unaligned", "enc256-h32", "enc256-hmac512",
    "enc128-hmac512-sha512", "enc128-40k", "enc128-clear", "enc128-other-device", "lzma2-enc128",
    "confirm-enc-saveenctlv", "flags-encrypted-plain-payload", "ok-enc128-own", "enc-mac-bitflip",
    "enc-cipherkey-bitflip", "enc-ephemeral-bitflip", "enc-ephemeral-zero", "enc-tlv-missing", "enc-tlv-79",
    "enc-payload-bitflip", "enc-flag-256-key-128", "enc-flag-cleared"]],
  [Reason.Compressed, ["lzma2", "lzma2-seccnt", "lzma2-pure", "flags-lzma2-plain"]],
  [Reason.PureSignature, ["pure-h32", "pure-protected-h512", "pure-40k", "pure-marker-digest-signature",
    "pure-marker-value-0", "pure-marker-2-bytes", "pure-payload-bitflip"]],
  [Reason.DigestKind, ["sha512-h32", "sha512-protected", "unsigned-sha512", "sha512-tlv-sha256-digest"]],
  [Reason.SignatureKind, ["sig-type-ecdsa-tag"]],
  [Reason.FullPublicKey, ["pubkey-full"]],
  [Reason.DigestMissing, ["info-total-4", "hash-missing"]],
  [Reason.DigestMismatch, ["payload-bitflip", "payload-last-bitflip", "hdr-version-changed",
    "hdr-flags-changed", "hdr-pad1-changed", "hdr-loadaddr-changed", "hdr-padding-changed", "hash-bitflip",
    "hash-last-bitflip", "hash-wrong-signed", "sig-over-payload-hash", "prot-value-bitflip"]],
  [Reason.Unsigned, ["unsigned-hash-only", "info-total-short-sig", "hash-only", "sig-missing"]],
  [Reason.KeyUnknown, ["keyhash-missing", "keyhash-after-sig", "untrusted-key",
    "trusted-sig-untrusted-keyhash", "keyhash-of-raw-key", "keyhash-bitflip"]],
  [Reason.SignatureInvalid, ["sig-bitflip-r", "sig-bitflip-s", "sig-zero", "sig-s-plus-l", "sig-high-bits-s",
    "untrusted-sig-trusted-keyhash", "sig-b-under-keyhash-a", "sigs-good-then-bad-same-key",
    "sigs-bad-then-good-same-key", "sig-over-image-not-digest"]],
];

/** Where a slot of erased flash around a cut-off or overlong image changes the reason. */
const REFUSALS_IN_SLOT: Record<string, Reason> = {
  "file-empty": Reason.ImageMagic,
  "file-31-bytes": Reason.TlvInfo,
  "file-header-only": Reason.TlvInfo,
  "trunc-in-payload": Reason.TlvInfo,
  "trunc-before-tlv": Reason.TlvInfo,
  "trunc-in-info": Reason.TlvTooMany,
  "trunc-in-signature": Reason.SignatureInvalid,
  "trunc-last-byte": Reason.SignatureInvalid,
  "hdrsize-max": Reason.TlvInfo,
  "info-total-plus1": Reason.TlvOverrun,
  "info-total-plus4": Reason.TlvOverrun,
  "info-total-ffff": Reason.TlvTooMany,
};

/** Vectors whose verdict the reference leaves open, and ours; docs/spec-image.md says why. */
const CHOICES: Record<string, Reason> = {
  "custom-tlv-empty-last": Reason.TlvEmptyLast,
  "pubkey-full": Reason.FullPublicKey,
  "enc128-clear": Reason.Encrypted,
  "enc-flag-256-key-128": Reason.Encrypted,
  "ok-keyhash-truncated-4": Reason.TlvLength,
  "ok-keyhash-empty": Reason.TlvLength,
  "ok-duplicate-seccnt-in-protected": Reason.TlvDuplicate,
  "hash-twice-same": Reason.TlvDuplicate,
  "hdrsize-16-signed": Reason.HeaderSize,
  "sigs-bad-then-good-same-key": Reason.SignatureInvalid,
};

const SECOND_SLOT_ADDRESS = 0x20000;

const expectedReasons = new Map(REFUSALS.flatMap(([reason, ids]) => ids.map((id) => [id, reason] as const)));
const verifier = createTweetnaclVerifier();

function verifyFile(vector: Vector): ImageVerdict {
  const source = createByteSource(readVectorFile(vector.file));
  return verifyImage(source, devicePolicy(vector.slot_size), memoryHash, verifier);
}

function verifyInSlot(vector: Vector): ImageVerdict {
  const source = createByteSource(placeInSlot(readVectorFile(vector.file), vector.slot_size));
  return verifyImage(source, devicePolicy(vector.slot_size), memoryHash, verifier);
}

describe("the image reader on MCUboot's vectors", () => {
  it("has all 204 of them", () => {
    assert.equal(vectors.length, 204);
    assert.equal(new Set(vectors.map((vector) => vector.id)).size, 204);
  });

  it("keeps its tables free of unknown and doubled ids", () => {
    const ids = REFUSALS.flatMap(([, group]) => group);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of [...ids, ...Object.keys(CHOICES), ...Object.keys(REFUSALS_IN_SLOT)]) {
      assert.doesNotThrow(() => findVector(id));
    }
  });

  for (const vector of vectors) {
    const reason = expectedReasons.get(vector.id) ?? Reason.None;

    it(`${reason === Reason.None ? "accepts" : "refuses"} ${vector.id} for its own reason`, () => {
      const verdict = verifyFile(vector);
      assert.equal(verdict.reason, reason);
      assert.equal(verdict.image !== undefined, reason === Reason.None);
    });

    it(`gives ${vector.id} the same verdict in a slot of flash`, () => {
      assert.equal(verifyInSlot(vector).reason, REFUSALS_IN_SLOT[vector.id] ?? reason);
    });

    it(`follows what is expected of ${vector.id}`, () => {
      if (vector.expected === "choice") {
        assert.equal(reason, CHOICES[vector.id]);
      } else {
        assert.equal(reason === Reason.None, vector.expected === "accept" && vector.needs.length === 0);
      }
    });
  }

  it("accepts the ROM_FIXED image for the second slot there", () => {
    const vector = findVector("rom-fixed-second-slot");
    const policy = { ...devicePolicy(vector.slot_size), slotAddress: SECOND_SLOT_ADDRESS };
    const verdict = verifyImage(createByteSource(readVectorFile(vector.file)), policy, memoryHash, verifier);
    assert.equal(verdict.reason, Reason.None);
  });

  it("tells the facts of accepted images as the index lists them", () => {
    for (const vector of vectors) {
      const image = verifyFile(vector).image;
      if (image !== undefined) {
        const tlvs = (vector.fields.tlv_areas ?? []).flatMap((area) => area.tlvs);
        const value = (type: string): string | undefined => tlvs.find((tlv) => tlv.type === type)?.value;
        const counter = value("0x0050");
        assert.equal(Buffer.from(image.digest).toString("hex"), value("0x0010"), vector.id);
        assert.equal(
          image.securityCounter, counter === undefined ? undefined : Buffer.from(counter, "hex").readUInt32LE(),
        );
        assert.equal(image.vendorId && Buffer.from(image.vendorId).toString("hex"), value("0x0074"));
        assert.equal(image.classId && Buffer.from(image.classId).toString("hex"), value("0x0075"));
        assert.equal(image.dependencies.length, tlvs.filter((tlv) => tlv.type === "0x0040").length);
      }
    }
  });

  it("lists both dependencies of dep-two", () => {
    assert.deepEqual(verifyFile(findVector("dep-two")).image?.dependencies, [
      { imageId: 1, version: { major: 1, minor: 2, revision: 3, build: 9 } },
      { imageId: 2, version: { major: 0, minor: 4, revision: 0, build: 0 } },
    ]);
  });

  it("refuses every image of a key that is not trusted", () => {
    const stranger = [testKey("sign-x")];
    for (const vector of vectors) {
      if (vector.expected === "accept" && vector.needs.length === 0) {
        const policy = { ...devicePolicy(vector.slot_size), trustedKeys: stranger };
        const verdict = verifyImage(createByteSource(readVectorFile(vector.file)), policy, memoryHash, verifier);
        const isSignedByStranger = ["ok-two-sigs-unknown-first", "ok-two-sigs-known-first"].includes(vector.id);
        assert.equal(verdict.reason, isSignedByStranger ? Reason.None : Reason.KeyUnknown, vector.id);
      }
    }
  });
});

describe("anti-rollback on MCUboot's vectors", () => {
  for (const vector of vectors) {
    for (const run of vector.hw_rollback ?? []) {
      it(`judges ${vector.id} at the stored counter ${run.stored_before}`, () => {
        const policy = { ...devicePolicy(vector.slot_size), counterFloor: run.stored_before };
        const verdict = verifyImage(createByteSource(readVectorFile(vector.file)), policy, memoryHash, verifier);
        const withoutCounter = expectedReasons.get(vector.id);
        if (withoutCounter !== undefined) {
          assert.equal(verdict.reason, withoutCounter);
        } else {
          assert.equal(verdict.reason, run.verdict === "accept" ? Reason.None : Reason.CounterBelowFloor);
        }
      });
    }
  }

  it("refuses an image without a counter as soon as a floor is asked for", () => {
    const vector = findVector("basic-h32");
    const policy = { ...devicePolicy(vector.slot_size), counterFloor: 0 };
    const verdict = verifyImage(createByteSource(readVectorFile(vector.file)), policy, memoryHash, verifier);
    assert.equal(verdict.reason, Reason.CounterMissing);
  });
});
