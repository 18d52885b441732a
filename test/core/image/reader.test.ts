import assert from "node:assert/strict";

import type { ImagePolicy, ImageVerdict } from "../../../core/image/image";
import { Tlv } from "../../../core/image/image";
import { readImage, verifyImage } from "../../../core/image/reader";
import { TLV_BYTES_MAX, TLV_ENTRIES_MAX, TRUSTED_KEYS_MAX } from "../../../core/limits";
import type { ImageVerifier } from "../../../core/image/signatures";
import { createImageVerifier } from "../../../core/image/signatures";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { createTweetnaclVerifier } from "../../../hal/tweetnacl/verifier";
import type { RawTlv } from "./image-builder";
import { digestAndPair, pair, rawImage } from "./image-builder";
import { devicePolicy, memoryHash, nodeSha256 } from "./mcuboot-vectors";

const SLOT_SIZE_BYTES = 262144;
/** Info header; digest, key hash and signature with their heads. */
const TLVS_OF_A_PLAIN_IMAGE = 4 + 3 * 4 + 32 + 32 + 64;
const verifier = createTweetnaclVerifier();

function verify(image: Uint8Array, changes: Partial<ImagePolicy> = {}): ImageVerdict {
  const policy = { ...devicePolicy(SLOT_SIZE_BYTES), ...changes };
  return verifyImage(createByteSource(image), policy, memoryHash, verifier);
}

function reasonOf(image: Uint8Array, changes: Partial<ImagePolicy> = {}): Reason {
  return verify(image, changes).reason;
}

const counter = (value: number): RawTlv => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return [Tlv.SecurityCounter, bytes];
};
const filled = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

