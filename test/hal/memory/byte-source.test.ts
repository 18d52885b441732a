import assert from "node:assert/strict";

import { createByteSource } from "../../../hal/memory/byte-source";

describe("the byte source in memory", () => {
  it("gives copies that do not change with it", () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const source = createByteSource(bytes);
    const copy = source.read(1, 2);
    bytes[1] = 9;
    assert.deepEqual([...copy], [2, 3]);
    assert.deepEqual([...source.read(1, 2)], [9, 3]);
    assert.equal(source.sizeBytes, 4);
    assert.equal(source.read(4, 0).length, 0);
  });

  it("stops a reader that leaves its bounds", () => {
    const source = createByteSource(new Uint8Array(4));
    for (const [offset, length] of [[-1, 1], [0, 5], [4, 1], [1, -1]]) {
      assert.throws(() => source.read(offset, length), (error) => error === "assert 30");
    }
  });
});
