/**
 * Ed25519 by tweetnacl, behind the checks of core that tweetnacl leaves out: for hosts, and for engines that nothing
 * faster is known for. It knows no LMS.
 */

import nacl from "tweetnacl";

import { signatureIsWellFormed } from "../../core/crypto/ed25519-rules";
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

/** Signs with a key made of zeros and checks that this, and nothing but this, verifies. */
function selfTest(): boolean {
  const message = new Uint8Array(32);
  const pair = nacl.sign.keyPair.fromSeed(message);
  const signature = nacl.sign.detached(message, pair.secretKey);
  const key = { publicKey: pair.publicKey, keyHash: message };
  const isAccepted = verify(key, message, signature);
  message[0] = 1;
  return isAccepted && !verify(key, message, signature);
}

export function createTweetnaclVerifier(): ImageVerifier {
  return createImageVerifier(verify, selfTest);
}
