/** The keys of technicians: the one that the board knows, and a stranger's. Each login signs something new. */

import { createPublicKey, verify } from "node:crypto";
import type { ImageVerifier } from "../../core/image/signatures";
import { createImageVerifier } from "../../core/image/signatures";
import type { Hash } from "../../hal/hash";
import type { SigningKey } from "../provision";
import { createSigningKey } from "../provision";

const KNOWN_SEED = new Uint8Array(32).fill(0x7e);
const STRANGE_SEED = new Uint8Array(32).fill(0x5e);
/** DER of an Ed25519 public key up to its 32 bytes (RFC 8410, 4 and 10.1). */
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export interface TechnicianKeys {
  readonly known: SigningKey;
  readonly stranger: SigningKey;
}

export function createTechnicianKeys(hash: Hash): TechnicianKeys {
  return { known: createSigningKey(hash, KNOWN_SEED), stranger: createSigningKey(hash, STRANGE_SEED) };
}

/**
 * `verifier`, but with signatures of the technician checked by the host: every nonce is new, so that remembering what
 * was checked helps little.
 */
export function withHostLogins(verifier: ImageVerifier, { known }: TechnicianKeys): ImageVerifier {
  const { publicKey } = known.trusted;
  const der = Buffer.concat([PUBLIC_PREFIX, publicKey]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return createImageVerifier(
    (trusted, message, signature) => Buffer.compare(trusted.publicKey, publicKey) === 0
      ? verify(null, message, key, signature)
      : verifier.verify(trusted, message, signature),
    () => verifier.selfTest(),
  );
}
