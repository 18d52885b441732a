/**
 * Ed25519 by tweetnacl, behind the checks of core that tweetnacl leaves out: for hosts, and for engines that nothing
 * faster is known for. It knows no LMS.
 */

import nacl from "tweetnacl";

import { signatureIsWellFormed } from "../../core/crypto/ed25519-rules";
import { ed25519SelfTest } from "../../core/crypto/ed25519-self-test";
import type { ImageVerifier } from "../../core/image/signatures";
import { createImageVerifier } from "../../core/image/signatures";
import type { TrustedKey } from "../../core/ports";

function verify(key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = key.publicKey;
  try {
    return signatureIsWellFormed(publicKey, signature) && nacl.sign.detached.verify(message, signature, publicKey);
  } catch {
    // tweetnacl throws on what is not a Uint8Array of its own realm.
    return false;
  }
}

function check(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify({ publicKey, keyHash: publicKey }, message, signature);
}

function selfTest(): boolean {
  return ed25519SelfTest(check, new Uint8Array(0));
}

export function createTweetnaclVerifier(): ImageVerifier {
  return createImageVerifier(verify, selfTest);
}
