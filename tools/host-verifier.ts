/** The signature schemes of boards, on the host: so that `verify` and the simulator are no laxer than a board. */

import { verifyLms } from "../core/crypto/lms";
import { createImageVerifier, type ImageVerifier } from "../core/image/signatures";
import { createTweetnaclVerifier } from "../hal/tweetnacl/verifier";
import { createHostHash } from "./host-hash";

const ED25519_KEY_BYTES = 32;

export function createHostVerifier(): ImageVerifier {
  const ed25519 = createTweetnaclVerifier();
  const hash = createHostHash();
  const services = { sha256: (bytes: Uint8Array) => hash.sha256(bytes), pause: (): void => undefined };
  return createImageVerifier(
    (key, message, signature) =>
      key.publicKey.length === ED25519_KEY_BYTES
        ? ed25519.verify(key, message, signature)
        : verifyLms(services, key.publicKey, message, signature),
    () => ed25519.selfTest(),
  );
}
