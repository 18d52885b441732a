import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";

import { createSha256, sha256 } from "../../../core/crypto/sha256";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const reference = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** NIST's examples for SHA-256 (FIPS 180-2 appendix B, and the empty message). */
const EXAMPLES: [string, string][] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
  ["a".repeat(1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
];

describe("SHA-256", () => {
  for (const [message, digest] of EXAMPLES) {
    it(`gives NIST's digest of ${message.length} bytes`, () => {
      assert.equal(hex(sha256(new Uint8Array(Buffer.from(message)))), digest);
    });
  }

  it("agrees with Node for every length around the block boundaries", () => {
    for (let length = 0; length <= 260; length++) {
      const bytes = new Uint8Array(length).map((_, i) => i * 7 + length);
      assert.equal(hex(sha256(bytes)), reference(bytes), `${length} bytes`);
    }
  });

  it("does not depend on how the message is cut into pieces", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 8 }), (pieces) => {
      const computation = createSha256();
      for (const piece of pieces) {
        computation.update(piece);
      }
      assert.equal(hex(computation.finish()), reference(Buffer.concat(pieces)));
    }));
  });

  it("leaves its input as it was", () => {
    const bytes = new Uint8Array(100).fill(9);
    sha256(bytes);
    assert.ok(bytes.every((byte) => byte === 9));
  });
});
