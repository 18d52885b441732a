import { SMP_LINE_BYTES } from "../../../core/limits";
import {
  bytesField, CborType, fieldIsWrong, flagField, readFields, textBytesField, textField, uintField,
} from "../../../core/smp/cbor-reader";
import { createCborWriter } from "../../../core/smp/cbor-writer";
import { createConsoleReceiver, encodeConsole } from "../../../core/smp/console-framing";
import { readHeader, SMP_HEADER_BYTES, writeHeader } from "../../../core/smp/frame";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { createStreamReceiver } from "../../../core/smp/stream-framing";
import type { Check, Suite } from "./check";
import { fromAscii, fromHex, toHex } from "./check";

/** `echo-` and `encode-` items of test/vectors/smp: a frame and its line. */
const ECHO = "0200000900000700a161646568656c6c6f";
const ECHO_LINE = "060941424d434141414a41414148414b46685a47566f5a57787362777a530a";

/** An upload whose map has no length and whose data comes in two chunks; behind a header of eight bytes. */
const UPLOAD = "0a00001c00010401bf636f666619012c6464617461" + "5f42aabb43ccddeeff" + "637368615f4101ffff";

function headers(check: Check): void {
  check.test("a request's header is read, and the answer's is written", () => {
    const request = readHeader(fromHex("0a0000011234567817"));
    check.isTrue(request !== undefined, "taken");
    if (request !== undefined) {
      check.equal(request.version, 1, "version");
      check.equal(request.operation, 2, "operation");
      check.equal(request.group, 0x1234, "group");
      check.equal(request.sequence, 0x56, "sequence");
      check.equal(request.command, 0x78, "command");
      check.equal(request.lengthBytes, 1, "length");
      const answer = new Uint8Array(SMP_HEADER_BYTES);
      writeHeader(answer, request, 600);
      check.equalHex(answer, "0b00025812345678", "answer");
    }
  });
  check.test("what is no request is dropped", () => {
    const frames: string[] = ["", "0a0000", "0200003200000100a0", "0100000100010100a0", "0700000100010100a0"];
    for (const frame of frames) {
      check.isTrue(readHeader(fromHex(frame)) === undefined, frame);
    }
    check.isTrue(readHeader(fromHex("1a00000100000100a0")) === undefined, "version");
    check.isTrue(readHeader(fromHex("e200000100000100a0")) === undefined, "reserved bits");
  });
}

function reading(check: Check): void {
  check.test("fields are read, and chunks of a string are moved together", () => {
    const frame = fromHex(UPLOAD);
    const fields = readFields(frame, SMP_HEADER_BYTES, frame.length);
    check.isTrue(fields !== undefined, "taken");
    if (fields !== undefined) {
      check.equal(fields.count, 3, "count");
      check.equal(uintField(fields, "off"), 300, "off");
      const data = bytesField(fields, "data");
      check.equalHex(data === undefined ? new Uint8Array(0) : data, "aabbccddee", "data");
      check.isTrue(bytesField(fields, "sha") !== undefined, "sha");
      check.isTrue(bytesField(fields, "off") === undefined, "another type");
      check.isTrue(fieldIsWrong(fields, "off", CborType.Bytes), "wrong");
    }
  });
  check.test("every kind of value is told from the others", () => {
    const bytes = fromHex("a96175186461" + "6e386361" + "74636162636161f56162f46163f66164fb3fe00000000000006165820102" +
      "6166a161678101");
    const fields = readFields(bytes, 0, bytes.length);
    check.isTrue(fields !== undefined, "taken");
    if (fields !== undefined) {
      check.equal(fields.keys.join(""), "untabcdef", "keys");
      check.equal(fields.types.join(","), "0,1,3,4,4,5,6,6,6", "types");
      check.equal(uintField(fields, "u"), 100, "u");
      check.isTrue(fields.values[1] === -100, "n");
      check.equal(textField(fields, "t"), "abc", "t");
      const text = textBytesField(fields, "t");
      check.equalHex(text === undefined ? new Uint8Array(0) : text, "616263", "bytes of t");
      check.equal(flagField(fields, "a"), true, "a");
      check.equal(flagField(fields, "b"), false, "b");
      check.equal(flagField(fields, "u"), true, "u as a flag");
      check.equal(flagField(fields, "absent"), undefined, "absent");
    }
  });
  check.test("numbers are exact within 32 bits, in any length", () => {
    const bytes = fromHex("a361611b00000000ffffffff61621bffffffffffffffff61633affffffff");
    const fields = readFields(bytes, 0, bytes.length);
    check.equal(fields === undefined ? undefined : uintField(fields, "a"), 4294967295, "a");
    check.equal(fields === undefined ? undefined : fields.types.join(","), "0,6,1", "types");
    check.isTrue(fields !== undefined && fields.values[2] === -4294967296, "c");
  });
  check.test("what is no map within the bounds is refused", () => {
    const bodies: string[] = [
      "80", "a16164", "a164646174615affffffff00", "a164617267769b0000000100000000", "a161ff6161", "a2616101616102",
      "a1ff", "bf6161ff", "bf616101", "a161615f6161ff", "a0a0", "a161611901", "a16161818181818181818101",
    ];
    for (const body of bodies) {
      check.isTrue(readFields(fromHex(body), 0, body.length / 2) === undefined, body);
    }
    check.isTrue(readFields(fromHex("a161618181818181818101"), 0, 11) !== undefined, "eight levels");
    check.isTrue(readFields(fromHex("bf61619f01ff6162bf616101ffff"), 0, 14) !== undefined, "levels without end");
  });
}

