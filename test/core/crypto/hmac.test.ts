import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";

import { hmacSha256 } from "../../../core/crypto/hmac";
import { createMemoryHash } from "../../../hal/memory/hash";

const hash = createMemoryHash();

function hmacHex(key: Uint8Array, message: Uint8Array): string {
  return Buffer.from(hmacSha256(hash, key, message)).toString("hex");
}

const repeated = (byte: number, length: number): Uint8Array => new Uint8Array(length).fill(byte);
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
const counting = new Uint8Array(25).map((_, i) => i + 1);

/** RFC 4231 sections 4.2 to 4.8; case 5 gives the first 16 bytes only. */
const CASES: [number, Uint8Array, Uint8Array, string][] = [
  [1, repeated(0x0b, 20), text("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [2, text("Jefe"), text("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
  [3, repeated(0xaa, 20), repeated(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
  [4, counting, repeated(0xcd, 50), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"],
  [5, repeated(0x0c, 20), text("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"],
  [6, repeated(0xaa, 131), text("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"],
  [7, repeated(0xaa, 131),
    text("This is a test using a larger than block-size key and a larger than block-size data. The key needs to " +
      "be hashed before being used by the HMAC algorithm."),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"],
];

describe("HMAC with SHA-256", () => {
  for (const [number, key, message, mac] of CASES) {
    it(`gives the result of RFC 4231 test case ${number}`, () => {
      assert.equal(hmacHex(key, message).slice(0, mac.length), mac);
    });
  }

  it("agrees with Node for keys of any length", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 140 }), fc.uint8Array({ maxLength: 140 }), (key, message) => {
      assert.equal(hmacHex(key, message), createHmac("sha256", key).update(message).digest("hex"));
    }));
    for (const length of [63, 64, 65]) {
      const key = repeated(3, length);
      assert.equal(hmacHex(key, counting), createHmac("sha256", key).update(counting).digest("hex"));
    }
  });
});
