import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { createByteSource } from "../../../hal/memory/byte-source";
import { createMemoryHash } from "../../../hal/memory/hash";

const hash = createMemoryHash();
const bytes = new Uint8Array(3000).map((_, i) => i * 13 + (i >> 8));

describe("the memory hash", () => {
  it("hashes a region without what is around it, in pieces of bounded size", () => {
    for (const [offset, length] of [[0, 0], [0, 1], [0, 512], [1, 511], [7, 513], [100, 2900], [0, 3000]]) {
      const inner = createByteSource(bytes);
      let largest = 0;
      const source = {
        sizeBytes: inner.sizeBytes,
        read(offsetBytes: number, lengthBytes: number): Uint8Array {
          largest = Math.max(largest, lengthBytes);
          return inner.read(offsetBytes, lengthBytes);
        },
      };
      const expected = createHash("sha256").update(bytes.subarray(offset, offset + length)).digest("hex");
      assert.equal(Buffer.from(hash.sha256Region(source, offset, length)).toString("hex"), expected);
      assert.ok(largest <= 512);
    }
  });

  it("has the CRC-32 and SHA-256 of core", () => {
    assert.equal(hash.crc32(new Uint8Array(Buffer.from("123456789"))), 0xcbf43926);
    assert.equal(Buffer.from(hash.sha256(bytes)).toString("hex"), createHash("sha256").update(bytes).digest("hex"));
  });
});
