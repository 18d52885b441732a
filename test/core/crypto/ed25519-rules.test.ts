import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";

import {
  pointEncodingIsAcceptable, signatureIsWellFormed, signatureScalarIsCanonical,
} from "../../../core/crypto/ed25519-rules";

const PRIME = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const HIGH_BIT = 2n ** 255n;

function littleEndian(value: bigint): Uint8Array {
  return new Uint8Array(32).map((_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let e = exponent, b = base % PRIME; e > 0n; e >>= 1n, b = b * b % PRIME) {
    result = e % 2n === 1n ? result * b % PRIME : result;
  }
  return result;
}

/** y of the points of order 8, from the curve equation. */
function orderEight(): bigint[] {
  const d = (PRIME - 121665n * power(121666n, PRIME - 2n) % PRIME) % PRIME;
  const squareRoot = (a: bigint): bigint | undefined => {
    const root = power(a, (PRIME + 3n) / 8n);
    const other = root * power(2n, (PRIME - 1n) / 4n) % PRIME;
    return [root, other].find((candidate) => candidate * candidate % PRIME === (a % PRIME + PRIME) % PRIME);
  };
  // Doubling such a point gives y = 0, hence y^2 = -x^2 for -x^2 + y^2 = 1 + d x^2 y^2: 2 y^2 = 1 - d y^4.
  const inner = squareRoot((1n + d) % PRIME)!;
  return [inner, PRIME - inner].flatMap((root) => {
    const square = (root - 1n + PRIME) * power(d, PRIME - 2n) % PRIME;
    const y = squareRoot(square);
    return y === undefined ? [] : [y, PRIME - y];
  });
}

function signatureWith(scalar: bigint): Uint8Array {
  const signature = new Uint8Array(64);
  signature.set(littleEndian(scalar), 32);
  return signature;
}

describe("the scalar of an Ed25519 signature", () => {
  it("must be below the group order", () => {
    for (const scalar of [0n, 1n, ORDER - 1n, 2n ** 252n]) {
      assert.equal(signatureScalarIsCanonical(signatureWith(scalar)), true);
    }
    for (const scalar of [ORDER, ORDER + 1n, 2n * ORDER, 2n ** 253n, 2n ** 256n - 1n, ORDER + 2n ** 128n]) {
      assert.equal(signatureScalarIsCanonical(signatureWith(scalar)), false);
    }
  });
});

describe("the encoding of an Ed25519 point", () => {
  it("must have y below the prime", () => {
    for (let y = PRIME; y < HIGH_BIT; y++) {
      assert.equal(pointEncodingIsAcceptable(littleEndian(y)), false);
      assert.equal(pointEncodingIsAcceptable(littleEndian(y + HIGH_BIT)), false);
    }
    assert.equal(pointEncodingIsAcceptable(littleEndian(PRIME - 2n)), true);
    assert.equal(pointEncodingIsAcceptable(littleEndian(PRIME - 2n + HIGH_BIT)), true);
    assert.equal(pointEncodingIsAcceptable(littleEndian(2n)), true);
  });

  it("must not be of small order, with either sign", () => {
    const eight = orderEight();
    assert.equal(eight.length, 2);
    for (const y of [0n, 1n, PRIME - 1n, ...eight]) {
      assert.equal(pointEncodingIsAcceptable(littleEndian(y)), false, y.toString(16));
      assert.equal(pointEncodingIsAcceptable(littleEndian(y + HIGH_BIT)), false, y.toString(16));
    }
    for (const y of eight) {
      assert.equal(pointEncodingIsAcceptable(littleEndian(y + 1n)), true);
      assert.equal(pointEncodingIsAcceptable(littleEndian(y - 1n)), true);
      assert.equal(pointEncodingIsAcceptable(littleEndian(y - 2n ** 248n)), true);
    }
  });
});

describe("the checks before the arithmetic", () => {
  it("let real keys and signatures pass, and no wrong lengths", () => {
    for (let i = 0; i < 20; i++) {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(12));
      const signature = new Uint8Array(sign(null, Buffer.from([i]), privateKey));
      assert.equal(signatureIsWellFormed(raw, signature), true);
      assert.equal(signatureIsWellFormed(raw.subarray(1), signature), false);
      assert.equal(signatureIsWellFormed(raw, signature.subarray(0, 63)), false);
      assert.equal(signatureIsWellFormed(littleEndian(1n), signature), false);
      signature.set(littleEndian(0n), 0);
      assert.equal(signatureIsWellFormed(raw, signature), false);
    }
  });
});
