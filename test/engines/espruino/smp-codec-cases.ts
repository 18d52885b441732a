/** Espruino's codec against the portable one, and the console framing with it: a program that prints what differs. */

import { equalBytes } from "../../../core/bytes";
import { createConsoleReceiver, encodeConsole } from "../../../core/smp/console-framing";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { createSmpCodec } from "../../../hal/espruino/smp-codec";

declare function print(this: void, text: string): void;

const LINE_BYTES = 127;

/** Bytes that are odd and even in number, and start at odd and even places. */
function patterns(): Uint8Array[] {
  const all = new Uint8Array(700);
  let state = 1;
  for (let i = 0; i < all.length; i++) {
    state = (state * 1103 + 12345) % 1048576;
    all[i] = state % 256;
  }
  const views: Uint8Array[] = [];
  for (let length = 0; length < 600; length += length < 20 ? 1 : 61) {
    views.push(all.subarray(0, length), all.subarray(length % 7, length % 7 + length));
  }
  return views;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  return a.length === b.length && equalBytes(a, 0, b, 0, a.length);
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

export function compareCodecs(): void {
  const native = createSmpCodec();
  const portable = createPortableCodec();
  let compared = 0;
  const expect = (isRight: boolean, what: string): void => {
    compared++;
    if (!isRight) {
      print("differs: " + what);
    }
  };

  for (const bytes of patterns()) {
    const what = String(bytes.length) + " bytes at " + String(bytes.byteOffset);
    const text = portable.toBase64(bytes);
    const half = bytes.length >> 1;
    const before = native.crc16(bytes.subarray(0, half), 0);
    expect(isSame(native.toBase64(bytes), text), "toBase64 of " + what);
    expect(isSame(native.fromBase64(text), bytes), "fromBase64 of " + what);
    expect(native.crc16(bytes, 0) === portable.crc16(bytes, 0), "crc16 of " + what);
    expect(native.crc16(bytes, 0x1234) === portable.crc16(bytes, 0x1234), "crc16 behind others of " + what);
    expect(native.crc16(bytes.subarray(half, bytes.length), before) === portable.crc16(bytes, 0), "pieces of " + what);
    for (const value of [0, 6, 10, 200, 255]) {
      expect(native.indexOf(bytes, value) === portable.indexOf(bytes, value), "indexOf in " + what);
    }

    let received: Uint8Array | undefined;
    const receiver = createConsoleReceiver(600, LINE_BYTES, (frame) => {
      received = new Uint8Array(frame);
    }, native);
    const lines = encodeConsole(bytes, native, LINE_BYTES);
    expect(isSame(lines, encodeConsole(bytes, portable, LINE_BYTES)), "lines of " + what);
    for (let at = 0; at < lines.length; at += 50) {
      receiver.receive(lines.subarray(at, Math.min(at + 50, lines.length)));
    }
    expect(isSame(received, bytes.length < 8 ? undefined : bytes), "reception of " + what);
  }

  expect(native.crc16(ascii("123456789"), 0) === 0x31c3, "check value");
  for (const text of ["A", "AA", "AAA", "   =", "=   ", " AA=", "AA A", "\t\t\t\t", "AAAA   =", "AAA\n"]) {
    expect(native.fromBase64(ascii(text)) === undefined, "refusal of '" + text + "'");
  }
  for (const text of ["====", "!!!!", "A===", "AAAA====", "A=AA", "\xff\xfe\x00\x01"]) {
    const bytes = native.fromBase64(ascii(text));
    expect(bytes !== undefined && bytes.length <= text.length / 4 * 3, "length of '" + text + "'");
  }
  print("compared " + String(compared));
}
