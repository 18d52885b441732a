/** Ed25519 for a JerryScript whose profile leaves BigInt out. */

import type { Ed25519Check } from "../../core/crypto/ed25519";
import { createPortableEd25519 } from "../../core/crypto/ed25519-portable";
import { sha512 } from "../../core/crypto/sha512";

/**
 * Makes a verifier.
 *
 * @param baseTable comb table of the base point, 96 * 2^(teeth - 1) bytes, teeth from 4 to 7
 * @param pause called between slices of the work, so that a watchdog may be kicked
 */
export function createEd25519Check(baseTable: Uint8Array, pause: (this: void) => void): Ed25519Check {
  return createPortableEd25519(baseTable, { sha512, pause });
}
