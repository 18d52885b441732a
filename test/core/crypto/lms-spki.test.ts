import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createLmsTrustedKey, lmsSpki } from "../../../core/crypto/lms-spki";
import { createMemoryHash } from "../../../hal/memory/hash";
import { childrenOf, DerTag } from "../../../tools/keys/der";
import { loadLmsVectors } from "./lms-vectors";

describe("the SubjectPublicKeyInfo of an LMS key", () => {
  for (const vector of loadLmsVectors("pyhsslms.json")) {
    it(`of ${vector.name} holds the HSS public key of one level, and its SHA-256 is the key hash`, () => {
      const der = lmsSpki(vector.publicKey);
      const [algorithm, bits, ...others] = childrenOf(der, DerTag.Sequence);
      assert.deepEqual(others, []);
      // RFC 9708, 3: parameters are absent.
      const [oid, ...parameters] = childrenOf(algorithm, DerTag.Sequence);
      assert.deepEqual(parameters, []);
      assert.equal(Buffer.from(oid?.whole ?? []).toString("hex"), "060b2a864886f70d0109100311");
      assert.equal(bits?.tag, 3);
      assert.deepEqual(Buffer.from(bits.content), Buffer.from([0, 0, 0, 0, 1, ...vector.publicKey]));
      const { publicKey, keyHash } = createLmsTrustedKey(createMemoryHash(), vector.publicKey);
      assert.equal(publicKey, vector.publicKey);
      assert.deepEqual(Buffer.from(keyHash), createHash("sha256").update(der).digest());
    });
  }
});
