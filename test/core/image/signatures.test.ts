import assert from "node:assert/strict";

import type { ImagePolicy } from "../../../core/image/image";
import { Tlv } from "../../../core/image/image";
import { verifyImage } from "../../../core/image/reader";
import { createImageVerifier, SignaturePolicy } from "../../../core/image/signatures";
import { appendDigest, appendSignature, buildImage } from "../../../core/image/writer";
import type { TrustedKey } from "../../../core/ports";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { imgtoolVerify } from "./imgtool-verify";
import { digestAndPair, rawImage } from "./image-builder";
import type { RawTlv } from "./image-builder";
import { devicePolicy, memoryHash, nodeSha256, nodeVerifier, signWithTestKey, testKey } from "./mcuboot-vectors";

/** A stand-in for LMS, whose own arithmetic is tested elsewhere: the hash of key and message, three times. */
const SIGNATURE_BYTES = 96;

function standInSignature(key: TrustedKey, message: Uint8Array): Uint8Array {
  const hash = nodeSha256(Buffer.concat([key.publicKey, message]));
  return new Uint8Array(Buffer.concat([hash, hash, hash]));
}

const lmsKey = (seed: number): TrustedKey => ({
  publicKey: new Uint8Array(56).fill(seed),
  keyHash: nodeSha256(new Uint8Array(72).fill(seed)),
});
const LMS = lmsKey(1);
const LMS_SPARE = lmsKey(2);
const LMS_STRANGER = lmsKey(3);
const ED = testKey("sign-a");

let asked = 0;

function standIn(): ReturnType<typeof createImageVerifier> {
  return createImageVerifier(
    (key, message, signature) => {
      asked++;
      return key.publicKey.length === 56
        ? Buffer.from(standInSignature(key, message)).equals(signature)
        : nodeVerifier.verify(key, message, signature);
    },
    () => true,
  );
}

interface Choices {
  readonly lms?: readonly TrustedKey[];
  readonly ed25519?: "sign-a" | "sign-x" | undefined;
  /** Breaks the LMS signature with this number. */
  readonly broken?: number;
}

function image(choices: Choices): Uint8Array {
  const lms = choices.lms ?? [];
  const built = buildImage(new Uint8Array(100).fill(9), {
    version: { major: 1, minor: 0, revision: 0, build: 0 },
    headerSizeBytes: 32, padHeader: true, erasedValue: 0xff, loadAddress: undefined, romFixedAddress: undefined,
    nonBootable: false, securityCounter: 7, bootRecord: undefined, dependencies: [],
    vendorId: undefined, classId: undefined, customTlvs: [{ type: 0xa0, value: new Uint8Array(5) }],
    lmsKeys: lms.map(({ keyHash }) => ({ keyHash, signatureBytes: SIGNATURE_BYTES })),
  });
  const bytes = built.bytes!;
  const message = nodeSha256(bytes.subarray(0, built.lmsMessageBytes));
  lms.forEach((key, index) => {
    const signature = standInSignature(key, message);
    signature[95] ^= choices.broken === index ? 1 : 0;
    bytes.set(signature, built.lmsOffsets[index]);
  });
  const digest = nodeSha256(bytes);
  return choices.ed25519 === undefined
    ? appendDigest(bytes, digest)
    : appendSignature(bytes, digest, testKey(choices.ed25519).keyHash, signWithTestKey(choices.ed25519, digest));
}

function reasonOf(bytes: Uint8Array, trustedKeys: TrustedKey[], changes: Partial<ImagePolicy> = {}): Reason {
  const policy = { ...devicePolicy(65536), trustedKeys, ...changes };
  return verifyImage(createByteSource(bytes), policy, memoryHash, standIn()).reason;
}

const ALL = { signaturePolicy: SignaturePolicy.All };

