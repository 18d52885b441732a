import assert from "node:assert/strict";
import { decode, encode } from "cborg";
import fc from "fast-check";
import { type CborWriter, createCborWriter } from "../../../core/smp/cbor-writer";
import { SMP_HEADER_BYTES } from "../../../core/smp/frame";
import { toHex } from "./smp-vectors";

type Item = string | number | boolean | Uint8Array | Item[] | { [key: string]: Item };

function write(writer: CborWriter, item: Item): void {
  if (typeof item === "string") {
    writer.text(Buffer.from(item).toString("latin1"));
  } else if (typeof item === "number") {
    writer.integer(item);
  } else if (typeof item === "boolean") {
    writer.flag(item);
  } else if (item instanceof Uint8Array) {
    writer.bytes(item);
  } else if (Array.isArray(item)) {
    writer.openArray();
    item.forEach((part) => write(writer, part));
    writer.close();
  } else {
    writer.openMap();
    Object.entries(item).forEach(([name, part]) => {
      writer.key(name);
      write(writer, part);
    });
    writer.close();
  }
}

const body = (writer: CborWriter): Uint8Array => writer.frame().subarray(SMP_HEADER_BYTES);

const { item: anyItem } = fc.letrec<{ item: Item }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 3 },
    fc.maxSafeInteger(), fc.boolean(), fc.uint8Array({ maxLength: 70 }), fc.string({ unit: "grapheme" }),
    fc.array(tie("item"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), tie("item"), { maxKeys: 4 }) as fc.Arbitrary<Item>,
  ),
}));

describe("writing CBOR", () => {
  it("another decoder reads what was written", () => {
    fc.assert(fc.property(anyItem, (item) => {
      const writer = createCborWriter(20000);
      write(writer, item);
      assert.equal(writer.overflowed(), false);
      assert.deepEqual(decode(body(writer)), decode(encode(item)));
    }));
  });

  it("numbers and lengths are as short as another encoder makes them", () => {
    const numbers = [0, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, Number.MAX_SAFE_INTEGER];
    for (const number of [...numbers, ...numbers.map((value) => -1 - value).filter(Number.isSafeInteger)]) {
      const writer = createCborWriter(32);
      writer.integer(number);
      assert.equal(toHex(body(writer)), toHex(encode(number)));
      writer.restart();
      if (number >= 0) {
        writer.unsigned(number);
        assert.equal(toHex(body(writer)), toHex(encode(number)));
      }
    }
    for (const length of [0, 23, 24, 255, 256, 65535, 65536]) {
      const writer = createCborWriter(140000);
      writer.bytes(new Uint8Array(length));
      writer.textBytes(new Uint8Array(length).fill(65));
      const expected = Buffer.concat([encode(new Uint8Array(length)), encode("A".repeat(length))]);
      assert.ok(Buffer.from(body(writer)).equals(expected), `${length} bytes`);
    }
  });

  it("leaves room for the header, and reuses one buffer", () => {
    const writer = createCborWriter(16);
    assert.equal(writer.frame().length, SMP_HEADER_BYTES);
    writer.unsigned(7);
    const first = writer.frame();
    assert.equal(toHex(first.subarray(SMP_HEADER_BYTES)), "07");
    writer.restart();
    writer.flag(true);
    assert.equal(writer.frame().buffer, first.buffer);
    assert.equal(toHex(body(writer)), "f5");
  });

  it("what does not fit is told, whatever it is and wherever the end comes", () => {
    const item: Item = { a: [1, -300, "text", true], bytes: new Uint8Array(40), long: "x".repeat(30) };
    const whole = createCborWriter(500);
    write(whole, item);
    const needed = whole.frame().length;
    for (let size = SMP_HEADER_BYTES; size < needed; size++) {
      const writer = createCborWriter(size);
      write(writer, item);
      assert.ok(writer.overflowed(), `${size} bytes`);
      assert.ok(writer.frame().length <= size);
      writer.restart();
      assert.equal(writer.overflowed(), false);
      assert.equal(writer.frame().length, SMP_HEADER_BYTES);
    }
    const exact = createCborWriter(needed);
    write(exact, item);
    assert.equal(exact.overflowed(), false);
    assert.equal(toHex(exact.frame()), toHex(whole.frame()));
  });

  it("nothing is written behind something that did not fit", () => {
    const writer = createCborWriter(SMP_HEADER_BYTES + 2);
    writer.bytes(new Uint8Array(4));
    writer.unsigned(1);
    assert.ok(writer.overflowed());
    assert.equal(toHex(body(writer)), "44");
  });
});
