/** The verifier of a board that checks Ed25519 alone, with native SHA-512. */

import { ed25519SelfTest } from "../../core/crypto/ed25519-self-test";
import { createSchemeVerifier } from "../../core/image/scheme-verifier";
import type { ImageVerifier } from "../../core/image/signatures";
import type { HashPort } from "../../core/ports";
import { createEd25519Check } from "./ed25519";

/** See MakeVerifier. A key store without a base table is one for another board: then no Ed25519 signature is good. */
export function createVerifier(
  _hash: HashPort, baseTable: Uint8Array | undefined, kick: (this: void) => void,
): ImageVerifier {
  const ed25519 = baseTable === undefined ? undefined : createEd25519Check(baseTable, kick);
  return createSchemeVerifier(ed25519, undefined, function (): boolean {
    return ed25519 !== undefined && baseTable !== undefined && ed25519SelfTest(ed25519, baseTable);
  });
}
