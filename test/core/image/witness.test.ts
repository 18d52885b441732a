import assert from "node:assert/strict";

import { createWitness } from "../../../core/image/witness";
import { createByteSource } from "../../../hal/memory/byte-source";

describe("the witness of reads", () => {
  it("notices any change of what was read and no other", () => {
    const bytes = new Uint8Array(16);
    const witness = createWitness(createByteSource(bytes));
    assert.equal(witness.source.sizeBytes, 16);
    witness.source.read(2, 3);
    witness.source.read(8, 1);
    assert.equal(witness.isUnchanged(), true);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = 1;
      assert.equal(witness.isUnchanged(), !(i >= 2 && i < 5) && i !== 8, `byte ${i}`);
      bytes[i] = 0;
    }
    assert.equal(witness.isUnchanged(), true);
  });
});
