import assert from "node:assert/strict";
import fc from "fast-check";
import { createPortableCodec } from "../../../core/smp/portable-codec";

const codec = createPortableCodec();
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** Bit by bit, as the definition of the CRC has it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const isSet = ((crc >> 15) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0xffff) ^ (isSet * 0x1021);
    }
  }
  return crc;
}

describe("CRC-16/XMODEM", () => {
  it("gives the check value of its catalogue entry", () => {
    assert.equal(codec.crc16(ascii("123456789"), 0), 0x31c3);
    assert.equal(codec.crc16(new Uint8Array(0), 0), 0);
  });

  it("agrees with the definition, also in pieces", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (bytes, place) => {
      const at = place % (bytes.length + 1);
      assert.equal(codec.crc16(bytes, 0), crc16(bytes));
      assert.equal(codec.crc16(bytes.subarray(at), codec.crc16(bytes.subarray(0, at), 0)), crc16(bytes));
    }));
  });
});

describe("base64", () => {
  it("is that of another implementation, and comes back", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = codec.toBase64(bytes);
      assert.equal(Buffer.from(text).toString("latin1"), Buffer.from(bytes).toString("base64"));
      assert.deepEqual(codec.fromBase64(text), bytes);
    }));
  });

  it("refuses what is none", () => {
    const incomplete = ["A", "AA", "AAA", "AAAAA", "AA=A", "=AAA", "A===", "===="];
    for (const text of [...incomplete, "AA A", "AAA\n", "AA-_", "\xff\xff\xff\xff"]) {
      assert.equal(codec.fromBase64(ascii(text)), undefined, text);
    }
    assert.deepEqual(codec.fromBase64(new Uint8Array(0)), new Uint8Array(0));
  });
});

describe("the search for a byte", () => {
  it("finds the first one", () => {
    assert.equal(codec.indexOf(ascii("a\nb\n"), 10), 1);
    assert.ok(codec.indexOf(ascii("ab"), 10) < 0);
    assert.ok(codec.indexOf(new Uint8Array(0), 0) < 0);
  });
});
