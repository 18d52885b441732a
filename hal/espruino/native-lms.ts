/** LMS with the functions of Espruino's own firmware. */

import type { LmsCheck } from "../../core/crypto/lms";
import { createLmsCheck } from "./lms";

declare const process: { memory(this: void): void };
/** Gives an ArrayBuffer. */
declare function require(this: void, name: string): { SHA256(this: void, bytes: Uint8Array): Uint8Array };

/** @param pause called between slices of the work, so that a watchdog may be kicked */
export function createNativeLmsCheck(pause: (this: void) => void): LmsCheck {
  // Named by a variable: bundlers take a literal for a module of theirs.
  const library = "crypto";
  return createLmsCheck(require(library).SHA256, process.memory, pause);
}
