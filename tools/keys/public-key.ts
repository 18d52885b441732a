/** Public keys in the forms that boards, imgtool and people use. */

import { createHash, type KeyObject } from "node:crypto";
import { createLmsTrustedKey, lmsSpki } from "../../core/crypto/lms-spki";
import type { TrustedKey } from "../../core/ports";
import { createHostHash } from "../host-hash";
import { hexText } from "../output";
import { pemText } from "./der";

/** DER SubjectPublicKeyInfo of an Ed25519 key is these 12 bytes and the 32 raw ones (RFC 8410, 4 and 10.1). */
const SPKI_PREFIX_BYTES = 12;

export const PUBLIC_KEY_FORMATS = ["pem", "der", "raw", "c", "js", "hash"] as const;
export type PublicKeyFormat = (typeof PUBLIC_KEY_FORMATS)[number];

/** A public key of either scheme. */
export interface PublicKey {
  readonly algorithm: "ed25519" | "lms";
  /** SubjectPublicKeyInfo. */
  readonly der: Uint8Array;
  readonly trusted: TrustedKey;
}

export function ed25519PublicKey(key: KeyObject): PublicKey {
  return { algorithm: "ed25519", der: publicKeyDer(key), trusted: trustedKeyOf(key) };
}

/** @param key LMS public key (RFC 8554, 5.3) */
export function lmsPublicKey(key: Uint8Array): PublicKey {
  return { algorithm: "lms", der: lmsSpki(key), trusted: createLmsTrustedKey(createHostHash(), key) };
}

/** The 44 bytes of SubjectPublicKeyInfo. */
export function publicKeyDer(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: "der", type: "spki" }));
}

/** The key as the image reader takes it: raw bytes, and the KEYHASH that images carry. */
export function trustedKeyOf(key: KeyObject): TrustedKey {
  const der = publicKeyDer(key);
  return {
    publicKey: der.slice(SPKI_PREFIX_BYTES),
    keyHash: new Uint8Array(createHash("sha256").update(der).digest()),
  };
}

/** The key as text, or as bytes for the formats that are bytes. */
export function formatPublicKey(key: PublicKey, format: PublicKeyFormat): string | Uint8Array {
  const { der, trusted } = key;
  switch (format) {
    case "pem":
      return pemText("PUBLIC KEY", der);
    case "der":
      return der;
    case "raw":
      return trusted.publicKey;
    case "hash":
      return hexText(trusted.keyHash) + "\n";
    case "c":
      return cSource(key.algorithm, der);
    case "js":
      return jsSource(trusted);
  }
}

/** Same names and layout as `imgtool getpub`, so that MCUboot builds take it. */
function cSource(algorithm: string, der: Uint8Array): string {
  return [
    "/* Written by trialboot keys public; do not edit. */",
    `const unsigned char ${algorithm}_pub_key[] = {`,
    ...byteLines(der, 8, "    "),
    "};",
    `const unsigned int ${algorithm}_pub_key_len = ${der.length};`,
    "",
  ].join("\n");
}

/** An entry for the list of trusted keys of a bootloader's configuration. */
function jsSource(trusted: TrustedKey): string {
  return [
    "// Written by trialboot keys public; do not edit.",
    "export const trustedKey = {",
    "  publicKey: new Uint8Array([",
    ...byteLines(trusted.publicKey, 8, "    "),
    "  ]),",
    "  keyHash: new Uint8Array([",
    ...byteLines(trusted.keyHash, 8, "    "),
    "  ]),",
    "};",
    "",
  ].join("\n");
}

function byteLines(bytes: Uint8Array, perLine: number, indent: string): string[] {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += perLine) {
    const part = Array.from(bytes.subarray(offset, offset + perLine));
    lines.push(indent + part.map((byte) => `0x${byte.toString(16).padStart(2, "0")},`).join(" "));
  }
  return lines;
}
