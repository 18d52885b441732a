import assert from "node:assert/strict";

import type { Version } from "../../../core/image/image";
import { Tlv } from "../../../core/image/image";
import { verifyImage } from "../../../core/image/reader";
import { padImage } from "../../../core/image/trailer-writer";
import type { ImageOptions } from "../../../core/image/writer";
import { appendDigest, appendSignature, automaticSecurityCounter, buildImage } from "../../../core/image/writer";
import { DEPENDENCIES_MAX, TLV_ENTRIES_MAX } from "../../../core/limits";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { createTweetnaclVerifier } from "../../../hal/tweetnacl/verifier";
import type { SignCommand } from "./imgtool-command";
import { parseSignCommand } from "./imgtool-command";
import { imgtoolVerify } from "./imgtool-verify";
import {
  devicePolicy, memoryHash, nodeSha256, readVectorFile, signWithTestKey, testKey, vectors,
} from "./mcuboot-vectors";

const version: Version = { major: 1, minor: 2, revision: 3, build: 4 };

const plain: ImageOptions = {
  version,
  headerSizeBytes: 32,
  padHeader: true,
  erasedValue: 0xff,
  loadAddress: undefined,
  romFixedAddress: undefined,
  nonBootable: false,
  securityCounter: undefined,
  bootRecord: undefined,
  dependencies: [],
  vendorId: undefined,
  classId: undefined,
  customTlvs: [],
};

const payload = new Uint8Array([1, 2, 3]);

function refusal(options: Partial<ImageOptions>, body: Uint8Array = payload): Reason {
  const result = buildImage(body, { ...plain, ...options });
  assert.equal(result.bytes !== undefined, result.reason === Reason.None);
  return result.reason;
}

function sign(unsigned: Uint8Array, keyName: string): Uint8Array {
  const digest = nodeSha256(unsigned);
  return appendSignature(unsigned, digest, testKey(keyName).keyHash, signWithTestKey(keyName, digest));
}

function runCommand(command: SignCommand): Uint8Array {
  const { bytes } = buildImage(command.payload, command.options);
  assert.ok(bytes);
  const image = command.keyName === undefined
    ? appendDigest(bytes, nodeSha256(bytes))
    : sign(bytes, command.keyName);
  if (command.pad === undefined) {
    return image;
  }
  const padded = padImage(image, command.pad);
  assert.ok(padded.bytes);
  return padded.bytes;
}

describe("the image writer beside imgtool", () => {
  const commands = vectors.flatMap((vector) => {
    const command = vector.command === undefined ? undefined : parseSignCommand(vector.command);
    return command === undefined ? [] : [{ vector, command }];
  });

  it("finds 46 commands with features it has", () => {
    assert.equal(commands.length, 46);
  });

  for (const { vector, command } of commands) {
    if (vector.id === "custom-tlv-empty-last") {
      it("refuses custom-tlv-empty-last, which imgtool writes and a device refuses", () => {
        assert.equal(buildImage(command.payload, command.options).reason, Reason.TlvEmptyLast);
      });
    } else {
      it(`writes ${vector.id} byte for byte`, () => {
        assert.ok(Buffer.from(runCommand(command)).equals(readVectorFile(vector.file)));
      });
    }
  }

  it("satisfies the walk of imgtool verify, with the key and without", () => {
    const customTlvs = [{ type: 0xa0, value: payload }];
    const { bytes } = buildImage(payload, { ...plain, securityCounter: 7, customTlvs });
    assert.ok(bytes);
    const image = sign(bytes, "sign-a");
    assert.equal(imgtoolVerify(image, testKey("sign-a").publicKey), "valid");
    assert.equal(imgtoolVerify(image, undefined), "valid");
    assert.equal(imgtoolVerify(image, testKey("sign-b").publicKey), "invalid signature");
    image[33] ^= 1;
    assert.equal(imgtoolVerify(image, testKey("sign-a").publicKey), "invalid hash");
  });
});

