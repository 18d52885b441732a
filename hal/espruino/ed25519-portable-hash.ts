/** Ed25519 by Espruino's native functions, for boards whose firmware has no SHA-512: nRF52840-DK, Jolt.js. */

import type { Ed25519Check } from "../../core/crypto/ed25519";
import { createConvolveCheck } from "../../core/crypto/ed25519-convolve";
import type { ArrayFunctions } from "../../core/crypto/field-convolve";
import { sha512 } from "./sha512";

/** Absent under SAVE_ON_FLASH. */
declare const E: ArrayFunctions;

/**
 * @param baseTable comb table of the base point, of 4 to 7 teeth
 * @param pause called between slices of the work; `ED25519_PAUSES_MAX` times at most
 */
export function createEd25519Check(baseTable: Uint8Array, pause: (this: void) => void): Ed25519Check {
  return createConvolveCheck(E, sha512, pause, baseTable);
}
