import { copyBytes } from "../../../core/bytes";
import type { Check, Suite } from "./check";
import { fromHex } from "./check";

function memory(check: Check): void {
  check.test("a new array is zero and counts from 0", () => {
    const bytes = new Uint8Array(3);
    check.equal(bytes.length, 3, "length");
    bytes[0] = 1;
    bytes[2] = 3;
    check.equalHex(bytes, "010003", "bytes");
    check.equal(new Uint8Array(0).length, 0, "empty");
  });
  check.test("values keep their low 8 bits", () => {
    const bytes = new Uint8Array(2);
    bytes[0] = 0x1ff;
    bytes[1] = -1;
    check.equalHex(bytes, "ffff", "bytes");
    bytes.fill(0x123);
    check.equalHex(bytes, "2323", "filled");
  });
  check.test("a subarray shares memory, a copy does not", () => {
    const bytes = fromHex("0011223344");
    const view = bytes.subarray(1, 4);
    const copy = copyBytes(bytes, 1, 3);
    check.equal(view.length, 3, "length of the view");
    view[0] = 0xaa;
    check.equalHex(bytes, "00aa223344", "seen through the view");
    check.equalHex(copy, "112233", "the copy");
    check.equalHex(view.subarray(1), "2233", "a view of the view");
    check.equalHex(copyBytes(view, 2, 1), "33", "a copy of the view");
    check.equalHex(copy.subarray(1, 3), "2233", "a view of the copy");
  });
}

function bulk(check: Check): void {
  check.test("set copies at an offset, also from a view of the same memory that overlaps", () => {
    const bytes = fromHex("00112233");
    bytes.set(fromHex("eeff"), 2);
    check.equalHex(bytes, "0011eeff", "set");
    bytes.set(bytes.subarray(0, 3), 1);
    check.equalHex(bytes, "000011ee", "moved up");
    bytes.set(bytes.subarray(2));
    check.equalHex(bytes, "11ee11ee", "moved down");
  });
  check.test("fill takes a range", () => {
    const bytes = new Uint8Array(4);
    bytes.fill(9, 1, 3);
    check.equalHex(bytes, "00090900", "range");
    bytes.fill(7, 3);
    check.equalHex(bytes, "00090907", "to the end");
  });
}

/**
 * What the rest of device code may take for granted of byte arrays, on engines that bring their own and on Lua. It may
 * not: that a range beyond the end is cut or refused, and that a slice is a byte array; Espruino does neither.
 */
export const uint8ArraySuite: Suite = {
  name: "Uint8Array",
  run(check: Check): void {
    memory(check);
    bulk(check);
  },
};
