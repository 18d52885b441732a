/** Ed25519 by tweetnacl, behind the checks of core that tweetnacl leaves out. */

import nacl from "tweetnacl";

import { signatureIsWellFormed } from "../../core/crypto/ed25519-rules";
import type { SignatureVerifier } from "../../core/ports";

export function createTweetnaclVerifier(): SignatureVerifier {
  return {
    verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
      try {
        return signatureIsWellFormed(publicKey, signature) && nacl.sign.detached.verify(message, signature, publicKey);
      } catch {
        // tweetnacl throws on what is not a Uint8Array of its own realm.
        return false;
      }
    },
  };
}
