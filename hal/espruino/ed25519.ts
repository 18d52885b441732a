/**
 * Ed25519 by Espruino's native functions, for boards whose firmware has SHA-512 too: Bangle.js 2, ESP32, XIAO BLE.
 * Others take ed25519-portable-hash.ts.
 */

import type { Ed25519Check } from "../../core/crypto/ed25519";
import { createConvolveCheck } from "../../core/crypto/ed25519-convolve";
import type { ArrayFunctions } from "../../core/crypto/field-convolve";

/** Absent under SAVE_ON_FLASH. */
declare const E: ArrayFunctions;
/** Gives an ArrayBuffer. */
declare function require(this: void, name: string): { SHA512(this: void, bytes: Uint8Array): ArrayBuffer };

/**
 * @param baseTable comb table of the base point, of 4 to 7 teeth
 * @param pause called between slices of the work; `ED25519_PAUSES_MAX` times at most
 */
export function createEd25519Check(baseTable: Uint8Array, pause: (this: void) => void): Ed25519Check {
  // Named by a variable: bundlers take a literal for a module of theirs.
  const library = "crypto";
  return createConvolveCheck(E, require(library).SHA512, pause, baseTable);
}
