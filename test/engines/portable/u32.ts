import { u32Add, u32And, u32Not, u32Or, u32RotateRight, u32ShiftLeft, u32ShiftRight, u32Xor } from "../../../core/u32";
import type { Check, Suite } from "./check";

export const u32Suite: Suite = {
  name: "u32",
  run(check: Check): void {
    check.test("results are unsigned where JavaScript's own operators would give a negative number", () => {
      check.equal(u32And(0xffffffff, 0x80000001), 0x80000001, "and");
      check.equal(u32Or(0x80000000, 1), 0x80000001, "or");
      check.equal(u32Xor(0x80000000, 1), 0x80000001, "xor");
      check.equal(u32Not(0), 0xffffffff, "not");
      check.equal(u32ShiftLeft(1, 31), 0x80000000, "shift left");
    });
    check.test("bits that are shifted out are gone", () => {
      check.equal(u32ShiftLeft(0xffffffff, 4), 0xfffffff0, "left");
      check.equal(u32ShiftRight(0xffffffff, 28), 15, "right");
      check.equal(u32ShiftRight(0x80000000, 31), 1, "sign bit");
      check.equal(u32ShiftLeft(5, 0), 5, "by nothing");
    });
    check.test("rotation brings the low bits back at the top", () => {
      check.equal(u32RotateRight(1, 1), 0x80000000, "by 1");
      check.equal(u32RotateRight(0x12345678, 8), 0x78123456, "by 8");
      check.equal(u32RotateRight(0x80000000, 31), 1, "by 31");
    });
    check.test("sums wrap at 2^32, also sums of several words", () => {
      check.equal(u32Add(0xffffffff, 1), 0, "wrap");
      check.equal(u32Add(0xffffffff, 0xffffffff), 0xfffffffe, "twice the largest");
      check.equal(u32Add(0xffffffff * 4, 5), 1, "five words");
    });
  },
};
