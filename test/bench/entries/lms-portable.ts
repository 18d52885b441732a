/** LMS where SHA-256 is not native: the portable check on the portable hash. */

import { type LmsCheck, verifyLms } from "../../../core/crypto/lms";
import { sha256 } from "../../../core/crypto/sha256";

export function createLmsCheck(pause: (this: void) => void): LmsCheck {
  return (publicKey, message, signature) => verifyLms({ sha256, pause }, publicKey, message, signature);
}
