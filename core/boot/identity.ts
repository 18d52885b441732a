/** What a board is, in 12 bytes: made by the host when it builds a bootloader, compared by the bootloader. */

import { copyBytes } from "../bytes";
import { RECORD_DIGEST_BYTES } from "../journal/record";
import type { SignatureDemands } from "../image/signatures";
import type { HashPort } from "../ports";

const KEY_HASH_BYTES = 32;

/**
 * First 12 bytes of the SHA-256 of the board's name (ASCII), a zero byte, the signature policy (u8), and the key hash
 * of each trusted key in their order.
 */
export function computeIdentity(hash: HashPort, boardName: string, demands: SignatureDemands): Uint8Array {
  const keys = demands.trustedKeys;
  const nameEnd = boardName.length + 2;
  const message = new Uint8Array(nameEnd + keys.length * KEY_HASH_BYTES);
  for (let i = 0; i < boardName.length; i++) {
    message[i] = boardName.charCodeAt(i);
  }
  message[nameEnd - 1] = demands.signaturePolicy;
  for (let i = 0; i < keys.length; i++) {
    message.set(keys[i].keyHash, nameEnd + i * KEY_HASH_BYTES);
  }
  return copyBytes(hash.sha256(message), 0, RECORD_DIGEST_BYTES);
}
