import assert from "node:assert/strict";
import fc from "fast-check";
import { createImageVerifier } from "../../core/image/signatures";
import type { TrustedKey } from "../../core/ports";
import { createByteSource } from "../../hal/memory/byte-source";
import { createMemoryHash } from "../../hal/memory/hash";
import { createNativeHash, createRememberingVerifier } from "../../sim/fast-crypto";

describe("crypto at host speed", () => {
  it("hashes as the device's portable code does", () => {
    const [native, portable] = [createNativeHash(), createMemoryHash()];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), fc.nat(200), (bytes, skip) => {
        const offset = Math.min(skip, bytes.length);
        const source = createByteSource(bytes);
        assert.equal(native.crc32(bytes), portable.crc32(bytes));
        assert.deepEqual(native.sha256(bytes), portable.sha256(bytes));
        const [length, whole] = [bytes.length - offset, portable.sha256(bytes.slice(offset))];
        assert.deepEqual(native.sha256Region(source, offset, length), whole);
      }),
      { numRuns: 50 },
    );
  });

  it("asks the verifier once for each question, and never mixes two up", () => {
    let asked = 0;
    const verifier = createRememberingVerifier(
      createImageVerifier(
        (key, message) => {
          asked++;
          return key.publicKey.length === 2 && message[0] === 3;
        },
        () => true,
      ),
    );
    const keyOf = (publicKey: Uint8Array): TrustedKey => ({ publicKey, keyHash: new Uint8Array(32) });
    const [key, message, signature] = [keyOf(new Uint8Array([1, 2])), new Uint8Array([3]), new Uint8Array([4])];
    const answers = [1, 2].map(() => verifier.verify(key, message, signature));
    assert.deepEqual([answers, asked], [[true, true], 1]);
    assert.equal(verifier.verify(keyOf(new Uint8Array([1])), new Uint8Array([2, 3]), signature), false);
    assert.equal(verifier.verify(key, new Uint8Array([5]), signature), false);
    assert.equal(asked, 3);
  });
});
