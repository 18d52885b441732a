import assert from "node:assert/strict";
import fc from "fast-check";

import type { ImagePolicy, ImageVerdict } from "../../core/image/image";
import { Tlv } from "../../core/image/image";
import { readImage, verifyImage } from "../../core/image/reader";
import { readTrailer } from "../../core/image/trailer";
import type { ImageOptions } from "../../core/image/writer";
import { appendSignature, buildImage } from "../../core/image/writer";
import { TLV_BYTES_MAX } from "../../core/limits";
import type { ByteSource, HashPort } from "../../core/ports";
import { Reason } from "../../core/reasons";
import { createByteSource } from "../../hal/memory/byte-source";
import { rawImage } from "../core/image/image-builder";
import { imgtoolVerify } from "../core/image/imgtool-verify";
import {
  devicePolicy, findVector, memoryHash, nodeSha256, nodeVerifier, readVectorFile, signWithTestKey, testKey,
} from "../core/image/mcuboot-vectors";

const SLOT_SIZE_BYTES = 131072;

/** Header, info header, TLVs; header and TLVs once more after the digest. */
const READS_MAX = 5;

const policy: ImagePolicy = devicePolicy(SLOT_SIZE_BYTES);

/** Counts reads and fails the test when one leaves the source. */
interface CountingSource extends ByteSource {
  reads: number;
}

function countingSource(bytes: Uint8Array): CountingSource {
  return {
    sizeBytes: bytes.length,
    reads: 0,
    read(offsetBytes: number, lengthBytes: number): Uint8Array {
      this.reads++;
      assert.ok(Number.isInteger(offsetBytes) && Number.isInteger(lengthBytes));
      assert.ok(offsetBytes >= 0 && lengthBytes > 0 && offsetBytes + lengthBytes <= bytes.length);
      assert.ok(lengthBytes <= TLV_BYTES_MAX, "the reader takes no payload into RAM");
      return bytes.slice(offsetBytes, offsetBytes + lengthBytes);
    },
  };
}

/** Hashes regions past the counting, as a native hash would; also checks the region's bounds. */
function hashBeside(bytes: Uint8Array): HashPort {
  return {
    crc32: memoryHash.crc32,
    sha256: memoryHash.sha256,
    sha256Region(source: ByteSource, offsetBytes: number, lengthBytes: number): Uint8Array {
      assert.equal(offsetBytes, 0);
      assert.ok(lengthBytes <= source.sizeBytes);
      return nodeSha256(bytes.subarray(offsetBytes, offsetBytes + lengthBytes));
    },
  };
}

function verifyBounded(bytes: Uint8Array, demands: ImagePolicy = policy): ImageVerdict {
  const source = countingSource(bytes);
  const verdict = verifyImage(source, demands, hashBeside(bytes), nodeVerifier);
  assert.ok(source.reads <= READS_MAX, `${source.reads} reads`);
  assert.equal(verdict.image !== undefined, verdict.reason === Reason.None);
  assert.ok(verdict.reason >= Reason.None && verdict.reason <= Reason.WrongClass);
  return verdict;
}

const good = rawImage({
  payload: new Uint8Array(200).map((_, i) => i * 5),
  protectedTlvs: [
    [0x50, new Uint8Array([5, 0, 0, 0])], [0x40, new Uint8Array(12)], [0x74, new Uint8Array(16).fill(1)],
    [0xa0, new Uint8Array(70)],
  ],
});
const HASHED_BYTES = 32 + 200 + 4 + 8 + 16 + 20 + 74;
/** Info header, digest, key hash, signature. */
const UNPROTECTED_BYTES = 4 + 36 + 36 + 68;
const goodImage = verifyBounded(good).image;

