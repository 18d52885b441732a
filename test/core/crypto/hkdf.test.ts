import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import fc from "fast-check";
import { HKDF_OUTPUT_BYTES_MAX, hkdfSha256 } from "../../../core/crypto/hkdf";
import { createMemoryHash } from "../../../hal/memory/hash";

const hash = createMemoryHash();
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const counting = (from: number, to: number): string =>
  Buffer.from(Array.from({ length: to - from + 1 }, (_, i) => from + i)).toString("hex");

function hkdfHex(salt: Uint8Array, secret: Uint8Array, info: Uint8Array, lengthBytes: number): string {
  return Buffer.from(hkdfSha256(hash, salt, secret, info, lengthBytes)).toString("hex");
}

/** RFC 5869 appendix A.1 to A.3: secret, salt, info, derived key. Cases 4 to 7 are about SHA-1. */
const CASES: [string, string, string, string][] = [
  ["0b".repeat(22), counting(0x00, 0x0c), counting(0xf0, 0xf9),
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"],
  [counting(0x00, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff),
    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09" +
    "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"],
  ["0b".repeat(22), "", "",
    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"],
];

describe("HKDF with SHA-256", () => {
  for (const [index, [secret, salt, info, expected]] of CASES.entries()) {
    it(`gives the result of RFC 5869 test case ${index + 1}`, () => {
      assert.equal(hkdfHex(bytes(salt), bytes(secret), bytes(info), expected.length / 2), expected);
    });
  }

  it("agrees with Node for any lengths of its inputs", () => {
    const input = fc.uint8Array({ maxLength: 100 });
    fc.assert(fc.property(input, input, input, fc.integer({ min: 0, max: 200 }), (salt, secret, info, length) => {
      const expected = Buffer.from(hkdfSync("sha256", secret, salt, info, length)).toString("hex");
      assert.equal(hkdfHex(salt, secret, info, length), expected);
    }));
  });

  it("derives 8160 bytes and not one more", () => {
    const none = new Uint8Array(0);
    const expected = Buffer.from(hkdfSync("sha256", none, none, none, HKDF_OUTPUT_BYTES_MAX)).toString("hex");
    assert.equal(hkdfHex(none, none, none, HKDF_OUTPUT_BYTES_MAX), expected);
    for (const length of [HKDF_OUTPUT_BYTES_MAX + 1, -1, NaN]) {
      assert.throws(() => hkdfSha256(hash, none, none, none, length));
    }
  });
});
