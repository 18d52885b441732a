/** Hashes and signature checks at host speed, for runs of many boots. Their results are those of the device's code. */

import { createHash } from "node:crypto";
import { createCrc32 } from "../core/crc32";
import type { Sha256 } from "../core/crypto/sha256";
import { createRegionHash } from "../core/crypto/region-hash";
import type { ImageVerifier } from "../core/image/signatures";
import { createImageVerifier } from "../core/image/signatures";
import type { Hash } from "../hal/hash";

/** SHA-256 by Node; one read of the source for a whole region. */
export function createNativeHash(): Hash {
  const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
  return {
    crc32: createCrc32(),
    sha256,
    sha256Region: (source, offsetBytes, lengthBytes) => sha256(source.read(offsetBytes, lengthBytes)),
  };
}

/** `hash` as a board has it whose engine knows no SHA-256: it hashes while it receives, and kicks the watchdog. */
export function createSlowHash(hash: Hash, kick: () => void): Hash {
  const makeSha256 = (): Sha256 => {
    const computation = createHash("sha256");
    return {
      update: (bytes) => { computation.update(bytes); },
      digest: () => new Uint8Array(computation.copy().digest()),
    };
  };
  return { ...hash, ...createRegionHash(makeSha256, kick) };
}

/** Asks `verifier` once for each different question and remembers the answer: a signature's validity never changes. */
export function createRememberingVerifier(verifier: ImageVerifier): ImageVerifier {
  const answers = new Map<string, boolean>();
  return createImageVerifier(
    (key, message, signature) => {
      const parts = [key.publicKey, message, signature].map((bytes) => Buffer.from(bytes).toString("latin1"));
      const question = `${key.publicKey.length},${message.length},${parts.join("")}`;
      const known = answers.get(question);
      if (known !== undefined) {
        return known;
      }
      const answer = verifier.verify(key, message, signature);
      answers.set(question, answer);
      return answer;
    },
    () => verifier.selfTest(),
  );
}