describe("the image reader", () => {
  it("accepts a plain image and tells its size", () => {
    const image = rawImage({});
    assert.equal(verify(image).image?.totalSizeBytes, image.length);
    assert.equal(verify(Buffer.concat([image, filled(9)])).image?.totalSizeBytes, image.length);
  });

  it("accepts an image that ends exactly at the limit, not one byte beyond", () => {
    const image = rawImage({});
    assert.equal(reasonOf(image, { maxSizeBytes: image.length }), Reason.None);
    assert.equal(reasonOf(image, { maxSizeBytes: image.length - 1 }), Reason.ImageTooLarge);
  });

  it("says encrypted or compressed for any of their flags, and contradiction for two of a kind", () => {
    const flags = (value: number) => reasonOf(rawImage({ header: { flags: value } }));
    assert.equal(flags(0x4), Reason.Encrypted);
    assert.equal(flags(0x8), Reason.Encrypted);
    assert.equal(flags(0x200), Reason.Compressed);
    assert.equal(flags(0x400), Reason.Compressed);
    assert.equal(flags(0x800), Reason.Compressed);
    assert.equal(flags(0xc), Reason.FlagsContradict);
    assert.equal(flags(0x600), Reason.FlagsContradict);
    assert.equal(flags(0x10), Reason.NonBootable);
    assert.equal(flags(0x1 + 0x20 + 0x40000000), Reason.None);
  });

  it("compares the address of a ROM_FIXED image with the slot's", () => {
    const image = rawImage({ header: { flags: 0x100, loadAddress: 0xfffff000 } });
    assert.equal(reasonOf(image, { slotAddress: 0xfffff000 }), Reason.None);
    assert.equal(reasonOf(image), Reason.WrongAddress);
  });

  it("ignores unknown types in the protected area and refuses them in the other", () => {
    assert.equal(reasonOf(rawImage({ protectedTlvs: [[0xa0, filled(300)], [0x3f, filled(1)]] })), Reason.None);
    const outside = rawImage({ unprotectedTlvs: (digest) => [...digestAndPair(digest), [0xa0, filled(1)]] });
    assert.equal(reasonOf(outside), Reason.TlvNotAllowed);
  });

  it("refuses every type of the unprotected area in the protected one", () => {
    const types = [0x01, 0x02, 0x10, 0x11, 0x12, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x30, 0x31, 0x32, 0x33, 0x34];
    for (const type of types) {
      assert.equal(reasonOf(rawImage({ protectedTlvs: [[type, filled(32)]] })), Reason.TlvNotAllowed, String(type));
    }
  });

  it("names the feature that is not built beside a good signature", () => {
    const beside = (type: number) =>
      reasonOf(rawImage({ unprotectedTlvs: (digest) => [...digestAndPair(digest), [type, filled(3)]] }));
    assert.equal(beside(0x02), Reason.FullPublicKey);
    assert.equal(beside(0x11), Reason.DigestKind);
    assert.equal(beside(0x12), Reason.DigestKind);
    for (const type of [0x20, 0x21, 0x22, 0x23]) {
      assert.equal(beside(type), Reason.SignatureKind);
    }
    assert.equal(beside(0x25), Reason.PureSignature);
    for (const type of [0x30, 0x31, 0x32, 0x33, 0x34]) {
      assert.equal(beside(type), Reason.Encrypted);
    }
    for (const types of [[0x25, 0x12], [0x12, 0x25]]) {
      const both = rawImage({ unprotectedTlvs: () => types.map((type) => [type, filled(1)]) });
      assert.equal(reasonOf(both), Reason.PureSignature);
    }
    for (const type of [0x00, 0x03, 0x0f, 0x13, 0x1f, 0x26, 0x2f, 0x35, 0x50]) {
      assert.equal(beside(type), Reason.TlvNotAllowed);
    }
  });

  it("reads 64 entries in each area and not one more", () => {
    const entries = (count: number): RawTlv[] => Array.from({ length: count }, () => [0xa0, filled(1)]);
    assert.equal(reasonOf(rawImage({ protectedTlvs: entries(TLV_ENTRIES_MAX) })), Reason.None);
    assert.equal(reasonOf(rawImage({ protectedTlvs: entries(TLV_ENTRIES_MAX + 1) })), Reason.TlvTooMany);
    const strangers = (count: number) => rawImage({
      unprotectedTlvs: (digest) =>
        [[Tlv.Sha256, digest], ...Array<RawTlv>(count - 3).fill([1, filled(32)]), ...pair("sign-a", digest)],
    });
    assert.equal(reasonOf(strangers(TLV_ENTRIES_MAX)), Reason.None);
    assert.equal(reasonOf(strangers(TLV_ENTRIES_MAX + 1)), Reason.TlvTooMany);
  });

  it("takes 8,192 bytes of TLVs into RAM and not one more", () => {
    const withBytes = (count: number) => rawImage({ protectedTlvs: [[0xa0, filled(count)]] });
    const others = withBytes(0).length - rawImage({}).length + TLVS_OF_A_PLAIN_IMAGE;
    assert.equal(reasonOf(withBytes(TLV_BYTES_MAX - others)), Reason.None);
    assert.equal(reasonOf(withBytes(TLV_BYTES_MAX - others + 1)), Reason.TlvTooMany);
  });

  it("refuses a second counter, vendor, class or digest even if it is the same", () => {
    for (const type of [Tlv.SecurityCounter, Tlv.VendorId, Tlv.ClassId]) {
      const tlv: RawTlv = [type, filled(type === Tlv.SecurityCounter ? 4 : 16)];
      assert.equal(reasonOf(rawImage({ protectedTlvs: [tlv] })), Reason.None);
      assert.equal(reasonOf(rawImage({ protectedTlvs: [tlv, tlv] })), Reason.TlvDuplicate);
    }
    const twice = rawImage({ unprotectedTlvs: (digest) => [[Tlv.Sha256, digest], ...digestAndPair(digest)] });
    assert.equal(reasonOf(twice), Reason.TlvDuplicate);
  });

  it("insists on the length of everything it takes", () => {
    const wrong = [[Tlv.VendorId, 15], [Tlv.ClassId, 17], [Tlv.Dependency, 11], [Tlv.SecurityCounter, 3]];
    for (const [type, length] of wrong) {
      assert.equal(reasonOf(rawImage({ protectedTlvs: [[type, filled(length)]] })), Reason.TlvLength);
    }
    const strangersShortSignature = rawImage({
      unprotectedTlvs: (digest) => [...digestAndPair(digest), [1, filled(32)], [Tlv.Ed25519, filled(63)]],
    });
    assert.equal(reasonOf(strangersShortSignature), Reason.TlvLength);
  });

  it("demands the vendor and class that the policy names", () => {
    const image = rawImage({ protectedTlvs: [[Tlv.VendorId, filled(16, 1)], [Tlv.ClassId, filled(16, 2)]] });
    const vendorId = filled(16, 1);
    const classId = filled(16, 2);
    assert.equal(reasonOf(image, { vendorId, classId }), Reason.None);
    assert.equal(reasonOf(image, { vendorId: classId }), Reason.WrongVendor);
    assert.equal(reasonOf(image, { classId: vendorId }), Reason.WrongClass);
    assert.equal(reasonOf(rawImage({}), { vendorId }), Reason.WrongVendor);
    assert.equal(reasonOf(rawImage({}), { classId }), Reason.WrongClass);
  });

  it("compares the security counter without a sign", () => {
    const image = rawImage({ protectedTlvs: [counter(0x80000000)] });
    assert.equal(verify(image, { counterFloor: 0x7fffffff }).image?.securityCounter, 0x80000000);
    assert.equal(reasonOf(image, { counterFloor: 0x80000000 }), Reason.None);
    assert.equal(reasonOf(image, { counterFloor: 0x80000001 }), Reason.CounterBelowFloor);
    assert.equal(reasonOf(image, { counterFloor: undefined }), Reason.None);
  });
});

