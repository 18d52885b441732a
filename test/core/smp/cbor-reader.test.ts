import assert from "node:assert/strict";
import { encode } from "cborg";
import fc from "fast-check";
import { SMP_CBOR_DEPTH_MAX, SMP_FIELDS_MAX, SMP_KEY_BYTES_MAX, SMP_TEXT_BYTES_MAX } from "../../../core/limits";
import {
  bytesField, CborType, fieldIsWrong, flagField, hasField, readFields, textBytesField, textField, uintField,
} from "../../../core/smp/cbor-reader";
import { fromHex, type Json, plainFields, SKIPPED, toHex } from "./smp-vectors";

const read = (bytes: Uint8Array): ReturnType<typeof readFields> => readFields(bytes, 0, bytes.length);
const readHex = (hex: string): ReturnType<typeof readFields> => read(fromHex(hex));

function plainHex(hex: string): Record<string, Json> | undefined {
  const fields = readHex(hex);
  return fields && plainFields(fields);
}

/** A head, with its argument in `sizeBytes` bytes: longer forms than needed are legal. */
function head(major: number, argument: number, sizeBytes: number): Uint8Array {
  if (sizeBytes === 0) {
    return new Uint8Array([major * 32 + argument]);
  }
  const bytes = new Uint8Array(1 + sizeBytes);
  bytes[0] = major * 32 + 24 + Math.log2(sizeBytes);
  new DataView(bytes.buffer).setUint8(sizeBytes, argument & 255);
  if (sizeBytes > 1) {
    new DataView(bytes.buffer).setUint8(sizeBytes - 1, argument >> 8);
  }
  return bytes;
}

const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const BREAK = new Uint8Array([255]);

/** Encodings that this file makes itself, beside those of cborg: every form that RFC 8949 allows. */
type Shape = [form: number, pieces: number];

function encodeString(major: number, bytes: Uint8Array, [form, pieces]: Shape): Uint8Array {
  const sized = (part: Uint8Array): Uint8Array => {
    const forms = part.length < 24 ? [0, 1, 2, 4, 8] : part.length < 256 ? [1, 2, 4, 8] : [2, 4, 8];
    return concat(head(major, part.length, forms[form % forms.length]), part);
  };
  if (pieces === 0) {
    return sized(bytes);
  }
  const step = Math.max(1, Math.ceil(bytes.length / pieces));
  const count = Math.ceil(bytes.length / step);
  const chunks = Array.from({ length: count }, (_, i) => bytes.subarray(i * step, (i + 1) * step));
  return concat(new Uint8Array([major * 32 + 31]), ...chunks.map(sized), BREAK);
}

type Item = string | number | boolean | null | Uint8Array | Item[] | { [key: string]: Item };

function encodeItem(item: Item, shape: Shape): Uint8Array {
  if (typeof item === "string") {
    return encodeString(3, new Uint8Array(Buffer.from(item)), shape);
  }
  if (item instanceof Uint8Array) {
    return encodeString(2, item, shape);
  }
  if (Array.isArray(item) || (typeof item === "object" && item !== null)) {
    const major = Array.isArray(item) ? 4 : 5;
    const items = Array.isArray(item) ? item : Object.entries(item).flat();
    const count = Array.isArray(item) ? item.length : items.length / 2;
    const content = items.map((part) => encodeItem(part, shape));
    const isEndless = shape[1] > 0;
    return isEndless
      ? concat(new Uint8Array([major * 32 + 31]), ...content, BREAK)
      : concat(head(major, count, shape[0] % 2), ...content);
  }
  return encode(item);
}

const key = fc.stringMatching(/^[a-z_]{1,9}$/).filter((text) => text !== "__proto__");
const scalar: fc.Arbitrary<Item> = fc.oneof(
  fc.integer(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true }),
  fc.uint8Array({ maxLength: 300 }), fc.string({ unit: "grapheme", maxLength: 40 }),
);
const nested: fc.Arbitrary<Item> = fc.oneof(
  fc.array(scalar, { maxLength: 4 }), fc.dictionary(key, scalar, { maxKeys: 3 }),
  fc.array(fc.dictionary(key, fc.array(scalar, { maxLength: 3 }), { maxKeys: 3 }), { maxLength: 3 }),
);
const map = fc.dictionary(key, fc.oneof(scalar, nested), { maxKeys: SMP_FIELDS_MAX });

/** What the reader makes of an item, in the form of the vectors. */
function expected(item: Item): Json {
  if (item instanceof Uint8Array) {
    return { $bytes: toHex(item) };
  }
  if (typeof item === "number" && (!Number.isInteger(item) || item >= 2 ** 32 || item < -(2 ** 32))) {
    return SKIPPED;
  }
  return typeof item === "object" && item !== null ? SKIPPED : item;
}