describe("an image with LMS signatures", () => {
  it("is accepted for either signature where any will do", () => {
    const hybrid = image({ lms: [LMS], ed25519: "sign-a" });
    assert.equal(reasonOf(hybrid, [ED, LMS]), Reason.None);
    assert.equal(reasonOf(hybrid, [ED]), Reason.None);
    assert.equal(reasonOf(hybrid, [LMS]), Reason.None);
    assert.equal(reasonOf(image({ lms: [LMS] }), [ED, LMS]), Reason.None);
    assert.equal(reasonOf(image({ ed25519: "sign-a" }), [ED, LMS]), Reason.None);
  });

  it("needs a signature of each scheme that the board has keys for where all must hold", () => {
    const hybrid = image({ lms: [LMS], ed25519: "sign-a" });
    assert.equal(reasonOf(hybrid, [ED, LMS], ALL), Reason.None);
    assert.equal(reasonOf(image({ lms: [LMS] }), [ED, LMS], ALL), Reason.SignatureMissing);
    assert.equal(reasonOf(image({ ed25519: "sign-a" }), [ED, LMS], ALL), Reason.SignatureMissing);
    assert.equal(reasonOf(image({ lms: [LMS], ed25519: "sign-x" }), [ED, LMS], ALL), Reason.SignatureMissing);
    assert.equal(reasonOf(image({ lms: [LMS_STRANGER], ed25519: "sign-a" }), [ED, LMS], ALL), Reason.SignatureMissing);
    assert.equal(reasonOf(hybrid, [ED], ALL), Reason.None);
    assert.equal(reasonOf(hybrid, [LMS], ALL), Reason.None);
  });

  it("is accepted for the spare key as for the active one", () => {
    const keys = [ED, testKey("sign-b"), LMS, LMS_SPARE];
    assert.equal(reasonOf(image({ lms: [LMS_SPARE], ed25519: "sign-a" }), keys, ALL), Reason.None);
    assert.equal(reasonOf(image({ lms: [LMS, LMS_SPARE], ed25519: "sign-a" }), keys, ALL), Reason.None);
  });

  it("THREAT.IMG.NON_AUTH: is refused for one bad signature by a trusted key, whatever else it carries", () => {
    for (const broken of [0, 1]) {
      const bytes = image({ lms: [LMS, LMS_SPARE], ed25519: "sign-a", broken });
      assert.equal(reasonOf(bytes, [ED, LMS, LMS_SPARE]), Reason.SignatureInvalid);
    }
    assert.equal(reasonOf(image({ lms: [LMS_STRANGER, LMS], broken: 0 }), [LMS]), Reason.None);
    assert.equal(reasonOf(image({ lms: [LMS_STRANGER] }), [LMS]), Reason.KeyUnknown);
  });

  it("keeps a signature of one scheme from passing for one of the other", () => {
    const digestOf = (digest: Uint8Array): RawTlv[] => [
      [Tlv.Sha256, digest], [Tlv.KeyHash, LMS.keyHash], [Tlv.Ed25519, standInSignature(LMS, digest).subarray(0, 64)],
    ];
    assert.equal(reasonOf(rawImage({ unprotectedTlvs: digestOf }), [LMS]), Reason.SignatureInvalid);
    const edInLms: RawTlv = [Tlv.Lms, Buffer.concat([ED.keyHash, new Uint8Array(64)])];
    assert.equal(reasonOf(rawImage({ protectedTlvs: [edInLms] }), [ED]), Reason.SignatureInvalid);
  });

  it("signs everything in front of the first LMS signature, so that nothing else may stand behind it", () => {
    const entry: RawTlv = [Tlv.Lms, Buffer.concat([LMS.keyHash, new Uint8Array(96)])];
    const behind = rawImage({ protectedTlvs: [entry, [0xa0, new Uint8Array(3)]] });
    assert.equal(reasonOf(behind, [ED]), Reason.TlvNotAllowed);
    assert.equal(reasonOf(rawImage({ protectedTlvs: [[0xa0, new Uint8Array(3)], entry, entry] }), [ED]), Reason.None);
  });

  it("must have its LMS signature in the protected area, longer than the key hash alone", () => {
    const outside = rawImage({
      unprotectedTlvs: (digest) => [...digestAndPair(digest), [Tlv.Lms, new Uint8Array(99)]],
    });
    assert.equal(reasonOf(outside, [ED, LMS]), Reason.TlvNotAllowed);
    for (const lengthBytes of [1, 31, 32]) {
      const short = rawImage({ protectedTlvs: [[Tlv.Lms, new Uint8Array(lengthBytes)]] });
      assert.equal(reasonOf(short, [ED, LMS]), Reason.TlvLength);
    }
  });

  it("is refused with any of its bytes changed, under each policy", () => {
    const good = image({ lms: [LMS], ed25519: "sign-a" });
    for (let at = 0; at < good.length; at++) {
      const bytes = good.slice();
      bytes[at] ^= 0x10;
      assert.notEqual(reasonOf(bytes, [ED, LMS], ALL), Reason.None, `byte ${at}`);
    }
    const lmsOnly = image({ lms: [LMS] });
    for (let at = 0; at < lmsOnly.length; at++) {
      const bytes = lmsOnly.slice();
      bytes[at] ^= 0x10;
      assert.notEqual(reasonOf(bytes, [LMS]), Reason.None, `byte ${at}`);
    }
  });

  it("passes imgtool's own walk, which takes LMS for an entry of somebody else's", () => {
    const hybrid = image({ lms: [LMS, LMS_SPARE], ed25519: "sign-a" });
    assert.equal(imgtoolVerify(hybrid, ED.publicKey), "valid");
    assert.equal(imgtoolVerify(image({ lms: [LMS] }), undefined), "valid");
  });

  it("costs at most four verifications", () => {
    asked = 0;
    const keys = [LMS];
    assert.equal(reasonOf(image({ lms: [LMS, LMS, LMS, LMS] }), keys), Reason.None);
    assert.equal(asked, 4);
    assert.equal(reasonOf(image({ lms: [LMS, LMS, LMS, LMS, LMS] }), keys), Reason.TlvTooMany);
    assert.equal(asked, 8);
  });
});

describe("a verifier whose self-test failed", () => {
  it("accepts nothing any more and says why", () => {
    let works = false;
    const verifier = createImageVerifier(() => true, () => works);
    const source = createByteSource(image({ ed25519: "sign-a" }));
    const policy = devicePolicy(65536);
    assert.equal(verifyImage(source, policy, memoryHash, verifier).reason, Reason.None);
    assert.equal(verifier.selfTest(), false);
    assert.equal(verifyImage(source, policy, memoryHash, verifier).reason, Reason.VerifierBroken);
    assert.equal(verifier.verify(ED, new Uint8Array(32), new Uint8Array(64)), false);
    works = true;
    assert.equal(verifier.selfTest(), true);
    assert.equal(verifyImage(source, policy, memoryHash, verifier).reason, Reason.None);
  });
});
