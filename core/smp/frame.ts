/** The eight bytes before every SMP message (docs/spec-smp.md, "Frame"). Fields are big-endian. */

export const SMP_HEADER_BYTES = 8;

export const enum SmpOperation {
  Read = 0,
  ReadResponse = 1,
  Write = 2,
  WriteResponse = 3,
}

export interface SmpHeader {
  /** 0: SMP version 1, 1: SMP version 2. An answer has that of its request. */
  version: number;
  operation: SmpOperation;
  /** 0 to 63: standard, from 64: an application's own. */
  group: number;
  /** Chosen by the client, repeated in the answer. */
  sequence: number;
  command: number;
  /** Of the body. */
  lengthBytes: number;
}

const VERSION_STEP = 8;
/** First bytes from here on have a reserved version or one of the bits that must be 0. */
const FIRST_BYTE_END = 16;

/** Bytes of the frame that starts at byte 0 of `bytes`, of which the header is there: header and body. */
export function frameLengthBytes(bytes: Uint8Array): number {
  return SMP_HEADER_BYTES + bytes[2] * 256 + bytes[3];
}

function parse(frame: Uint8Array, firstOperation: number): SmpHeader | undefined {
  if (frame.length < SMP_HEADER_BYTES || frame[0] >= FIRST_BYTE_END || frameLengthBytes(frame) !== frame.length) {
    return undefined;
  }
  const operation = frame[0] % VERSION_STEP;
  if (operation !== firstOperation && operation !== firstOperation + 2) {
    return undefined;
  }
  return {
    version: (frame[0] - operation) / VERSION_STEP,
    operation,
    group: frame[4] * 256 + frame[5],
    sequence: frame[6],
    command: frame[7],
    lengthBytes: frame.length - SMP_HEADER_BYTES,
  };
}

/**
 * Header of a request, or `undefined` for what a server drops without an answer: fewer than eight bytes, a reserved
 * version or bit, an operation that is no request, another number of bytes than the header announces.
 *
 * @param frame one whole frame
 */
export function readHeader(frame: Uint8Array): SmpHeader | undefined {
  return parse(frame, SmpOperation.Read);
}

/** Header of an answer, for clients; `undefined` as `readHeader`. */
export function readResponseHeader(frame: Uint8Array): SmpHeader | undefined {
  return parse(frame, SmpOperation.ReadResponse);
}

/** Writes `value` into `sizeBytes` bytes that end before `endBytes`. */
export function writeBigEndian(bytes: Uint8Array, endBytes: number, sizeBytes: number, value: number): void {
  let rest = value;
  for (let i = 1; i <= sizeBytes; i++) {
    bytes[endBytes - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function write(frame: Uint8Array, header: SmpHeader, operation: number, lengthBytes: number): void {
  frame[0] = header.version * VERSION_STEP + operation;
  frame[1] = 0;
  writeBigEndian(frame, 4, 2, lengthBytes);
  writeBigEndian(frame, 6, 2, header.group);
  frame[6] = header.sequence;
  frame[7] = header.command;
}

/**
 * Writes the header of the answer to `request` into the first eight bytes.
 *
 * @param lengthBytes of the answer's body
 */
export function writeHeader(frame: Uint8Array, request: SmpHeader, lengthBytes: number): void {
  write(frame, request, request.operation + 1, lengthBytes);
}

/** Writes `header` as it is into the first eight bytes, for clients. */
export function writeRequestHeader(frame: Uint8Array, header: SmpHeader): void {
  write(frame, header, header.operation, header.lengthBytes);
}
