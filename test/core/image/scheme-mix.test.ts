import assert from "node:assert/strict";

import { verifyImage } from "../../../core/image/reader";
import { createImageVerifier } from "../../../core/image/signatures";
import type { TrustedKey } from "../../../core/ports";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { rawImage } from "./image-builder";
import { devicePolicy, memoryHash, nodeSha256, testKey } from "./mcuboot-vectors";

/** Says yes to everything: what is refused here is refused before any arithmetic. */
const CREDULOUS = createImageVerifier(() => true, () => true);
const LMS: TrustedKey = { publicKey: new Uint8Array(56), keyHash: nodeSha256(new Uint8Array(60)) };
const ED25519 = testKey("sign-a");

function reasonFor(trustedKey: TrustedKey, image: Uint8Array): Reason {
  const policy = { ...devicePolicy(65536), trustedKeys: [trustedKey] };
  return verifyImage(createByteSource(image), policy, memoryHash, CREDULOUS).reason;
}

describe("a signature of one scheme by a key of the other", () => {
  it("is refused: Ed25519 by an LMS key", () => {
    const image = rawImage({
      unprotectedTlvs: (digest) => [[0x10, digest], [0x01, LMS.keyHash], [0x24, new Uint8Array(64)]],
    });
    assert.equal(reasonFor(LMS, image), Reason.SignatureInvalid);
  });

  it("is refused: LMS by an Ed25519 key", () => {
    const value = new Uint8Array([...ED25519.keyHash, ...new Uint8Array(64)]);
    const image = rawImage({ protectedTlvs: [[0x54a0, value]], unprotectedTlvs: (digest) => [[0x10, digest]] });
    assert.equal(reasonFor(ED25519, image), Reason.SignatureInvalid);
  });

  it("leaves the right pairs alone", () => {
    assert.equal(reasonFor(ED25519, rawImage({})), Reason.None);
    const value = new Uint8Array([...LMS.keyHash, ...new Uint8Array(64)]);
    const image = rawImage({ protectedTlvs: [[0x54a0, value]], unprotectedTlvs: (digest) => [[0x10, digest]] });
    assert.equal(reasonFor(LMS, image), Reason.None);
  });
});
