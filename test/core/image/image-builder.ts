/** Puts images together byte by byte, right or wrong, and signs them. Independent of the writer under test. */

import type { TrustedKey } from "../../../core/ports";
import { nodeSha256, signWithTestKey, testKey } from "./mcuboot-vectors";

export type RawTlv = [type: number, value: Uint8Array];

export interface RawImage {
  readonly header?: { readonly flags?: number; readonly loadAddress?: number };
  readonly payload?: Uint8Array;
  readonly protectedTlvs?: RawTlv[];
  /** Made from the digest; by default digest, KEYHASH and signature of sign-a. */
  readonly unprotectedTlvs?: (digest: Uint8Array) => RawTlv[];
}

function area(magic: number, tlvs: RawTlv[]): Buffer {
  const body = Buffer.concat(tlvs.map(([type, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(type, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  }));
  const info = Buffer.alloc(4);
  info.writeUInt16LE(magic, 0);
  info.writeUInt16LE(body.length + 4, 2);
  return Buffer.concat([info, body]);
}

export function pair(keyName: string, digest: Uint8Array): RawTlv[] {
  const key: TrustedKey = testKey(keyName);
  return [[0x01, key.keyHash], [0x24, signWithTestKey(keyName, digest)]];
}

export function digestAndPair(digest: Uint8Array): RawTlv[] {
  return [[0x10, digest], ...pair("sign-a", digest)];
}

export function rawImage(image: RawImage): Uint8Array {
  const payload = image.payload ?? new Uint8Array([10, 20, 30, 40, 50]);
  const protectedArea = image.protectedTlvs === undefined ? Buffer.alloc(0) : area(0x6908, image.protectedTlvs);
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0x96f3b83d, 0);
  header.writeUInt32LE(image.header?.loadAddress ?? 0, 4);
  header.writeUInt16LE(32, 8);
  header.writeUInt16LE(protectedArea.length, 10);
  header.writeUInt32LE(payload.length, 12);
  header.writeUInt32LE(image.header?.flags ?? 0, 16);
  header.writeUInt8(1, 20);
  const hashed = Buffer.concat([header, payload, protectedArea]);
  const tlvs = (image.unprotectedTlvs ?? digestAndPair)(nodeSha256(hashed));
  return new Uint8Array(Buffer.concat([hashed, area(0x6907, tlvs)]));
}
