import assert from "node:assert/strict";
import fc from "fast-check";
import { LMS_PAUSES_MAX, lmsParameters, verifyLms } from "../../../core/crypto/lms";
import { M24_H5_W4, M32_H10_W2 } from "../../engines/portable/lms-vectors";
import { hostServices, loadLmsVectors, type LmsVector, sha256 } from "./lms-vectors";

const RFC = loadLmsVectors("rfc8554.json");
const OTHERS = loadLmsVectors("pyhsslms.json");
const ALL = [...RFC, ...OTHERS];

/** Cheap to verify. */
const SMALL = vectorNamed("M24_H10_W2");

function vectorNamed(name: string): LmsVector {
  const vector = OTHERS.find((candidate) => candidate.name === name);
  assert.ok(vector !== undefined, name);
  return vector;
}

function verifies(vector: LmsVector): boolean {
  return verifyLms(hostServices, vector.publicKey, vector.message, vector.signature);
}

function flipped(bytes: Uint8Array, index: number, bit = 0): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
}

function withType(bytes: Uint8Array, offset: number, type: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  new DataView(copy.buffer).setUint32(offset, type);
  return copy;
}

describe("LMS", () => {
  for (const vector of RFC) {
    it(`accepts RFC 8554, appendix F, ${vector.name}`, () => {
      assert.equal(verifies(vector), true);
    });
  }

  for (const vector of OTHERS) {
    it(`accepts a signature ${vector.name} of pyhsslms`, () => {
      assert.equal(verifies(vector), true);
    });
  }

  for (const vector of ALL) {
    it(`refuses ${vector.name} with one bit changed in any field`, () => {
      const { publicKey, message, signature } = vector;
      const hashBytes = publicKey.length - 24;
      const height = Math.log2(lmsParameters(publicKey)?.leaves ?? 0);
      const typeOffset = signature.length - 4 - height * hashBytes;
      const fields: Record<string, number> = {
        "leaf, low": 3,
        "leaf, high": 0,
        "one-time type": 7,
        randomizer: 8,
        "first chain": 8 + hashBytes,
        "last chain": typeOffset - 1,
        type: typeOffset + 3,
        "path below": typeOffset + 4,
        "path above": signature.length - 1,
      };
      for (const [field, index] of Object.entries(fields)) {
        assert.equal(verifies({ ...vector, signature: flipped(signature, index) }), false, field);
      }
      const keyFields = { type: 3, oneTimeType: 7, I: 8, root: 24, rootEnd: 23 + hashBytes };
      for (const [field, index] of Object.entries(keyFields)) {
        assert.equal(verifies({ ...vector, publicKey: flipped(publicKey, index) }), false, `key: ${field}`);
      }
      const longer = new Uint8Array([...message, 0]);
      assert.equal(verifies({ ...vector, message: longer }), false, "longer message");
      if (message.length > 0) {
        assert.equal(verifies({ ...vector, message: flipped(message, message.length - 1) }), false, "message");
      }
    });
  }

  it("THREAT.IMG.NON_AUTH refuses a signature with one bit changed in any byte", function () {
    this.timeout(30_000);
    for (let index = 0; index < SMALL.signature.length; index++) {
      const signature = flipped(SMALL.signature, index, index % 8);
      assert.equal(verifies({ ...SMALL, signature }), false, `byte ${index}`);
    }
    for (let index = 0; index < SMALL.publicKey.length; index++) {
      const publicKey = flipped(SMALL.publicKey, index, index % 8);
      assert.equal(verifies({ ...SMALL, publicKey }), false, `key byte ${index}`);
    }
  });

  it("refuses signatures of any other length", () => {
    for (const vector of ALL) {
      for (const length of [0, 4, 12, vector.signature.length - 1]) {
        assert.equal(verifies({ ...vector, signature: vector.signature.slice(0, length) }), false);
      }
      assert.equal(verifies({ ...vector, signature: new Uint8Array([...vector.signature, 0]) }), false);
    }
  });

  it("refuses keys of any other length", () => {
    for (const vector of ALL) {
      for (const length of [0, 23, 24, 47, 48, 49, 55, 56, 57]) {
        const publicKey = new Uint8Array(length);
        publicKey.set(vector.publicKey.subarray(0, length));
        assert.equal(verifies({ ...vector, publicKey }), length === vector.publicKey.length);
      }
    }
  });

  it("knows exactly the eighteen parameter sets that it supports", () => {
    const supported: string[] = [];
    for (const hashBytes of [24, 32]) {
      for (let type = 0; type < 300; type++) {
        for (let oneTimeType = 0; oneTimeType < 300; oneTimeType++) {
          const key = withType(withType(new Uint8Array(24 + hashBytes), 0, type), 4, oneTimeType);
          const parameters = lmsParameters(key);
          if (parameters !== undefined) {
            const { leaves, radix, chains, signatureBytes } = parameters;
            supported.push([hashBytes, type, oneTimeType, leaves, radix, chains, signatureBytes].join(" "));
          }
        }
      }
    }
    const expected: string[] = [];
    // Type codes and p: RFC 8554, tables 1 and 2; SP 800-208, tables 1 and 3.
    const sets = [
      { hashBytes: 24, firstType: 10, oneTime: [[6, 4, 101], [7, 16, 51], [8, 256, 26]] },
      { hashBytes: 32, firstType: 5, oneTime: [[2, 4, 133], [3, 16, 67], [4, 256, 34]] },
    ];
    for (const { hashBytes, firstType, oneTime } of sets) {
      for (const [index, height] of [5, 10, 15].entries()) {
        for (const [type = 0, radix = 0, chains = 0] of oneTime) {
          const signatureBytes = 4 + (4 + hashBytes + chains * hashBytes) + 4 + height * hashBytes;
          expected.push([hashBytes, firstType + index, type, 2 ** height, radix, chains, signatureBytes].join(" "));
        }
      }
    }
    assert.deepEqual(supported, expected);
  });

  it("refuses type codes whose upper bytes are not zero", () => {
    for (const index of [0, 1, 2, 4, 5, 6]) {
      const key = flipped(SMALL.publicKey, index);
      assert.equal(lmsParameters(key), undefined);
    }
  });

  it("refuses leaves outside the tree", () => {
    for (const leaf of [1024, 1024 + 512, 0x8000, 0x80000000, 0xffffffff]) {
      assert.equal(verifies({ ...SMALL, signature: withType(SMALL.signature, 0, leaf) }), false);
    }
  });

  it("never verifies with random bits changed", function () {
    this.timeout(30_000);
    const part = fc.constantFrom<"publicKey" | "message" | "signature">("publicKey", "message", "signature");
    const flips = fc.array(fc.tuple(part, fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...OTHERS.filter(({ message }) => message.length > 0)), flips, (vector, places) => {
        const altered = { ...vector };
        for (const [name, place, bit] of places) {
          altered[name] = flipped(altered[name], place % altered[name].length, bit);
        }
        const isSame = (["publicKey", "message", "signature"] as const).every((name) =>
          Buffer.from(altered[name]).equals(vector[name]),
        );
        assert.equal(verifies(altered), isSame);
      }),
      { numRuns: 300 },
    );
  });

  it("never verifies random bytes of the right length", () => {
    const { publicKey, signature } = SMALL;
    const length = signature.length;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
        bytes.set(signature.subarray(0, 8), 0);
        bytes.set(publicKey.subarray(0, 4), length - 4 - 10 * 24);
        assert.equal(verifies({ ...SMALL, signature: bytes }), false);
      }),
    );
  });
});

