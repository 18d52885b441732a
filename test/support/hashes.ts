/** What every SHA-256 and SHA-512 of this project must do, whatever engine it was written for. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { Sha256 } from "../../core/crypto/sha256";

type Digest = (bytes: Uint8Array) => Uint8Array;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "ascii"));

/** Messages whose bytes differ from each other and from one length to the next. */
export function patternBytes(lengthBytes: number): Uint8Array {
  return new Uint8Array(lengthBytes).map((_, i) => i * 7 + lengthBytes);
}

/** FIPS 180-2 appendix B and C, and the empty message. */
const SHA256_EXAMPLES: [string, string][] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
  ["a".repeat(1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
];

const SHA512_EXAMPLES: [string, string][] = [
  ["", "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"],
  ["abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"],
  ["abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
    "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"],
  ["a".repeat(1000000), "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb" +
    "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"],
];

function testDigest(name: string, digest: Digest, examples: [string, string][]): void {
  for (const [message, expected] of examples) {
    it(`gives NIST's digest of ${message.length} bytes`, () => {
      assert.equal(hex(digest(ascii(message))), expected);
    });
  }

  it("agrees with Node for every length up to 300 bytes", () => {
    for (let length = 0; length <= 300; length++) {
      const bytes = patternBytes(length);
      assert.equal(hex(digest(bytes)), createHash(name).update(bytes).digest("hex"), `${length} bytes`);
    }
  });

  it("agrees with Node for random messages, and for bytes of all zeros and all ones", () => {
    const filled = fc.tuple(fc.nat(700), fc.constantFrom(0, 0xff)).map(([length, byte]) =>
      new Uint8Array(length).fill(byte));
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 700 }), filled), (bytes) => {
      assert.equal(hex(digest(bytes)), createHash(name).update(bytes).digest("hex"));
    }));
  });

  it("leaves its input as it was", () => {
    const bytes = new Uint8Array(200).fill(9);
    digest(bytes);
    assert.ok(bytes.every((byte) => byte === 9));
  });

  it("sees a part of a larger array as a message of its own", () => {
    const bytes = patternBytes(300);
    assert.equal(hex(digest(bytes.subarray(17, 217))), createHash(name).update(bytes.subarray(17, 217)).digest("hex"));
  });

  it("gives every caller a digest of its own", () => {
    const first = digest(ascii("abc"));
    const kept = hex(first);
    digest(ascii("abd")).fill(0);
    assert.equal(hex(first), kept);
  });
}

/** Defines the tests; call it inside a `describe`. */
export function testSha512(digest: Digest): void {
  testDigest("sha512", digest, SHA512_EXAMPLES);
}

/** Defines the tests; call it inside a `describe`. */
export function testSha256(digest: Digest, create: () => Sha256): void {
  testDigest("sha256", digest, SHA256_EXAMPLES);

  it("does not depend on how the message is cut into pieces", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 8 }), (pieces) => {
      const computation = create();
      for (const piece of pieces) {
        computation.update(piece);
      }
      const expected = createHash("sha256").update(Buffer.concat(pieces)).digest("hex");
      assert.equal(hex(computation.digest()), expected);
    }));
  });

  it("keeps computations that take turns apart", () => {
    const [one, other] = [create(), create()];
    for (const length of [10, 64, 100]) {
      one.update(patternBytes(length));
      other.update(patternBytes(length + 1));
    }
    const expected = [0, 1].map((more) =>
      createHash("sha256").update(Buffer.concat([10, 64, 100].map((n) => patternBytes(n + more)))).digest("hex"));
    assert.deepEqual([hex(one.digest()), hex(other.digest())], expected);
  });
}
