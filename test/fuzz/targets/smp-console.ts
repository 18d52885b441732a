/**
 * What arrives on a console: the frames that a plain reader finds in the whole text come out, and no others, whatever
 * the pieces in which it arrives.
 */

import assert from "node:assert/strict";
import { SMP_LINE_BYTES, SMP_RECEIVED_LINE_BYTES_MAX } from "../../../core/limits";
import { createConsoleReceiver, encodeConsole } from "../../../core/smp/console-framing";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { fromHex, readItems, toHex } from "../../core/smp/smp-vectors";
import type { FuzzTarget } from "../target";

const CODEC = createPortableCodec();
const FRAME_BYTES_MAX = 512;
const START = "\x06\x09";
const GOES_ON = "\x04\x14";

/** Lines that belong to packets, and packets: a start and what goes on with it. */
function linesOf(text: string): string[] {
  return text.split("\n").slice(0, -1).map((line) => line.slice(Math.max(0, line.lastIndexOf("\x06"))));
}

function contentOf(line: string): Buffer | undefined {
  const base64 = line.slice(2).replace(/\r$/, "");
  const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64);
  return isBase64 && line.length <= SMP_RECEIVED_LINE_BYTES_MAX ? Buffer.from(base64, "base64") : undefined;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      crc = ((crc << 1) & 0xffff) ^ ((((crc >> 15) ^ (byte >> bit)) & 1) * 0x1021);
    }
  }
  return crc;
}

/** The plain reader. */
function framesIn(text: string): string[] {
  const frames: string[] = [];
  let packet: Buffer | undefined;
  for (const line of linesOf(text)) {
    const isStart = line.startsWith(START) && line.length > 2;
    if (!isStart && (packet === undefined || !line.startsWith(GOES_ON) || line.length === 2)) {
      continue;
    }
    const content = contentOf(line);
    packet = content && Buffer.concat([isStart ? Buffer.alloc(0) : packet ?? assert.fail(), content]);
    const wanted = packet !== undefined && packet.length >= 2 ? packet.readUInt16BE(0) + 2 : 0;
    if (packet === undefined || packet.length > wanted || wanted < 12 || wanted > FRAME_BYTES_MAX + 4) {
      packet = undefined;
    } else if (packet.length === wanted) {
      if (crc16(packet.subarray(2)) === 0) {
        frames.push(packet.subarray(2, -2).toString("hex"));
      }
      packet = undefined;
    }
  }
  return frames;
}

function receive(pieces: Uint8Array[]): string[] {
  const frames: string[] = [];
  const onFrame = (frame: Uint8Array): void => void frames.push(toHex(frame));
  const receiver = createConsoleReceiver(FRAME_BYTES_MAX, SMP_RECEIVED_LINE_BYTES_MAX, onFrame, CODEC);
  pieces.forEach((piece) => receiver.receive(piece));
  return frames;
}

export const target: FuzzTarget = {
  name: "smp-console",
  maxBytes: 2048,
  seeds: () => readItems("serial").map(({ receive: pieces }) => fromHex(pieces.join(""))),
  words: [START, GOES_ON, `\n${START}`, `\n${GOES_ON}`, "\r\n", "\n", "=", "==", "AAAA", "> "],
  /** Makes length and CRC of every packet right, and leaves other lines where they are. */
  repair(input) {
    const text = Buffer.from(input).toString("latin1");
    const repaired = text.replace(/\x06\x09[^\n]*\n(?:\x04\x14[^\n]*\n)*/g, (packet) => {
      const contents = linesOf(packet).map((line) => contentOf(line) ?? Buffer.alloc(0));
      const frame = Buffer.concat(contents).subarray(2, -2);
      return Buffer.from(encodeConsole(new Uint8Array(frame), CODEC, SMP_LINE_BYTES)).toString("latin1").slice(1);
    });
    return new Uint8Array(Buffer.from(repaired, "latin1"));
  },
  run(input) {
    const expected = framesIn(Buffer.from(input).toString("latin1"));
    assert.deepEqual(receive([input]), expected);
    assert.deepEqual(receive(Array.from(input, (_, i) => input.subarray(i, i + 1))), expected, "byte by byte");
    const cut = input.length === 0 ? 0 : input[0] % input.length;
    assert.deepEqual(receive([input.subarray(0, cut), input.subarray(cut)]), expected, "in two pieces");
  },
};
