/**
 * A signature scheme that anybody can forge, for tests that boot the real Espruino hundreds of times: the first half of
 * the signature is the SHA-256 of public key and message. Ed25519 has tests of its own.
 */

import type { ImageVerifier } from "../../../core/image/signatures";
import { createImageVerifier } from "../../../core/image/signatures";
import { startsWith } from "../../../core/bytes";
import type { HashPort, TrustedKey } from "../../../core/ports";

export function quickSignature(hash: HashPort, publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const input = new Uint8Array(publicKey.length + message.length);
  input.set(publicKey, 0);
  input.set(message, publicKey.length);
  const signature = new Uint8Array(64);
  signature.set(hash.sha256(input), 0);
  return signature;
}

export function createQuickVerifier(hash: HashPort): ImageVerifier {
  function verify(key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean {
    return startsWith(signature, quickSignature(hash, key.publicKey, message));
  }
  return createImageVerifier(verify, function (): boolean {
    return true;
  });
}
