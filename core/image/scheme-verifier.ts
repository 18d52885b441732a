/** Puts the schemes that a board has together to the verifier of its images. */

import type { Ed25519Check } from "../crypto/ed25519";
import type { LmsCheck } from "../crypto/lms";
import type { TrustedKey } from "../ports";
import type { ImageVerifier } from "./signatures";
import { createImageVerifier, ED25519_KEY_BYTES } from "./signatures";

/**
 * @param ed25519 `undefined`: no signature by an Ed25519 key verifies
 * @param lms `undefined`: no signature by an LMS key verifies
 * @param selfTest known-answer tests of the schemes that are there
 */
export function createSchemeVerifier(
  ed25519: Ed25519Check | undefined, lms: LmsCheck | undefined, selfTest: (this: void) => boolean,
): ImageVerifier {
  return createImageVerifier(function (key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean {
    if (key.publicKey.length === ED25519_KEY_BYTES) {
      return ed25519 !== undefined && ed25519(key.publicKey, message, signature, key.table);
    }
    return lms !== undefined && lms(key.publicKey, message, signature);
  }, selfTest);
}
