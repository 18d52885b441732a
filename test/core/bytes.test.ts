import assert from "node:assert/strict";
import fc from "fast-check";

import { alignUp, equalBytes, isFilled, readU16, readU32, writeU16, writeU32 } from "../../core/bytes";

describe("fields in bytes", () => {
  it("are little endian", () => {
    const bytes = new Uint8Array([0xff, 0x01, 0x02, 0x03, 0x84]);
    assert.equal(readU16(bytes, 1), 0x0201);
    assert.equal(readU32(bytes, 1), 0x84030201);
  });

  it("read back as written and leave their neighbours alone", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
      const bytes = new Uint8Array(6).fill(0xaa);
      writeU32(bytes, 1, value);
      assert.equal(readU32(bytes, 1), value);
      assert.deepEqual([bytes[0], bytes[5]], [0xaa, 0xaa]);
      writeU16(bytes, 1, value % 65536);
      assert.equal(readU16(bytes, 1), value % 65536);
    }));
  });

  it("never reach beyond the array or their range", () => {
    const thrown = /^assert \d+$/;
    const bytes = new Uint8Array(4);
    const fails = (action: () => void) => {
      assert.throws(action, (error) => typeof error === "string" && thrown.test(error));
    };
    fails(() => readU16(bytes, 3));
    fails(() => readU32(bytes, 1));
    fails(() => { writeU16(bytes, 0, 65536); });
    fails(() => { writeU16(bytes, 0, -1); });
    fails(() => { writeU32(bytes, 0, 4294967296); });
  });
});

describe("comparisons of bytes", () => {
  it("find a difference at every place, and only within the length", () => {
    for (let i = 0; i < 8; i++) {
      const a = new Uint8Array(8);
      const b = new Uint8Array(8);
      b[i] = 1;
      assert.equal(equalBytes(a, 2, b, 2, 4), i < 2 || i >= 6);
      assert.equal(isFilled(b, 2, 4, 0), i < 2 || i >= 6);
    }
    assert.equal(equalBytes(new Uint8Array([1, 2, 3]), 1, new Uint8Array([2, 3]), 0, 2), true);
  });

  it("are never true beyond the end of one of the arrays", () => {
    assert.equal(equalBytes(new Uint8Array(4), 0, new Uint8Array(5), 0, 5), false);
    assert.equal(isFilled(new Uint8Array(4), 0, 5, 0), false);
  });
});

describe("alignUp", () => {
  it("gives the next multiple, or the number itself", () => {
    assert.deepEqual([0, 1, 7, 8, 9].map((value) => alignUp(value, 8)), [0, 8, 8, 8, 16]);
  });
});