describe("the image reader on hostile bytes", () => {
  it("has a good image to start from", () => {
    assert.equal(goodImage?.securityCounter, 5);
    assert.equal(goodImage?.totalSizeBytes, good.length);
    assert.equal(good.length, HASHED_BYTES + UNPROTECTED_BYTES);
  });

  it("refuses random bytes within bounded reads, with the magic and without", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, hasMagic) => {
      if (hasMagic && bytes.length >= 4) {
        bytes.set([0x3d, 0xb8, 0xf3, 0x96]);
      }
      assert.notEqual(verifyBounded(bytes).reason, Reason.None);
    }), { numRuns: 2000 });
  });

  it("refuses random TLVs behind a right header within bounded reads", () => {
    const tlv = fc.tuple(
      fc.oneof(fc.constantFrom(0x01, 0x10, 0x24, 0x40, 0x50, 0x74, 0xa0), fc.integer({ min: 0, max: 65535 })),
      fc.oneof(fc.constantFrom(0, 4, 12, 16, 32, 64), fc.nat(80)).map((length) => new Uint8Array(length)),
    );
    const tlvs = fc.array(tlv, { maxLength: 90 });
    fc.assert(fc.property(fc.option(tlvs, { nil: undefined }), tlvs, (protectedTlvs, unprotectedTlvs) => {
      const image = rawImage({
        ...(protectedTlvs === undefined ? {} : { protectedTlvs }), unprotectedTlvs: () => unprotectedTlvs,
      });
      assert.notEqual(verifyBounded(image).reason, Reason.None);
    }), { numRuns: 500 });
  });

  it("refuses a change of any single bit of the hashed region", () => {
    for (let bit = 0; bit < HASHED_BYTES * 8; bit++) {
      const bytes = good.slice();
      bytes[bit >> 3] ^= 1 << (bit & 7);
      const { reason } = verifyBounded(bytes);
      assert.ok(reason > Reason.None && reason <= Reason.DigestMismatch, `bit ${bit}: reason ${reason}`);
    }
  });

  it("refuses a change of any single bit of digest, key hash, signature and their heads", () => {
    for (let byte = HASHED_BYTES; byte < good.length; byte++) {
      const bytes = good.slice();
      bytes[byte] ^= 1 << (byte % 8);
      assert.notEqual(verifyBounded(bytes).reason, Reason.None, `byte ${byte}`);
    }
  });

  it("accepts after any mutation only what is the same image", () => {
    const edit = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(edits, fc.integer({ min: 0, max: good.length }), (changes, length) => {
      const bytes = good.slice(0, length);
      for (const [at, value] of changes) {
        bytes[at] = value;
      }
      const isSame = Buffer.from(bytes).equals(good);
      assert.equal(verifyBounded(bytes).reason === Reason.None, isSame);
    }), { numRuns: 2000 });
  });

  it("refuses an image with bytes put in anywhere among its TLVs", () => {
    const vector = readVectorFile(findVector("protected-all").file);
    const tail = vector.length - 400;
    fc.assert(fc.property(fc.nat(399), fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, inserted) => {
      const bytes = Buffer.concat([vector.subarray(0, tail + at), inserted, vector.subarray(tail + at)]);
      const isSame = bytes.subarray(0, vector.length).equals(vector);
      assert.equal(verifyBounded(new Uint8Array(bytes)).reason === Reason.None, isSame);
    }), { numRuns: 1000 });
  });

  it("reads a trailer from anything at least as long as one", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 160, maxLength: 200 }), (bytes) => {
      assert.doesNotThrow(() => readTrailer(countingSource(bytes)));
    }));
  });
});

describe("the image reader on flash that reads differently each time", () => {
  interface Fault {
    readonly call: number;
    readonly at: number;
    readonly bit: number;
  }

  interface FaultySource extends ByteSource {
    /** Whether two faults hit the same cell, in two reads: that is flash which is wrong, not flash that wavers. */
    hasRepeated(): boolean;
  }

  /** Reads of the hash count as well; each fault flips one bit of one read. */
  function faultySource(faults: Fault[]): FaultySource {
    const inner = createByteSource(good);
    const cells: number[] = [];
    let call = 0;
    return {
      sizeBytes: good.length,
      hasRepeated: () => new Set(cells).size < cells.length,
      read(offsetBytes: number, lengthBytes: number): Uint8Array {
        const bytes = inner.read(offsetBytes, lengthBytes);
        for (const fault of faults) {
          if (fault.call === call) {
            bytes[fault.at % lengthBytes] ^= 1 << fault.bit;
            cells.push((offsetBytes + (fault.at % lengthBytes)) * 8 + fault.bit);
          }
        }
        call++;
        return bytes;
      },
    };
  }

  it("accepts the genuine image or none when any one bit of any one read is wrong", () => {
    let refused = 0;
    for (let call = 0; call < 8; call++) {
      for (let at = 0; at < 256; at++) {
        const source = faultySource([{ call, at, bit: (call + at) % 8 }]);
        const verdict = verifyImage(source, policy, memoryHash, nodeVerifier);
        if (verdict.image === undefined) {
          refused++;
        } else {
          assert.deepEqual(verdict.image, goodImage);
        }
      }
    }
    assert.ok(refused > 1000);
  });

  it("accepts the genuine image or none under any faults that do not repeat themselves", () => {
    const fault = fc.record({ call: fc.nat(7), at: fc.nat(255), bit: fc.nat(7) });
    fc.assert(fc.property(fc.array(fault, { maxLength: 6 }), (chosen) => {
      const source = faultySource(chosen);
      const { image } = verifyImage(source, policy, memoryHash, nodeVerifier);
      fc.pre(!source.hasRepeated());
      assert.ok(image === undefined || JSON.stringify(image) === JSON.stringify(goodImage));
    }), { numRuns: 2000 });
  });

  it("refuses an image that is replaced between the check of its header and its digest", () => {
    const older = rawImage({ protectedTlvs: [[0x50, new Uint8Array([4, 0, 0, 0])]] });
    const newer = rawImage({ protectedTlvs: [[0x50, new Uint8Array([9, 0, 0, 0])]] });
    let shown = newer;
    const source: ByteSource = {
      sizeBytes: older.length,
      read: (offsetBytes, lengthBytes) => shown.slice(offsetBytes, offsetBytes + lengthBytes),
    };
    const swapping: HashPort = {
      ...memoryHash,
      sha256Region(): Uint8Array {
        shown = older;
        return nodeSha256(newer.subarray(0, newer.length - UNPROTECTED_BYTES));
      },
    };
    assert.equal(readImage(source, policy, swapping).reason, Reason.DigestMismatch);
  });
});