describe("the image writer", () => {
  it("takes header space that the payload brings, and keeps its zero bytes", () => {
    const body = new Uint8Array(64 + 3);
    body.set(payload, 64);
    const { bytes } = buildImage(body, { ...plain, padHeader: false, headerSizeBytes: 64 });
    assert.ok(bytes);
    assert.equal(bytes.length, 67);
    assert.deepEqual([...bytes.subarray(32, 67)], [...new Uint8Array(32), 1, 2, 3]);
    const verdict = verifyImage(
      createByteSource(sign(bytes, "sign-a")), devicePolicy(4096), memoryHash, createTweetnaclVerifier(),
    );
    assert.equal(verdict.image?.header.payloadSizeBytes, 3);
  });

  it("refuses header space that is not zero or not there", () => {
    const body = new Uint8Array(64);
    body[31] = 1;
    assert.equal(refusal({ padHeader: false }, body), Reason.HeaderSize);
    assert.equal(refusal({ padHeader: false }, new Uint8Array(31)), Reason.HeaderSize);
    assert.equal(refusal({ padHeader: false }, new Uint8Array(32)), Reason.None);
  });

  it("refuses header sizes that do not hold a header or do not fit their field", () => {
    assert.equal(refusal({ headerSizeBytes: 31 }), Reason.HeaderSize);
    assert.equal(refusal({ headerSizeBytes: 65536 }), Reason.HeaderSize);
    assert.equal(refusal({ headerSizeBytes: 65535 }), Reason.None);
  });

  it("refuses a load address together with a fixed address", () => {
    assert.equal(refusal({ loadAddress: 1, romFixedAddress: 1 }), Reason.FlagsContradict);
  });

  it("never writes an empty entry last, but an empty one before another", () => {
    const empty = { type: 0xa0, value: new Uint8Array(0) };
    assert.equal(refusal({ customTlvs: [empty] }), Reason.TlvEmptyLast);
    assert.equal(refusal({ customTlvs: [empty, { type: 0xa1, value: payload }] }), Reason.None);
    assert.equal(refusal({ bootRecord: new Uint8Array(0) }), Reason.TlvEmptyLast);
  });

  it("refuses custom types that are predefined, reserved or given twice", () => {
    const custom = (...types: number[]) => refusal({ customTlvs: types.map((type) => ({ type, value: payload })) });
    assert.equal(custom(Tlv.ClassId), Reason.TlvNotAllowed);
    assert.equal(custom(0x9f), Reason.TlvNotAllowed);
    assert.equal(custom(0xffff), Reason.TlvNotAllowed);
    assert.equal(custom(0xa0, 0xa1, 0xa0), Reason.TlvDuplicate);
    assert.equal(custom(0xa0, 0xfffe), Reason.None);
  });

  it("refuses ids that are not 16 bytes long", () => {
    assert.equal(refusal({ vendorId: new Uint8Array(15) }), Reason.TlvLength);
    assert.equal(refusal({ classId: new Uint8Array(17) }), Reason.TlvLength);
  });

  it("refuses more entries and dependencies than a device reads", () => {
    const dependencies = (count: number) => refusal({
      dependencies: Array.from({ length: count }, () => ({ imageId: 0, version })),
    });
    assert.equal(dependencies(DEPENDENCIES_MAX), Reason.None);
    assert.equal(dependencies(DEPENDENCIES_MAX + 1), Reason.TlvTooMany);
    const entries = (count: number) => refusal({
      customTlvs: Array.from({ length: count }, (_, i) => ({ type: 0xa0 + i, value: payload })),
    });
    assert.equal(entries(TLV_ENTRIES_MAX), Reason.None);
    assert.equal(entries(TLV_ENTRIES_MAX + 1), Reason.TlvTooMany);
  });

  it("refuses protected TLVs beyond the 16 bits of their size", () => {
    assert.equal(refusal({ customTlvs: [{ type: 0xa0, value: new Uint8Array(65527) }] }), Reason.None);
    assert.equal(refusal({ customTlvs: [{ type: 0xa0, value: new Uint8Array(65528) }] }), Reason.ProtectedSize);
  });

  it("derives the automatic security counter as imgtool does", () => {
    assert.equal(automaticSecurityCounter(version), 0x01020003);
    assert.equal(automaticSecurityCounter({ major: 255, minor: 255, revision: 65535, build: 9 }), 0xffffffff);
  });
});
