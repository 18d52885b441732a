/** Keys, messages and signatures that are good, for what is measured. */

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { COMB_TEETH, buildBaseTable, buildKeyTable } from "../../tools/ed25519/comb-table";

/** PKCS #8 in front of the 32 bytes of an Ed25519 private key (RFC 8410). */
const PRIVATE_KEY_PREFIX = "302e020100300506032b657004220420";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

export interface Ed25519Sample {
  readonly publicKey: Uint8Array;
  /** A digest, as in an image. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** The same signature with the x-coordinate of R behind it. */
  readonly hinted: Uint8Array;
}

/** Always the same, so that runs can be compared. */
export function ed25519Sample(): Ed25519Sample {
  const der = Buffer.concat([Buffer.from(PRIVATE_KEY_PREFIX, "hex"), digest("trialboot bench: key")]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(12);
  const message = digest("trialboot bench: message");
  const signature = sign(null, message, privateKey);
  const { x } = ed25519.Point.fromBytes(new Uint8Array(signature.subarray(0, 32))).toAffine();
  const hint = Buffer.from(x.toString(16).padStart(64, "0"), "hex").reverse();
  const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
  return {
    publicKey: copy(publicKey),
    message: copy(message),
    signature: copy(signature),
    hinted: copy(Buffer.concat([signature, hint])),
  };
}

export interface CombSample {
  readonly teeth: number;
  readonly baseTable: Uint8Array;
  readonly keyTable: Uint8Array;
}

export function combSamples(publicKey: Uint8Array): CombSample[] {
  return COMB_TEETH.map((teeth) => ({
    teeth, baseTable: buildBaseTable(teeth), keyTable: buildKeyTable(publicKey, teeth),
  }));
}

export interface LmsSample {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Signatures made by pyhsslms. */
export function lmsSamples(): LmsSample[] {
  const file = path.join(import.meta.dirname, "../vectors/lms/pyhsslms.json");
  const cases = JSON.parse(readFileSync(file, "utf8")) as Record<keyof LmsSample, string>[];
  const bytes = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, "hex"));
  return cases.map(({ name, publicKey, message, signature }) => ({
    name: name.replaceAll("_", " "), publicKey: bytes(publicKey), message: bytes(message), signature: bytes(signature),
  }));
}

/** SHA-256 and SHA-512 of bytes, to check what is measured. */
export function digestOf(name: "sha256" | "sha512", bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(name).update(bytes).digest());
}