describe("the image writer and the reader", () => {
  const version = fc.record({
    major: fc.nat(255), minor: fc.nat(255), revision: fc.nat(65535), build: fc.integer({ min: 0, max: 0xffffffff }),
  }, { noNullPrototype: true });
  const uuid = fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined });
  const customTlvs = fc.uniqueArray(
    fc.record({
      // The type of LMS signatures is refused as a custom one.
      type: fc.integer({ min: 0xa0, max: 0xfffe }).filter((type) => type !== Tlv.Lms),
      value: fc.uint8Array({ minLength: 1, maxLength: 90 }),
    }),
    { maxLength: 6, selector: (tlv) => tlv.type },
  );
  const options: fc.Arbitrary<ImageOptions> = fc.record({
    version,
    headerSizeBytes: fc.integer({ min: 32, max: 600 }),
    padHeader: fc.constant(true),
    erasedValue: fc.constantFrom(0, 0xff),
    loadAddress: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
    romFixedAddress: fc.constant(undefined),
    nonBootable: fc.constant(false),
    securityCounter: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
    bootRecord: fc.option(fc.uint8Array({ minLength: 1, maxLength: 100 }), { nil: undefined }),
    dependencies: fc.array(fc.record({ imageId: fc.nat(255), version }, { noNullPrototype: true }), { maxLength: 8 }),
    vendorId: uuid,
    classId: uuid,
    customTlvs,
  });

  it("agree on every image, and so does the walk of imgtool verify", () => {
    fc.assert(fc.property(options, fc.uint8Array({ maxLength: 500 }), (chosen, payload) => {
      const { reason, bytes } = buildImage(payload, chosen);
      assert.equal(reason, Reason.None);
      assert.ok(bytes);
      const digest = nodeSha256(bytes);
      const key = testKey("sign-b");
      const image = appendSignature(bytes, digest, key.keyHash, signWithTestKey("sign-b", digest));
      const verdict = verifyBounded(image, { ...policy, vendorId: chosen.vendorId, classId: chosen.classId });
      assert.equal(verdict.reason, Reason.None);
      assert.equal(imgtoolVerify(image, key.publicKey), "valid");
      assert.ok(verdict.image);
      assert.deepEqual(verdict.image.header.version, chosen.version);
      assert.equal(verdict.image.header.headerSizeBytes, chosen.headerSizeBytes);
      assert.equal(verdict.image.header.payloadSizeBytes, payload.length);
      assert.equal(verdict.image.header.loadAddress, chosen.loadAddress ?? 0);
      assert.equal(verdict.image.securityCounter, chosen.securityCounter);
      assert.deepEqual(verdict.image.dependencies, chosen.dependencies);
      assert.deepEqual(verdict.image.vendorId, chosen.vendorId);
      assert.deepEqual(verdict.image.classId, chosen.classId);
      assert.deepEqual(verdict.image.digest, digest);
      assert.equal(verdict.image.totalSizeBytes, image.length);
    }), { numRuns: 200 });
  });
});
