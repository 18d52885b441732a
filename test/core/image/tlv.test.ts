import assert from "node:assert/strict";

import { readHeader } from "../../../core/image/header";
import { walkTlvs } from "../../../core/image/tlv";
import { Reason } from "../../../core/reasons";
import { createByteSource } from "../../../hal/memory/byte-source";
import { findVector, readVectorFile, vectors } from "./mcuboot-vectors";

const SLOT_SIZE_BYTES = 131072;

function walkFile(file: string, visit: Parameters<typeof walkTlvs>[3]) {
  const source = createByteSource(readVectorFile(file));
  const { header } = readHeader(source, SLOT_SIZE_BYTES);
  assert.ok(header);
  return walkTlvs(source, header, SLOT_SIZE_BYTES, visit);
}

describe("the walk over TLVs", () => {
  it("visits what the index lists, in the same order", () => {
    const accepted = vectors.filter((vector) => vector.expected === "accept" && vector.needs.length === 0);
    for (const vector of accepted) {
      const bytes = readVectorFile(vector.file);
      const visited: string[] = [];
      const { reason } = walkFile(vector.file, (type, offsetBytes, lengthBytes, isProtected) => {
        const value = Buffer.from(bytes.subarray(offsetBytes, offsetBytes + lengthBytes)).toString("hex");
        visited.push(`${isProtected ? "protected" : "open"} ${type} ${value}`);
        return Reason.None;
      });
      assert.equal(reason, Reason.None);
      assert.deepEqual(visited, (vector.fields.tlv_areas ?? []).flatMap((area) => area.tlvs.map((tlv) =>
        `${area.magic === "0x6908" ? "protected" : "open"} ${Number(tlv.type)} ${tlv.value}`)));
    }
  });

  it("stops at the first refusal of the visitor, in either area", () => {
    for (const stopAt of [1, 7]) {
      let visits = 0;
      const walk = walkFile(findVector("protected-all").file, () => {
        visits++;
        return visits === stopAt ? Reason.TlvDuplicate : Reason.None;
      });
      assert.equal(walk.reason, Reason.TlvDuplicate);
      assert.equal(visits, stopAt);
    }
  });
});
