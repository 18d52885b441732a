/** The name of a signing key in an image: KEYHASH. */

import type { HashPort, TrustedKey } from "../ports";
import { bytesOf } from "./bytes-of";

/** The DER of an Ed25519 SubjectPublicKeyInfo in front of the 32 raw bytes (RFC 8410 section 4). */
const SPKI_PREFIX: number[] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/** @param publicKey raw Ed25519 key, 32 bytes */
export function createTrustedKey(hash: HashPort, publicKey: Uint8Array): TrustedKey {
  const der = new Uint8Array(SPKI_PREFIX.length + publicKey.length);
  der.set(bytesOf(SPKI_PREFIX), 0);
  der.set(publicKey, SPKI_PREFIX.length);
  return { publicKey, keyHash: hash.sha256(der) };
}
