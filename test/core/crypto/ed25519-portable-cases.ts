/** Signatures with an expected outcome for Ed25519 verifiers: random ones, and the edges of the rules. */

import { createHash, createPrivateKey, sign } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { buildKeyTable, type CombTeeth } from "../../../tools/ed25519/comb-table";

export interface SignatureCase {
  readonly title: string;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly isValid: boolean;
}

export const ORDER = ed25519.Point.Fn.ORDER;
export const PRIME = ed25519.Point.Fp.ORDER;

const PKCS8_PREFIX = "302e020100300506032b657004220420";

export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

export function littleEndian(value: bigint): Uint8Array {
  return new Uint8Array(32).map((_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

export function sha512(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash("sha512");
  parts.forEach((part) => hash.update(part));
  return new Uint8Array(hash.digest());
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** The same bytes for the same text. */
function randomBytes(text: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) => sha512(Buffer.from(`${text} ${i}`)));
  return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
}

export interface KeyPair {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export function keyPair(seed: Uint8Array): KeyPair {
  const der = Buffer.concat([Buffer.from(PKCS8_PREFIX, "hex"), seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    publicKey: ed25519.getPublicKey(seed),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** Any scalars, also those that no seed gives: public key [a]B + `torsion`, R = [r]B. */
export function signWith(a: bigint, r: bigint, message: Uint8Array, torsion = ed25519.Point.ZERO): SignatureCase {
  const publicKey = ed25519.Point.BASE.multiplyUnsafe(a).add(torsion).toBytes();
  const encodedR = (r === 0n ? ed25519.Point.ZERO : ed25519.Point.BASE.multiplyUnsafe(r)).toBytes();
  const k = numberOf(sha512(encodedR, publicKey, message)) % ORDER;
  const signature = new Uint8Array([...encodedR, ...littleEndian((r + k * a) % ORDER)]);
  return { title: "", publicKey, message, signature, isValid: true };
}

/** The signature with the x-coordinate of R behind it; R has to be a point. */
export function withHint(signature: Uint8Array): Uint8Array {
  const { x } = ed25519.Point.fromBytes(signature.subarray(0, 32)).toAffine();
  return new Uint8Array([...signature, ...littleEndian(x)]);
}

export function flipped(bytes: Uint8Array, index: number, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index] ^= 1 << bit;
  return copy;
}

/** RFC 8032 7.1: TEST 1, 2, 3 and SHA(abc). */
export const RFC_CASES: SignatureCase[] = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b" +
      "d25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c" +
      "387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659" +
      "4a7c15e9716ed28dc027beceea1ec40a",
  ],
  [
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd" +
      "454d4423643ce80e2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030" +
      "3dca179c138ac17ad9bef1177331a704",
  ],
].map(([publicKey, message, signature], index) => ({
  title: `RFC 8032 7.1, signature ${String(index + 1)}`,
  publicKey: bytesOf(publicKey ?? ""),
  message: bytesOf(message ?? ""),
  signature: bytesOf(signature ?? ""),
  isValid: true,
}));

function tampered(base: SignatureCase, index: number): SignatureCase {
  const kind = index % 8;
  const at = (length: number): number => (index * 131 + 7) % length;
  const changed = { ...base, isValid: false };
  switch (kind) {
    case 0:
      return { ...changed, title: "R changed", signature: flipped(base.signature, at(32), index % 7) };
    case 1:
      return { ...changed, title: "S changed", signature: flipped(base.signature, 32 + at(32), index % 7) };
    case 2:
      return { ...changed, title: "message changed", message: flipped(base.message, at(base.message.length), 3) };
    case 3: {
      const scalar = numberOf(base.signature.subarray(32)) + ORDER;
      const signature = new Uint8Array([...base.signature.subarray(0, 32), ...littleEndian(scalar)]);
      return { ...changed, title: "S + L", signature };
    }
    case 4:
      return { ...base, title: "with hint", signature: withHint(base.signature) };
    case 5: {
      const signature = flipped(withHint(base.signature), 64 + at(32), index % 8);
      return { ...changed, title: "hint changed", signature };
    }
    default:
      return { ...base, title: "valid" };
  }
}

/** Every key signs eight messages, of 1 to 130 bytes: valid signatures, with and without hint, and changed ones. */
export function randomCases(count: number, seed: string): SignatureCase[] {
  let key = keyPair(randomBytes(seed, 32));
  return Array.from({ length: count }, (_, index) => {
    if (index % 8 === 0) {
      key = keyPair(randomBytes(`${seed} key ${index}`, 32));
    }
    const message = randomBytes(`${seed} message ${index}`, 1 + (index * 37) % 130);
    const valid = { title: "", publicKey: key.publicKey, message, signature: key.sign(message), isValid: true };
    // Not in step with the keys.
    const result = tampered(valid, index + Math.floor(index / 8));
    return { ...result, title: `${String(index)}: ${result.title}` };
  });
}

/** Key tables are expensive to build: each once. */
export function tableCache(teeth: CombTeeth): (publicKey: Uint8Array) => Uint8Array {
  const tables = new Map<string, Uint8Array>();
  return (publicKey) => {
    const name = Buffer.from(publicKey).toString("hex");
    const table = tables.get(name) ?? buildKeyTable(publicKey, teeth);
    tables.set(name, table);
    return table;
  };
}