function checkRead(bytes: Uint8Array, value: Record<string, Item>): void {
  const fields = read(bytes);
  assert.ok(fields !== undefined);
  assert.equal(fields.count, Object.keys(value).length);
  const plain = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, expected(item)]));
  assert.deepEqual(plainFields(fields), JSON.parse(JSON.stringify(plain)));
}

describe("reading CBOR", () => {
  it("what cborg encodes is read as it was", () => {
    fc.assert(fc.property(map, (value) => checkRead(encode(value), value)));
  });

  it("every other form means the same: longer heads, indefinite lengths, strings in chunks", () => {
    fc.assert(fc.property(map, fc.nat({ max: 7 }), fc.integer({ min: 0, max: 4 }), (value, form, pieces) => {
      checkRead(encodeItem(value, [form, pieces]), value);
    }));
  });

  it("no proper part of a map is one, and nothing may follow it", () => {
    fc.assert(fc.property(map, fc.nat(), fc.integer({ min: 0, max: 3 }), (value, place, pieces) => {
      const bytes = encodeItem(value, [0, pieces]);
      const part = bytes.slice(0, place % bytes.length);
      assert.equal(part.length > 0 && read(part) !== undefined, false);
      assert.equal(read(concat(bytes, new Uint8Array([0]))), undefined);
    }));
  });

  it("reads between its two places only", () => {
    const bytes = fromHex("ffffa1616401ff");
    assert.deepEqual(plainFields(readFields(bytes, 2, 6)!), { d: 1 });
    assert.equal(readFields(bytes, 2, 5), undefined);
    assert.equal(readFields(bytes, 2, 7), undefined);
    assert.equal(readFields(bytes, 3, 3)?.count, 0);
  });

  it("byte strings are views, and the chunks of one are moved together within the frame", () => {
    const bytes = fromHex("a2616142010261625f4103420405ff");
    const fields = read(bytes)!;
    assert.equal(bytesField(fields, "a")?.buffer, bytes.buffer);
    assert.equal(bytesField(fields, "b")?.buffer, bytes.buffer);
    assert.equal(toHex(bytesField(fields, "b")!), "030405");
  });

  it("garbage never throws and costs no more than its bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const fields = read(bytes.slice());
      if (fields !== undefined) {
        assert.ok(fields.count <= SMP_FIELDS_MAX && fields.count * 2 <= bytes.length);
        assert.equal(fields.keys.length + fields.types.length + fields.values.length, fields.count * 3);
      }
    }), { numRuns: 2000 });
  });

  it("garbage that starts like a map never throws", () => {
    const bytes = fc.tuple(fc.constantFrom(0xa1, 0xa3, 0xbf), fc.uint8Array({ maxLength: 60 }));
    fc.assert(fc.property(bytes, ([first, rest]) => {
      const input = concat(new Uint8Array([first]), new Uint8Array([0x61, 0x61]), rest);
      const fields = read(input);
      assert.ok(fields === undefined || fields.count <= SMP_FIELDS_MAX);
    }), { numRuns: 2000 });
  });
});

describe("CBOR that is refused", () => {
  const cases: Record<string, string> = {
    "an array": "80", "a number": "00", "a break alone": "ff", "a tag around the map": "c1a0",
    "an argument that is reserved": "a161613c", "a map with a reserved argument": "bc",
    "a number of indefinite length": "a161611f", "a negative one": "a161613f",
    "a tag of indefinite length": "a16161df00",
    "a break in a definite map": "a1ff", "a break between key and value": "bf6161ff",
    "a break between key and value, nested": "a16161bf6161ff",
    "a break in a definite array": "a1616181ff", "a break inside a tag": "a16161c1ff",
    "a key that is a number": "a10101", "a key that is a byte string": "a1416101", "a key in a tag": "a1c1616101",
    "a key twice": "a2616101616102", "a key twice, once in chunks": "a26161017f6161ff02",
    "a key that is no ASCII": "a162c3a901",
    "a text chunk in a byte string": "a161615f6161ff", "a number in a byte string": "a161615f01ff",
    "a string of indefinite length in another": "a161615f5f4101ffff", "a string without its break": "a161615f4101",
    "a missing value": "a16161", "a missing entry": "a2616101",
    "an argument cut off": "a161611901", "a length of 2^64 - 1": "a161615bffffffffffffffff",
    "2^64 - 1 entries": "bbffffffffffffffff616101", "2^64 - 1 items": "a161619bffffffffffffffff01",
  };
  for (const [title, hex] of Object.entries(cases)) {
    it(title, () => {
      assert.equal(readHex(hex), undefined);
    });
  }

  it("is well-formed otherwise: the neighbours of these cases are read", () => {
    assert.deepEqual(plainHex("bfff"), {});
    assert.deepEqual(plainHex("a16161c101"), { a: SKIPPED });
    assert.deepEqual(plainHex("a16161c1c1820102"), { a: SKIPPED });
    assert.deepEqual(plainHex("bf61619f01ff6162bf616101ffff"), { a: SKIPPED, b: SKIPPED });
    assert.deepEqual(plainHex("a16161f820"), { a: SKIPPED });
    assert.deepEqual(plainHex("a16161f7"), { a: SKIPPED });
    assert.deepEqual(plainHex("a17f6161616fff01"), { ao: 1 });
    assert.deepEqual(plainHex("a161615fff"), { a: { $bytes: "" } });
    assert.deepEqual(plainHex("a16001"), { "": 1 });
  });
});

