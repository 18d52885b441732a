import assert from "node:assert/strict";
import fc from "fast-check";
import { ToolError } from "../../../tools/errors";
import { formatIntelHex, parseIntelHex } from "../../../tools/hex/intel-hex";

const MAX = 1 << 20;

describe("Intel HEX", () => {
  it("reads the example of Intel's specification", () => {
    const text = ":10010000214601360121470136007EFE09D2190140\n:00000001FF\n";
    const block = parseIntelHex(text, MAX);
    assert.equal(block.address, 0x100);
    assert.equal(Buffer.from(block.bytes).toString("hex"), "214601360121470136007efe09d21901");
  });

  it("reads segment and linear addresses, start records, lower case and any line ends", () => {
    const segment = ":020000021200ea\r\n:0100000055AA\r\n:0400000300003800C1\r\n:00000001FF\r\n";
    assert.equal(parseIntelHex(segment, MAX).address, 0x12000);
    const linear = ":02000004A0005A\r:0100000055aa\r:04000005000000CD2A\r:00000001FF";
    assert.equal(parseIntelHex(linear, MAX).address, 0xa0000000);
  });

  it("fills gaps with 0xFF and takes records in any order", () => {
    const text = ":01000400AA51\n:01000000BB44\n:00000001FF\n";
    assert.equal(Buffer.from(parseIntelHex(text, MAX).bytes).toString("hex"), "bbffffffaa");
  });

  it("starts a record at each 64 KiB boundary", () => {
    const text = formatIntelHex([{ address: 0x1fff8, bytes: new Uint8Array(16) }]);
    assert.deepEqual(text.split("\n"), [
      ":020000040001F9",
      ":08FFF800000000000000000001",
      ":020000040002F8",
      ":080000000000000000000000F8",
      ":00000001FF",
      "",
    ]);
  });

  it("needs no address record below 64 KiB", () => {
    assert.equal(formatIntelHex([{ address: 0x100, bytes: Buffer.from([1, 2]) }]), ":020100000102FA\n:00000001FF\n");
  });

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ["an empty file", "", /end record .* missing/],
    ["a file without data", ":00000001FF\n", /no data/],
    ["a file that was cut off", ":0100000055AA\n", /cut off/],
    ["text", "hello\n", /line 1 is not a record/],
    ["an odd number of digits", ":0100000055AAA\n", /line 1 is not a record/],
    ["a wrong checksum", ":0100000055AB\n:00000001FF\n", /checksum of line 1/],
    ["a wrong length", ":0200000055A9\n:00000001FF\n", /line 1 has the wrong length/],
    ["an unknown type", ":00000006FA\n:00000001FF\n", /unknown type 6/],
    ["an address record of one byte", ":0100000455A6\n:00000001FF\n", /wrong length/],
    ["an overlap", ":0100000055AA\n:0100000055AA\n:00000001FF\n", /two records give data for address 0x0/],
    ["an overlap of parts", ":020000005556" + "53\n:0100010055A9\n:00000001FF\n", /two records/],
    ["data past the address space", ":02000004FFFFFC\n:02FFFF000102FD\n:00000001FF\n", /past the end of the address/],
    ["a span beyond the limit", ":0100000055AA\n:020000040020DA\n:0100000055AA\n:00000001FF\n", /spans 2097153 bytes/],
  ];
  for (const [title, text, message] of broken) {
    it(`refuses ${title}`, () => {
      assert.throws(
        () => parseIntelHex(text, MAX),
        (error) => error instanceof ToolError && error.exitCode === 24 && message.test(error.message),
      );
    });
  }

  it("refuses to write past the address space", () => {
    assert.throws(() => formatIntelHex([{ address: 0xffffffff, bytes: new Uint8Array(2) }]), /past address 0xFFFFFFFF/);
    assert.match(formatIntelHex([{ address: 0xffffffff, bytes: new Uint8Array(1) }]), /:01FFFF000001\n/);
  });

  it("reads back what it wrote, whatever bytes at whatever address", () => {
    const content = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(content, fc.integer({ min: 0, max: 0xfffffe00 }), (bytes, address) => {
        assert.deepEqual(parseIntelHex(formatIntelHex([{ address, bytes }]), MAX), { address, bytes });
      }),
    );
  });

  it("refuses any text by name or reads it", () => {
    const line = fc.stringMatching(/^:?[0-9A-F]{0,44}$/);
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.constant(":00000001FF")), { maxLength: 8 }), (lines) => {
        try {
          parseIntelHex(lines.join("\n"), MAX);
        } catch (error) {
          assert.ok(error instanceof ToolError);
        }
      }),
    );
  });
});
