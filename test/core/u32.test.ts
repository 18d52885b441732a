import assert from "node:assert/strict";
import fc from "fast-check";

import {
  u32Add, u32And, u32Not, u32Or, u32RotateRight, u32ShiftLeft, u32ShiftRight, u32Xor,
} from "../../core/u32";

const u32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
);
const MASK = 0xffffffffn;

describe("unsigned 32-bit arithmetic", () => {
  it("agrees with whole numbers of any size", () => {
    fc.assert(fc.property(u32, u32, (a, b) => {
      const [x, y] = [BigInt(a), BigInt(b)];
      assert.equal(u32And(a, b), Number(x & y));
      assert.equal(u32Or(a, b), Number(x | y));
      assert.equal(u32Xor(a, b), Number(x ^ y));
      assert.equal(u32Not(a), Number(~x & MASK));
      assert.equal(u32Add(a, b), Number((x + y) & MASK));
    }), { numRuns: 1000 });
  });

  it("shifts and rotates by every count", () => {
    fc.assert(fc.property(u32, (a) => {
      const x = BigInt(a);
      for (let count = 0; count < 32; count++) {
        const n = BigInt(count);
        assert.equal(u32ShiftLeft(a, count), Number((x << n) & MASK));
        assert.equal(u32ShiftRight(a, count), Number(x >> n));
        if (count > 0) {
          assert.equal(u32RotateRight(a, count), Number(((x >> n) | (x << (32n - n))) & MASK));
        }
      }
    }));
  });

  it("adds up to 2^53 before it takes the remainder", () => {
    assert.equal(u32Add(0xffffffff * 4, 7), 3);
  });
});
