import assert from "node:assert/strict";
import crc32Package from "crc-32";
import fc from "fast-check";

import { createCrc32 } from "../../core/crc32";

const crc32 = createCrc32();

describe("CRC-32", () => {
  it("gives the check value of its catalogue entry", () => {
    assert.equal(crc32(new Uint8Array(Buffer.from("123456789"))), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
  });

  it("agrees with an independent implementation, without a sign", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      assert.equal(crc32(bytes), crc32Package.buf(bytes) >>> 0);
    }));
  });

  it("notices every single bit error of a record", () => {
    const record = new Uint8Array(28).map((_, i) => i * 31);
    const good = crc32(record);
    for (let bit = 0; bit < record.length * 8; bit++) {
      record[bit >> 3] ^= 1 << (bit & 7);
      assert.notEqual(crc32(record), good);
      record[bit >> 3] ^= 1 << (bit & 7);
    }
  });
});
