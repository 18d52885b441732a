/** What everything is compared with: tweetnacl as it comes from npm. */

import nacl from "tweetnacl";

export function tweetnaclVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return nacl.sign.detached.verify(message, signature, publicKey);
}

/** SHA-512. */
export function tweetnaclHash(bytes: Uint8Array): Uint8Array {
  return nacl.hash(bytes);
}