describe("bounds of CBOR", () => {
  const text = (length: number): string => toHex(encode("k".repeat(length)));
  const maps = (count: number): string => `a1${text(3)}`.repeat(count - 1) + "a0";

  it("the longest key, the most entries and the deepest nesting are taken, one more is not", () => {
    assert.equal(readHex(`a1${text(SMP_KEY_BYTES_MAX)}01`)?.count, 1);
    assert.equal(readHex(`a1${text(SMP_KEY_BYTES_MAX + 1)}01`), undefined);
    const entries = (count: number): Uint8Array =>
      encode(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));
    assert.equal(read(entries(SMP_FIELDS_MAX))?.count, SMP_FIELDS_MAX);
    assert.equal(read(entries(SMP_FIELDS_MAX + 1)), undefined);
    assert.equal(readHex(maps(SMP_CBOR_DEPTH_MAX))?.count, 1);
    assert.equal(readHex(maps(SMP_CBOR_DEPTH_MAX + 1)), undefined);
    assert.equal(readHex(`a16161${"81".repeat(SMP_CBOR_DEPTH_MAX - 1)}01`)?.count, 1);
    assert.equal(readHex(`a16161${"81".repeat(SMP_CBOR_DEPTH_MAX)}01`), undefined);
    assert.equal(readHex(`a16161${"81".repeat(100000)}01`), undefined);
  });

  it("numbers are exact within 32 bits, and no numbers beyond", () => {
    const value = (hex: string): Json | undefined => plainHex(`a16161${hex}`)?.["a"];
    assert.equal(value("1affffffff"), 4294967295);
    assert.equal(value("1b00000000ffffffff"), 4294967295);
    assert.equal(value("1b0000000100000000"), SKIPPED);
    assert.equal(value("1bffffffffffffffff"), SKIPPED);
    assert.equal(value("3affffffff"), -4294967296);
    assert.equal(value("3b0000000100000000"), SKIPPED);
  });
});

describe("fields", () => {
  const value = {
    u: 5, n: -5, b: new Uint8Array([1]), t: "text", yes: true, no: false, nothing: null, f: 0.5, list: [1],
  };
  const fields = read(encode(value))!;

  it("are given as what they are, and as nothing else", () => {
    const names = [...Object.keys(value), "absent"];
    const given = (get: (name: string) => unknown): string[] => names.filter((name) => get(name) !== undefined);
    assert.deepEqual(given((name) => uintField(fields, name)), ["u"]);
    assert.deepEqual(given((name) => bytesField(fields, name)), ["b"]);
    assert.deepEqual(given((name) => textField(fields, name)), ["t"]);
    assert.deepEqual(given((name) => textBytesField(fields, name)), ["t"]);
    assert.deepEqual(given((name) => flagField(fields, name)), ["u", "yes", "no"]);
    assert.equal(textField(fields, "t"), "text");
    assert.equal(flagField(fields, "no"), false);
    assert.equal(flagField(read(encode({ a: 0 }))!, "a"), false);
  });

  it("are wrong if they are there, not null, and of another type", () => {
    const types = [
      CborType.Unsigned, CborType.Negative, CborType.Bytes, CborType.Text, CborType.Flag, CborType.Null, CborType.Other,
    ];
    const names = ["u", "n", "b", "t", "yes", "nothing", "f"];
    names.forEach((name, i) => {
      types.forEach((type, j) => {
        assert.equal(fieldIsWrong(fields, name, type), i !== j && name !== "nothing", `${name} as ${type}`);
      });
    });
    assert.equal(fieldIsWrong(fields, "absent", CborType.Text), false);
    assert.ok(hasField(fields, "nothing") && !hasField(fields, "absent"));
  });

  it("a text is cut where names end, its bytes are not", () => {
    const long = read(encode({ d: "x".repeat(SMP_TEXT_BYTES_MAX + 5) }))!;
    assert.equal(textField(long, "d"), "x".repeat(SMP_TEXT_BYTES_MAX));
    assert.equal(textBytesField(long, "d")?.length, SMP_TEXT_BYTES_MAX + 5);
    assert.equal(textField(read(encode({ d: "é" }))!, "d"), "\xc3\xa9");
  });
});
