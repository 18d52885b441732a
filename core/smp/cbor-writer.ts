/**
 * Writes CBOR (RFC 8949) behind the room for a header: numbers and lengths in their shortest form, maps and arrays of
 * indefinite length, which need no counting ahead and which every client reads.
 */

import { viewBytes } from "../bytes";
import { SMP_HEADER_BYTES, writeBigEndian } from "./frame";

export interface CborWriter {
  /** Forgets what was written. */
  restart(): void;
  openMap(): void;
  openArray(): void;
  /** Ends the map or array that was opened last. */
  close(): void;
  /** The name of a map's next value; ASCII. */
  key(text: string): void;
  /** A text of characters below 256, each of which is one byte. */
  text(text: string): void;
  /** A text whose bytes are there already, as `textBytesField` gives them. */
  textBytes(bytes: Uint8Array): void;
  /** @param value an integer, 0 to 2^53 - 1 */
  unsigned(value: number): void;
  /** @param value an integer of less than 2^53 on either side */
  integer(value: number): void;
  flag(value: boolean): void;
  bytes(bytes: Uint8Array): void;
  /** Whether something did not fit since the last `restart`. What did not is left out. */
  overflowed(): boolean;
  /** Header room and what was written: a view, until the next `restart`. */
  frame(): Uint8Array;
}

const enum Head {
  Negative = 0x20,
  Bytes = 0x40,
  Text = 0x60,
  ArrayWithoutEnd = 0x9f,
  MapWithoutEnd = 0xbf,
  False = 0xf4,
  True = 0xf5,
  Break = 0xff,
}

/** Values from here on follow their head's first byte, in 1, 2, 4 or 8 bytes. */
const DIRECT_END = 24;

/** @param frameBytes the largest frame, header included: one buffer of that size is made */
export function createCborWriter(frameBytes: number): CborWriter {
  const buffer = new Uint8Array(frameBytes);
  let at = SMP_HEADER_BYTES;
  let isFull = false;

  /** Once something did not fit nothing fits, or the rest would be taken for what is missing. */
  function hasRoom(count: number): boolean {
    isFull = isFull || at + count > frameBytes;
    return !isFull;
  }

  function head(type: number, value: number): void {
    let size = 0;
    let info = value;
    if (value >= DIRECT_END) {
      size = 1;
      info = DIRECT_END;
      for (let end = 256; size < 8 && value >= end; end *= end) {
        size *= 2;
        info++;
      }
    }
    if (hasRoom(1 + size)) {
      buffer[at] = type + info;
      at += 1 + size;
      writeBigEndian(buffer, at, size, value);
    }
  }

  function string(type: number, bytes: Uint8Array): void {
    head(type, bytes.length);
    if (hasRoom(bytes.length)) {
      buffer.set(bytes, at);
      at += bytes.length;
    }
  }

  function text(value: string): void {
    head(Head.Text, value.length);
    if (hasRoom(value.length)) {
      for (let i = 0; i < value.length; i++) {
        buffer[at++] = value.charCodeAt(i);
      }
    }
  }

  return {
    restart(): void {
      at = SMP_HEADER_BYTES;
      isFull = false;
    },
    openMap: () => head(Head.MapWithoutEnd, 0),
    openArray: () => head(Head.ArrayWithoutEnd, 0),
    close: () => head(Head.Break, 0),
    key: (name) => text(name),
    text: (value) => text(value),
    textBytes: (bytes) => string(Head.Text, bytes),
    unsigned: (value) => head(0, value),
    integer: (value) => value < 0 ? head(Head.Negative, -1 - value) : head(0, value),
    flag: (value) => head(value ? Head.True : Head.False, 0),
    bytes: (bytes) => string(Head.Bytes, bytes),
    overflowed: () => isFull,
    frame: () => viewBytes(buffer, 0, at),
  };
}
