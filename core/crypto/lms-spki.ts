/** The name of an LMS key in an image. */

import type { HashPort, TrustedKey } from "../ports";

/** AlgorithmIdentifier of id-alg-hss-lms-hashsig, 1.2.840.113549.1.9.16.3.17, without parameters (RFC 9708, 3). */
const ALGORITHM: number[] = [
  0x30, 0x0d, 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x11,
];

/** What precedes the key in the BIT STRING: no unused bits, and the one level of an HSS key (RFC 8554, 6.1). */
const LEVELS: number[] = [0x00, 0x00, 0x00, 0x00, 0x01];

/**
 * SubjectPublicKeyInfo in DER (RFC 5280, 4.1.2.7), with the HSS public key of one level as it is, as RFC 9708 has it.
 *
 * @param publicKey LMS public key (RFC 8554, 5.3), 48 or 56 bytes
 * @returns 72 or 80 bytes
 */
export function lmsSpki(publicKey: Uint8Array): Uint8Array {
  const bitStringBytes = LEVELS.length + publicKey.length;
  const der = new Uint8Array(4 + ALGORITHM.length + bitStringBytes);
  let end = 0;
  function append(bytes: number[]): void {
    for (let i = 0; i < bytes.length; i++) {
      der[end] = bytes[i];
      end++;
    }
  }
  append([0x30, der.length - 2]);
  append(ALGORITHM);
  append([0x03, bitStringBytes]);
  append(LEVELS);
  der.set(publicKey, end);
  return der;
}

/** @param publicKey LMS public key (RFC 8554, 5.3), 48 or 56 bytes */
export function createLmsTrustedKey(hash: HashPort, publicKey: Uint8Array): TrustedKey {
  return { publicKey, keyHash: hash.sha256(lmsSpki(publicKey)) };
}
