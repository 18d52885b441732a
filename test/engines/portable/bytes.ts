import {
  alignUp, copyBytes, equalBytes, isFilled, readU16, readU32, startsWith, viewBytes, writeU16, writeU32,
} from "../../../core/bytes";
import type { Check, Suite } from "./check";
import { fromHex } from "./check";

function fields(check: Check): void {
  check.test("little-endian fields come back as they were written", () => {
    const bytes = new Uint8Array(8);
    writeU16(bytes, 1, 0xabcd);
    writeU32(bytes, 4, 0x96f3b83d);
    check.equalHex(bytes, "00cdab003db8f396", "bytes");
    check.equal(readU16(bytes, 1), 0xabcd, "u16");
    check.equal(readU32(bytes, 4), 0x96f3b83d, "u32");
  });
  check.test("the largest values fit, larger ones and negative ones are refused", () => {
    const bytes = new Uint8Array(4);
    writeU32(bytes, 0, 0xffffffff);
    check.equalHex(bytes, "ffffffff", "all ones");
    check.equal(readU32(bytes, 0), 4294967295, "read back");
    check.throws(() => {
      writeU16(bytes, 0, 65536);
    }, "65536 in 16 bits");
    check.throws(() => {
      writeU16(bytes, 0, -1);
    }, "-1");
  });
  check.test("a field that does not fit into the bytes is refused", () => {
    const bytes = new Uint8Array(4);
    check.throws(() => {
      readU16(bytes, 3);
    }, "u16 at 3");
    check.throws(() => {
      readU32(bytes, 2);
    }, "u32 at 2");
  });
}

function comparisons(check: Check): void {
  check.test("equality looks at the named bytes only", () => {
    const a = fromHex("00112233");
    const b = fromHex("ff1122ff");
    check.isTrue(equalBytes(a, 1, b, 1, 2), "middle");
    check.isTrue(!equalBytes(a, 0, b, 0, 2), "with the first");
    check.isTrue(!equalBytes(a, 2, b, 2, 2), "with the last");
    check.isTrue(equalBytes(a, 1, fromHex("1122"), 0, 2), "at different places");
  });
  check.test("a prefix counts with all of its bytes, and an empty one is always there", () => {
    const bytes = fromHex("00112233");
    check.isTrue(startsWith(bytes, fromHex("0011")), "two bytes");
    check.isTrue(startsWith(bytes, bytes), "all of them");
    check.isTrue(!startsWith(bytes, fromHex("0012")), "another last byte");
    check.isTrue(!startsWith(bytes, fromHex("0111")), "another first byte");
    check.isTrue(startsWith(bytes, new Uint8Array(0)), "none");
  });
  check.test("a view shares the memory, a copy does not", () => {
    const bytes = fromHex("00112233");
    const view = viewBytes(bytes, 1, 2);
    const copy = copyBytes(bytes, 1, 2);
    bytes[1] = 0xaa;
    check.equalHex(view, "aa22", "view");
    check.equalHex(copy, "1122", "copy");
  });
  check.test("filled means every byte of the range", () => {
    const bytes = fromHex("ffffff00");
    check.isTrue(isFilled(bytes, 0, 3, 0xff), "the first three");
    check.isTrue(!isFilled(bytes, 0, 4, 0xff), "all four");
    check.isTrue(isFilled(bytes, 3, 1, 0), "the last");
  });
  check.test("rounding up to a unit", () => {
    check.equal(alignUp(0, 32), 0, "0");
    check.equal(alignUp(1, 32), 32, "1");
    check.equal(alignUp(32, 32), 32, "32");
    check.equal(alignUp(33, 8), 40, "33 to 8");
  });
}

export const bytesSuite: Suite = {
  name: "bytes",
  run(check: Check): void {
    fields(check);
    comparisons(check);
  },
};
