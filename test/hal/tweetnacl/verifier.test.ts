import assert from "node:assert/strict";
import fc from "fast-check";

import { createTweetnaclVerifier } from "../../../hal/tweetnacl/verifier";

const verifier = createTweetnaclVerifier();

function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verifier.verify({ publicKey, keyHash: new Uint8Array(32) }, message, signature);
}

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

/** RFC 8032 section 7.1, TEST 1 to TEST 3. */
const EXAMPLES = [
  {
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
].map((example) => ({
  publicKey: bytes(example.publicKey), message: bytes(example.message), signature: bytes(example.signature),
}));

describe("the tweetnacl verifier", () => {
  it("accepts the signatures of RFC 8032 and refuses them with any bit changed", () => {
    for (const { publicKey, message, signature } of EXAMPLES) {
      assert.equal(verify(publicKey, message, signature), true);
      for (let bit = 0; bit < 512; bit += 37) {
        const changed = signature.slice();
        changed[bit >> 3] ^= 1 << (bit & 7);
        assert.equal(verify(publicKey, message, changed), false, `bit ${bit}`);
      }
    }
  });

  it("refuses S + L, which the bare curve equation would take", () => {
    const { publicKey, message, signature } = EXAMPLES[1];
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    let scalar = order;
    for (let i = 0; i < 32; i++) {
      scalar += BigInt(signature[32 + i]) << BigInt(8 * i);
    }
    const changed = signature.slice();
    for (let i = 0; i < 32; i++) {
      changed[32 + i] = Number((scalar >> BigInt(8 * i)) & 0xffn);
    }
    assert.equal(verify(publicKey, message, changed), false);
  });

  it("refuses the key of small order under which a zero signature fits everything", () => {
    const neutral = new Uint8Array(32);
    neutral[0] = 1;
    const signature = new Uint8Array(64);
    signature[0] = 1;
    assert.equal(verify(neutral, new Uint8Array([1, 2, 3]), signature), false);
  });

  it("never throws, whatever it is given", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 70 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.constantFrom([1, 2], "text", undefined).map((value) => value as unknown as Uint8Array),
    );
    fc.assert(fc.property(anything, anything, anything, (publicKey, message, signature) => {
      assert.equal(verify(publicKey, message, signature), false);
    }));
  });
});