function writing(check: Check): void {
  check.test("maps, arrays and values are written in their shortest forms, into one buffer", () => {
    const writer = createCborWriter(64);
    writer.openMap();
    writer.key("a");
    writer.openArray();
    writer.unsigned(23);
    writer.unsigned(24);
    writer.integer(-500);
    writer.unsigned(65536);
    writer.unsigned(4294967296);
    writer.close();
    writer.key("b");
    writer.bytes(fromHex("0102"));
    writer.key("t");
    writer.text("xy");
    writer.textBytes(fromHex("c3a9"));
    writer.flag(true);
    writer.flag(false);
    writer.close();
    const frame = writer.frame();
    check.isTrue(!writer.overflowed(), "fits");
    const body = "bf61619f1718183901f31a000100001b0000000100000000ff" + "61624201026174627879" + "62c3a9f5f4ff";
    check.equalHex(frame.subarray(SMP_HEADER_BYTES, frame.length), body, "body");
    writer.restart();
    check.equal(writer.frame().length, SMP_HEADER_BYTES, "restarted");
  });
  check.test("what does not fit is told", () => {
    const writer = createCborWriter(12);
    writer.bytes(fromHex("0102"));
    writer.bytes(fromHex("03"));
    check.isTrue(writer.overflowed(), "overflowed");
    check.equalHex(writer.frame().subarray(8, writer.frame().length), "42010241", "what fitted");
    writer.restart();
    check.isTrue(!writer.overflowed(), "restarted");
  });
}

/** Receives `hex` in pieces of `step` bytes; the frames, each followed by a blank. */
function receive(hex: string, step: number): string {
  let frames = "";
  const receiver = createConsoleReceiver(300, SMP_LINE_BYTES, (frame: Uint8Array) => {
    frames += toHex(frame) + " ";
  }, createPortableCodec());
  const bytes = fromHex(hex);
  for (let at = 0; at < bytes.length; at += step) {
    receiver.receive(bytes.subarray(at, Math.min(at + step, bytes.length)));
  }
  return frames;
}

function patternOf(lengthBytes: number): Uint8Array {
  const frame = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++) {
    frame[i] = (i * 37 + lengthBytes) % 256;
  }
  return frame;
}

function consoles(check: Check): void {
  check.test("a frame becomes the lines that other senders write, and lines become the frame", () => {
    check.equalHex(encodeConsole(fromHex(ECHO), createPortableCodec(), SMP_LINE_BYTES), "0a" + ECHO_LINE, "lines");
    check.equal(receive(ECHO_LINE, 1), ECHO + " ", "byte by byte");
    check.equal(receive(ECHO_LINE, 1000), ECHO + " ", "at once");
  });
  check.test("frames of several lines come back between console text, in pieces of any size", () => {
    const codec = createPortableCodec();
    const frame = patternOf(250);
    const noise = toHex(fromAscii("[00:01] boot ok\r\n> "));
    const hex = noise + toHex(encodeConsole(frame, codec, SMP_LINE_BYTES)) + noise + ECHO_LINE;
    const steps: number[] = [1, 7, 64, 1000];
    for (const step of steps) {
      check.equal(receive(hex, step), toHex(frame) + " " + ECHO + " ", "in pieces");
    }
  });
  check.test("damaged, cut and overlong packets are dropped, and the next one is read", () => {
    const damaged = "060941424d434141414a41414148414b46685a47566f5a57787362777a540a";
    const overlong = "0609" + toHex(patternOf(140)) + "0a";
    const cut = ECHO_LINE.substring(0, 20);
    check.equal(receive(damaged + overlong + cut + ECHO_LINE, 5), ECHO + " ", "frames");
    check.equal(receive(toHex(encodeConsole(patternOf(301), createPortableCodec(), SMP_LINE_BYTES)), 90), "", "large");
  });
  check.test("the CRC has the value of its catalogue entry, also in pieces", () => {
    const codec = createPortableCodec();
    check.equal(codec.crc16(fromAscii("123456789"), 0), 0x31c3, "at once");
    check.equal(codec.crc16(fromAscii("456789"), codec.crc16(fromAscii("123"), 0)), 0x31c3, "in pieces");
  });
}

function streams(check: Check): void {
  check.test("fragments become frames, frames that are too large are skipped, a reset drops what has begun", () => {
    let frames = "";
    const receiver = createStreamReceiver(17, (frame: Uint8Array) => {
      frames += toHex(frame) + " ";
    });
    const large = "0200000a00000700a16164666865" + "6c6c6f6f";
    const bytes = fromHex(ECHO + large + ECHO);
    for (let at = 0; at < bytes.length; at += 5) {
      receiver.receive(bytes.subarray(at, Math.min(at + 5, bytes.length)));
    }
    receiver.receive(fromHex(ECHO).subarray(0, 11));
    receiver.reset();
    receiver.receive(fromHex(ECHO));
    check.equal(frames, ECHO + " " + ECHO + " " + ECHO + " ", "frames");
  });
}

export const smpSuite: Suite = {
  name: "smp",
  run(check: Check): void {
    headers(check);
    reading(check);
    writing(check);
    consoles(check);
    streams(check);
  },
};
