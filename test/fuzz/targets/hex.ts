/** Intel HEX files: refused in words, or read to a block that reads the same when it is written again. */

import assert from "node:assert/strict";
import { ToolError } from "../../../tools/errors";
import { formatIntelHex, parseIntelHex } from "../../../tools/hex/intel-hex";
import type { SeededRandom } from "../../../sim/random";
import type { FuzzTarget } from "../target";

const BYTES_MAX = 100000;

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "latin1"));

/** The checksum of a line put right. */
function repaired(line: string): string {
  const digits = /^:([0-9a-fA-F]*)$/.exec(line)?.[1] ?? "";
  const bytes = Buffer.from(digits.slice(0, digits.length - (digits.length % 2)), "hex");
  if (bytes.length < 5) {
    return line;
  }
  bytes[0] = bytes.length - 5;
  const sum = bytes.subarray(0, -1).reduce((total, byte) => total + byte, 0);
  bytes[bytes.length - 1] = (256 - (sum % 256)) % 256;
  return ":" + bytes.toString("hex").toUpperCase();
}

export const target: FuzzTarget = {
  name: "hex",
  maxBytes: 4096,
  seeds: () => [
    text(formatIntelHex([{ address: 0x10000, bytes: new Uint8Array(40).fill(9) }])),
    text(formatIntelHex([{ address: 0, bytes: Uint8Array.of(1) }, { address: 0x1ffff, bytes: new Uint8Array(33) }])),
    text(":020000021000EC\r\n:0100000001FE\r\n:04000003000000FF FA\r\n:00000001FF\r\n"),
  ],
  words: [
    ":00000001FF\n", ":020000040001F9\n", ":020000021000EC\n", "\r\n", ":0400000500000000F7\n", ":0100000001FE\n",
  ],
  run(input) {
    const file = Buffer.from(input).toString("latin1");
    let block;
    try {
      block = parseIntelHex(file, BYTES_MAX);
    } catch (error) {
      assert.ok(error instanceof ToolError, String(error));
      return;
    }
    assert.ok(block.bytes.length > 0 && block.bytes.length <= BYTES_MAX);
    assert.ok(block.address >= 0 && block.address + block.bytes.length - 1 <= 0xffffffff);
    assert.deepEqual(parseIntelHex(formatIntelHex([block]), BYTES_MAX), block, "it reads otherwise when written again");
  },
  repair(input, random: SeededRandom) {
    const lines = Buffer.from(input).toString("latin1").split("\n");
    return text(lines.map((line) => (random.below(8) === 0 ? line : repaired(line.trim()))).join("\n"));
  },
};