describe("LMS when something goes wrong in the middle", () => {
  /** Whether the vector verifies if one call of the hash gives `wrong` instead. */
  function verifiesWithFault(vector: LmsVector, call: number, wrong: Uint8Array): boolean {
    let calls = 0;
    const services = { ...hostServices, sha256: (bytes: Uint8Array) => (calls++ === call ? wrong : sha256(bytes)) };
    return verifyLms(services, vector.publicKey, vector.message, vector.signature);
  }

  it("accepts nothing if any one hash comes out as zeros or ones, neither a bad signature nor the good one", () => {
    let calls = 0;
    const count = { ...hostServices, sha256: (bytes: Uint8Array) => (calls++, sha256(bytes)) };
    assert.equal(verifyLms(count, SMALL.publicKey, SMALL.message, SMALL.signature), true);
    const bad = { ...SMALL, message: flipped(SMALL.message, 0) };
    assert.equal(verifies(bad), false);
    for (let call = 0; call < calls; call++) {
      for (const wrong of [new Uint8Array(32), new Uint8Array(32).fill(255)]) {
        assert.equal(verifiesWithFault(SMALL, call, wrong), false, `call ${call}`);
        assert.equal(verifiesWithFault(bad, call, wrong), false, `bad, call ${call}`);
      }
    }
  });

  it("accepts nothing if the last hash is missing, although the path names the root", () => {
    // The root stands where the last hash would be compared, if it were compared in place.
    const forged = new Uint8Array(SMALL.signature);
    forged.set(SMALL.publicKey.subarray(24), forged.length - 24);
    let calls = 0;
    const count = { ...hostServices, sha256: (bytes: Uint8Array) => (calls++, sha256(bytes)) };
    verifyLms(count, SMALL.publicKey, SMALL.message, forged);
    assert.equal(verifiesWithFault({ ...SMALL, signature: forged }, calls - 1, new Uint8Array(0)), false);
  });

  for (const [title, value] of [["zeros", 0], ["ones", 255]] as const) {
    it(`accepts nothing and pauses at most LMS_PAUSES_MAX times if every hash comes out as ${title}`, () => {
      for (const vector of ALL) {
        let pauses = 0;
        const services = { sha256: () => new Uint8Array(32).fill(value), pause: () => (pauses += 1) };
        assert.equal(verifyLms(services, vector.publicKey, vector.message, vector.signature), false);
        assert.ok(pauses >= 1 && pauses <= LMS_PAUSES_MAX, `${vector.name}: ${pauses}`);
      }
    });
  }

  it("pauses after 64 hashes of chains at most", () => {
    for (const vector of ALL) {
      let longest = 0;
      let sincePause = 0;
      const services = {
        sha256: (bytes: Uint8Array) => {
          longest = Math.max(longest, ++sincePause);
          return sha256(bytes);
        },
        pause: () => (sincePause = 0),
      };
      assert.equal(verifyLms(services, vector.publicKey, vector.message, vector.signature), true);
      // The last 64 steps are followed by the hashes of key, leaf and path.
      assert.ok(longest <= 64 + 17, `${vector.name}: ${longest}`);
    }
  });

  it("changes neither key nor message nor signature", () => {
    for (const vector of ALL) {
      const before = [vector.publicKey, vector.message, vector.signature].map((bytes) => Buffer.from(bytes));
      verifies(vector);
      assert.deepEqual([vector.publicKey, vector.message, vector.signature].map((bytes) => Buffer.from(bytes)), before);
    }
  });
});

describe("the LMS vectors of the portable suite", () => {
  for (const vector of [M24_H5_W4, M32_H10_W2]) {
    it(`${vector.name} is that of the vector file`, () => {
      const { publicKey, message, signature } = vectorNamed(vector.name);
      const hex = [publicKey, message, signature].map((bytes) => Buffer.from(bytes).toString("hex"));
      assert.deepEqual([vector.publicKeyHex, vector.messageHex, vector.signatureHex], hex);
    });
  }
});
