/** Hashes and signature checks at host speed, for runs of many boots. Their results are those of the device's code. */

import { createHash } from "node:crypto";
import { createCrc32 } from "../core/crc32";
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