describe("the signatures of an image", () => {
  function counting(): { readonly verifier: ImageVerifier; calls: number } {
    const state = {
      calls: 0,
      verifier: createImageVerifier(
        (key, message, signature) => {
          state.calls++;
          return verifier.verify(key, message, signature);
        },
        () => true,
      ),
    };
    return state;
  }

  it("are verified at most four times", () => {
    const image = (count: number) => rawImage({
      unprotectedTlvs: (digest) =>
        [[Tlv.Sha256, digest], ...Array.from({ length: count }, () => pair("sign-a", digest)).flat()],
    });
    const policy = devicePolicy(SLOT_SIZE_BYTES);
    const enough = counting();
    assert.equal(
      verifyImage(createByteSource(image(TRUSTED_KEYS_MAX)), policy, memoryHash, enough.verifier).reason, Reason.None,
    );
    assert.equal(enough.calls, TRUSTED_KEYS_MAX);
    const many = counting();
    assert.equal(
      verifyImage(createByteSource(image(20)), policy, memoryHash, many.verifier).reason, Reason.TlvTooMany,
    );
    assert.equal(many.calls, TRUSTED_KEYS_MAX);
  });

  it("are not verified at all when anything else is wrong", () => {
    const none = counting();
    const policy = { ...devicePolicy(SLOT_SIZE_BYTES), counterFloor: 1 };
    const reason = verifyImage(createByteSource(rawImage({})), policy, memoryHash, none.verifier).reason;
    assert.equal(reason, Reason.CounterMissing);
    assert.equal(none.calls, 0);
  });

  it("count only with the key hash directly before them among key hashes and signatures", () => {
    const layout = (make: (digest: Uint8Array) => RawTlv[]) =>
      reasonOf(rawImage({ unprotectedTlvs: (digest) => [[Tlv.Sha256, digest], ...make(digest)] }));
    const [hashA, signatureA] = [0, 1].map((i) => (digest: Uint8Array) => pair("sign-a", digest)[i]);
    assert.equal(layout((digest) => [hashA(digest), signatureA(digest)]), Reason.None);
    assert.equal(layout((digest) => [hashA(digest), [1, filled(32)], signatureA(digest)]), Reason.KeyUnknown);
    assert.equal(layout((digest) => [[1, filled(32)], hashA(digest), signatureA(digest)]), Reason.None);
    assert.equal(layout((digest) => [hashA(digest), signatureA(digest), [Tlv.Ed25519, filled(64)]]), Reason.None);
    assert.equal(layout((digest) => [signatureA(digest), hashA(digest)]), Reason.KeyUnknown);
    assert.equal(layout((digest) => [...pair("sign-x", digest), ...pair("sign-b", digest)]), Reason.None);
  });

  it("must all be right where a trusted key is named, in either order", () => {
    const good = (digest: Uint8Array) => pair("sign-a", digest);
    const bad = (): RawTlv[] => [[1, pair("sign-b", filled(32))[0][1]], [Tlv.Ed25519, filled(64)]];
    for (const make of [(d: Uint8Array) => [...good(d), ...bad()], (d: Uint8Array) => [...bad(), ...good(d)]]) {
      const image = rawImage({ unprotectedTlvs: (digest) => [[Tlv.Sha256, digest], ...make(digest)] });
      assert.equal(reasonOf(image), Reason.SignatureInvalid);
    }
  });

  it("are not looked at by readImage, which checks the rest", () => {
    const unsigned = rawImage({ unprotectedTlvs: (digest) => [[Tlv.Sha256, digest]] });
    const read = readImage(createByteSource(unsigned), devicePolicy(SLOT_SIZE_BYTES), memoryHash);
    assert.equal(read.reason, Reason.None);
    assert.deepEqual(read.image?.digest, nodeSha256(unsigned.subarray(0, 37)));
    assert.equal(reasonOf(unsigned), Reason.Unsigned);
    unsigned[36] ^= 1;
    const torn = readImage(createByteSource(unsigned), devicePolicy(SLOT_SIZE_BYTES), memoryHash);
    assert.equal(torn.reason, Reason.DigestMismatch);
    assert.equal(torn.image, undefined);
  });
});
