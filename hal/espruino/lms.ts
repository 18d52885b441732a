/** LMS signatures on Espruino, where SHA-256 is native. */

import { type LmsCheck, type LmsServices, verifyLms } from "../../core/crypto/lms";

/**
 * @param sha256 `require("crypto").SHA256` itself, without a wrapper, whose call would cost half as much again as the
 * hash. Take it before any application runs, since applications may replace it
 * @param collectGarbage `process.memory`. Espruino searches the list of its free variables for room for each hash, and
 * each hash leaves that list in less order. Collecting garbage sorts it: without that, a check takes two to four times
 * as long in a heap that is in use
 * @param pause called between slices of the work, at most LMS_PAUSES_MAX times, so that a watchdog may be kicked
 */
export function createLmsCheck(
  sha256: LmsServices["sha256"],
  collectGarbage: (this: void) => void,
  pause: LmsServices["pause"],
): LmsCheck {
  return verifyLms.bind(undefined, {
    sha256,
    pause(): void {
      collectGarbage();
      pause();
    },
  });
}
