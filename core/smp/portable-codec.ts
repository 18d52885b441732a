/** The codec in portable code, for engines without native functions. */

import type { SmpCodec } from "./codec";
import { createCrc16 } from "./crc16";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 61;
const NO_DIGIT = 64;

/** The digits' codes, and the digit of each code. */
interface Tables {
  codes: number[];
  digits: number[];
}

function createTables(): Tables {
  const codes: number[] = [];
  const digits: number[] = [];
  for (let i = 0; i < 256; i++) {
    digits.push(NO_DIGIT);
  }
  for (let i = 0; i < DIGITS.length; i++) {
    const code = DIGITS.charCodeAt(i);
    codes.push(code);
    digits[code] = i;
  }
  return { codes, digits };
}

function encode(tables: Tables, bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const count = Math.min(3, bytes.length - i);
    let rest = bytes[i] * 65536;
    if (count > 1) {
      rest += bytes[i + 1] * 256;
    }
    if (count > 2) {
      rest += bytes[i + 2];
    }
    for (let digit = 3; digit >= 0; digit--) {
      text[at + digit] = digit > count ? PADDING : tables.codes[rest % 64];
      rest = Math.floor(rest / 64);
    }
    at += 4;
  }
  return text;
}

function countPadding(text: Uint8Array): number {
  const end = text.length;
  if (end === 0 || text[end - 1] !== PADDING) {
    return 0;
  }
  return text[end - 2] === PADDING ? 2 : 1;
}

function decode(tables: Tables, text: Uint8Array): Uint8Array | undefined {
  if (text.length % 4 !== 0) {
    return undefined;
  }
  const padding = countPadding(text);
  const bytes = new Uint8Array(text.length / 4 * 3 - padding);
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    let group = 0;
    for (let j = i; j < i + 4; j++) {
      const digit = j < text.length - padding ? tables.digits[text[j]] : 0;
      if (digit === NO_DIGIT) {
        return undefined;
      }
      group = group * 64 + digit;
    }
    for (let scale = 65536; scale >= 1 && at < bytes.length; scale = Math.floor(scale / 256)) {
      bytes[at++] = Math.floor(group / scale) % 256;
    }
  }
  return bytes;
}

/** Makes its tables at the first use. */
export function createPortableCodec(): SmpCodec {
  let made: Tables | undefined;
  const tables = (): Tables => {
    if (made === undefined) {
      made = createTables();
    }
    return made;
  };
  const crc16 = createCrc16();
  return {
    toBase64: (bytes) => encode(tables(), bytes),
    fromBase64: (text) => decode(tables(), text),
    crc16: (bytes, before) => crc16(bytes, before),
    indexOf(bytes, value): number {
      for (let i = 0; i < bytes.length; i++) {
        if (bytes[i] === value) {
          return i;
        }
      }
      return -1;
    },
  };
}
