/**
 * Protected TLVs that a trusted key really signed: what is read out of them is what a second, plain reader reads. The
 * input is the area's content; header, digest and signature are made around it.
 */

import assert from "node:assert/strict";
import { readImage, verifyImage } from "../../../core/image/reader";
import { Reason } from "../../../core/reasons";
import { bytesAsSource, createHostHash } from "../../../tools/host-hash";
import { devicePolicy, nodeSha256, nodeVerifier, testKey, signWithTestKey } from "../../core/image/mcuboot-vectors";
import type { FuzzTarget } from "../target";

const HASH = createHostHash();
const POLICY = devicePolicy(65536);
const TYPES = { dependency: 0x40, counter: 0x50, vendor: 0x74, device: 0x75, lms: 0x54a0 };
/** Types that stand in the other area only. */
const UNPROTECTED_BELOW = 0x40;

function area(magic: number, content: Uint8Array): Buffer {
  const info = Buffer.alloc(4);
  info.writeUInt16LE(magic, 0);
  info.writeUInt16LE(content.length + 4, 2);
  return Buffer.concat([info, content]);
}

function tlv(type: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** @param isSigned otherwise the signature is missing: signing takes most of the time */
function imageWith(content: Uint8Array, isSigned: boolean): Uint8Array {
  const payload = Buffer.from("(function () {})");
  const protectedArea = content.length === 0 ? Buffer.alloc(0) : area(0x6908, content);
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0x96f3b83d, 0);
  header.writeUInt16LE(32, 8);
  header.writeUInt16LE(protectedArea.length, 10);
  header.writeUInt32LE(payload.length, 12);
  header.writeUInt8(1, 20);
  const hashed = Buffer.concat([header, payload, protectedArea]);
  const digest = nodeSha256(hashed);
  const pair = isSigned
    ? [tlv(0x01, testKey("sign-a").keyHash), tlv(0x24, signWithTestKey("sign-a", digest))]
    : [];
  return new Uint8Array(Buffer.concat([hashed, area(0x6907, Buffer.concat([tlv(0x10, digest), ...pair]))]));
}

interface Entry {
  readonly type: number;
  readonly value: Uint8Array;
}

/** The plain reader: entries up to the end, or `undefined` where they do not end there. */
function entriesOf(content: Uint8Array): Entry[] | undefined {
  const entries: Entry[] = [];
  for (let at = 0; at < content.length; ) {
    if (at + 4 > content.length) {
      return undefined;
    }
    const length = content[at + 2] + content[at + 3] * 256;
    if (at + 4 + length > content.length) {
      return undefined;
    }
    entries.push({ type: content[at] + content[at + 1] * 256, value: content.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return entries;
}

function only(entries: readonly Entry[], type: number): Uint8Array | undefined {
  const found = entries.filter((entry) => entry.type === type);
  assert.ok(found.length <= 1, `type 0x${type.toString(16)} stands there ${found.length} times`);
  return found[0]?.value;
}

const entry = (type: number, ...value: number[]): Uint8Array => new Uint8Array(tlv(type, Uint8Array.from(value)));
const id = new Array<number>(16).fill(9);

export const target: FuzzTarget = {
  name: "tlv",
  maxBytes: 2048,
  seeds: () => [
    entry(TYPES.counter, 5, 0, 0, 0),
    new Uint8Array([...entry(TYPES.counter, 1, 0, 0, 0), ...entry(TYPES.vendor, ...id), ...entry(TYPES.device, ...id)]),
    new Uint8Array([...entry(TYPES.dependency, ...new Array<number>(12).fill(0)), ...entry(0xa0, 1, 2, 3)]),
    entry(TYPES.lms, ...new Array<number>(80).fill(3)),
  ],
  words: ["\x50\0\x04\0\x01\0\0\0", "\x40\0\x0c\0", "\x74\0\x10\0", "\x75\0\x10\0", "\xa0\x54", "\x10\0\x20\0"],
  run(content) {
    const unsigned = imageWith(content, false);
    const read = readImage(bytesAsSource(unsigned), POLICY, HASH);
    if (read.image === undefined) {
      return;
    }
    const entries = entriesOf(content);
    assert.ok(entries !== undefined, "an area is accepted that does not end where its entries do");
    assert.ok(entries.length <= 64 && entries.every(({ type }) => type >= UNPROTECTED_BELOW || !isKnown(type)));
    const counter = only(entries, TYPES.counter);
    assert.equal(read.image.securityCounter, counter === undefined ? undefined : Buffer.from(counter).readUInt32LE(0));
    assert.deepEqual(read.image.vendorId, only(entries, TYPES.vendor));
    assert.deepEqual(read.image.classId, only(entries, TYPES.device));
    assert.ok(read.image.dependencies.length <= 8 || entries.length > 8);
    const signed = imageWith(content, true);
    const verdict = verifyImage(bytesAsSource(signed), POLICY, HASH, nodeVerifier);
    assert.equal(verdict.reason, Reason.None, "a signed image is refused that is good without its signature");
  },
};

/** Types that mean something in the unprotected area. */
function isKnown(type: number): boolean {
  return [0x01, 0x02, 0x10, 0x11, 0x12, 0x24, 0x25].includes(type) || (type >= 0x20 && type <= 0x23) ||
    (type >= 0x30 && type <= 0x34);
}
