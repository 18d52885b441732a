/** The walk of `imgtool verify` (2.4.0), written from its description, apart from the code under test. */

import { createHash, createPublicKey, verify } from "node:crypto";

const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export type ImgtoolVerdict =
  "valid" | "invalid magic" | "invalid TLV info magic" | "invalid hash" | "invalid signature";

/** @param publicKey raw Ed25519 key; `undefined`: only the digest is checked */
export function imgtoolVerify(image: Uint8Array, publicKey: Uint8Array | undefined): ImgtoolVerdict {
  const bytes = Buffer.from(image);
  if (bytes.readUInt32LE(0) !== 0x96f3b83d) {
    return "invalid magic";
  }
  let offset = bytes.readUInt16LE(8) + bytes.readUInt32LE(12);
  if (bytes.readUInt16LE(offset) === 0x6908) {
    offset += bytes.readUInt16LE(offset + 2);
  }
  if (bytes.readUInt16LE(offset) !== 0x6907) {
    return "invalid TLV info magic";
  }
  const digest = createHash("sha256").update(bytes.subarray(0, offset)).digest();
  const end = offset + bytes.readUInt16LE(offset + 2);
  for (let at = offset + 4; at < end; at += 4 + bytes.readUInt16LE(at + 2)) {
    const type = bytes.readUInt16LE(at);
    const value = bytes.subarray(at + 4, at + 4 + bytes.readUInt16LE(at + 2));
    if (type === 0x10) {
      if (!value.equals(digest)) {
        return "invalid hash";
      }
      if (publicKey === undefined) {
        return "valid";
      }
    } else if (type === 0x24 && publicKey !== undefined) {
      const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: "der", type: "spki" });
      if (verify(null, digest, key, value)) {
        return "valid";
      }
    }
  }
  return "invalid signature";
}
