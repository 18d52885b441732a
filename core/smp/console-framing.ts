/**
 * SMP frames as lines of base64 between the other text of a console (docs/spec-smp.md, "Console"). A packet is its
 * length, the frame, and a CRC-16 of the frame.
 */

import { assert } from "../assert";
import { viewBytes } from "../bytes";
import type { SmpCodec } from "./codec";
import { SMP_HEADER_BYTES, writeBigEndian } from "./frame";

const NEWLINE = 10;
const RETURN = 13;
/** The first byte of a line says whether a packet starts or goes on, the second only that the first means it. */
const START = 0x06;
const START_SECOND = 0x09;
const GOES_ON = 0x04;
const GOES_ON_SECOND = 0x14;
const MARKER_BYTES = 2;
const LENGTH_BYTES = 2;
const CRC_BYTES = 2;
/** A packet around the shortest frame. */
const LEAST_BYTES = LENGTH_BYTES + SMP_HEADER_BYTES + CRC_BYTES;

export interface ConsoleReceiver {
  /** Takes bytes as they arrive, in pieces of any size. */
  receive(bytes: Uint8Array): void;
}

/** Gives what takes each line, without its newline; `isTooLong` where only its start is there. */

function createPacketReceiver(
  frameBytesMax: number, onFrame: (frame: Uint8Array) => void, codec: SmpCodec,
): (line: Uint8Array, isTooLong: boolean) => void {
  const packet = new Uint8Array(LENGTH_BYTES + frameBytesMax + CRC_BYTES);
  let packetBytes = 0;
  /** The whole packet; 0 where none has begun. */
  let announcedBytes = 0;
  let crc = 0;

  /** Adds a line's part of the packet; `false` where it makes the packet worthless. */
  function takePart(text: Uint8Array, isStart: boolean): boolean {
    const part = codec.fromBase64(text);
    if (part === undefined || isStart && part.length < LENGTH_BYTES) {
      return false;
    }
    if (isStart) {
      packetBytes = 0;
      announcedBytes = LENGTH_BYTES + part[0] * 256 + part[1];
      crc = 0;
    }
    const partEnd = packetBytes + part.length;
    if (partEnd > announcedBytes || announcedBytes > packet.length || announcedBytes < LEAST_BYTES) {
      return false;
    }
    packet.set(part, packetBytes);
    crc = codec.crc16(isStart ? viewBytes(part, LENGTH_BYTES, part.length - LENGTH_BYTES) : part, crc);
    packetBytes = partEnd;
    return true;
  }

  return (line: Uint8Array, isTooLong: boolean): void => {
    const isStart = line[0] === START && line[1] === START_SECOND;
    const goesOn = announcedBytes > 0 && line[0] === GOES_ON && line[1] === GOES_ON_SECOND;
    // Any other line is for people to read.
    if (!isStart && !goesOn) {
      return;
    }
    const end = line[line.length - 1] === RETURN ? line.length - 1 : line.length;
    if (isTooLong || !takePart(viewBytes(line, MARKER_BYTES, end - MARKER_BYTES), isStart)) {
      announcedBytes = 0;
    } else if (packetBytes === announcedBytes) {
      announcedBytes = 0;
      // The CRC of a frame with its own CRC is 0.
      if (crc === 0) {
        onFrame(viewBytes(packet, LENGTH_BYTES, packetBytes - LENGTH_BYTES - CRC_BYTES));
      }
    }
  };
}

/**
 * @param frameBytesMax larger frames are dropped: the `buf_size` that clients are told
 * @param lineBytesMax longer lines are dropped; their newline does not count
 * @param onFrame gets a view that holds until it returns
 */
export function createConsoleReceiver(
  frameBytesMax: number, lineBytesMax: number, onFrame: (frame: Uint8Array) => void, codec: SmpCodec,
): ConsoleReceiver {
  const takeLine = createPacketReceiver(frameBytesMax, onFrame, codec);
  /** One byte more than a line may have, which shows that it has more. */
  const line = new Uint8Array(lineBytesMax + 1);
  let lineBytes = 0;

  /**
   * From the last byte on that begins a packet, or all of it. It starts a line wherever it stands: after a prompt, or
   * after what a client that was killed has left of a line.
   */
  function fromStart(text: Uint8Array): Uint8Array {
    let tail = text;
    let start = codec.indexOf(tail, START);
    while (start >= 0) {
      text = viewBytes(tail, start, tail.length - start);
      tail = viewBytes(text, 1, text.length - 1);
      start = codec.indexOf(tail, START);
    }
    return text;
  }

  /** What there is room for in the line, once what can be forgotten of it is. */
  function makeRoom(text: Uint8Array): Uint8Array {
    const tail = fromStart(text);
    const kept = tail[0] === START ? undefined : fromStart(viewBytes(line, 0, lineBytes));
    lineBytes = 0;
    if (kept !== undefined) {
      line.set(kept, 0);
      lineBytes = kept.length;
    }
    return viewBytes(tail, 0, Math.min(tail.length, line.length - lineBytes));
  }

  return {
    receive(bytes: Uint8Array): void {
      let rest = bytes;
      while (rest.length > 0) {
        const newline = codec.indexOf(rest, NEWLINE);
        let text = newline < 0 ? rest : viewBytes(rest, 0, newline);
        if (text.length > line.length - lineBytes) {
          text = makeRoom(text);
        }
        line.set(text, lineBytes);
        lineBytes += text.length;
        if (newline < 0) {
          return;
        }
        text = fromStart(viewBytes(line, 0, lineBytes));
        lineBytes = 0;
        if (text.length > MARKER_BYTES) {
          takeLine(text, text.length > lineBytesMax);
        }
        rest = viewBytes(rest, newline + 1, rest.length - newline - 1);
      }
    },
  };
}

/**
 * The lines for `frame`. They start with a newline, so that the first marker is at the start of a line whatever was
 * printed before: some clients look nowhere else. A sender whose last line has ended leaves it out (link-server.ts).
 *
 * @param lineBytesMax of a line with its newline; 7 or more
 */
export function encodeConsole(frame: Uint8Array, codec: SmpCodec, lineBytesMax: number): Uint8Array {
  const textBytesMax = Math.floor((lineBytesMax - MARKER_BYTES - 1) / 4) * 4;
  assert(textBytesMax > 0, 50);
  const countedBytes = frame.length + CRC_BYTES;
  const packet = new Uint8Array(LENGTH_BYTES + countedBytes);
  const crc = codec.crc16(frame, 0);
  writeBigEndian(packet, LENGTH_BYTES, LENGTH_BYTES, countedBytes);
  packet.set(frame, LENGTH_BYTES);
  writeBigEndian(packet, packet.length, CRC_BYTES, crc);
  const text = codec.toBase64(packet);
  const lines = new Uint8Array(1 + text.length + Math.ceil(text.length / textBytesMax) * (MARKER_BYTES + 1));
  lines[0] = NEWLINE;
  let at = 1;
  for (let i = 0; i < text.length; i += textBytesMax) {
    const count = Math.min(textBytesMax, text.length - i);
    lines[at] = i === 0 ? START : GOES_ON;
    lines[at + 1] = i === 0 ? START_SECOND : GOES_ON_SECOND;
    lines.set(viewBytes(text, i, count), at + MARKER_BYTES);
    at += MARKER_BYTES + count + 1;
    lines[at - 1] = NEWLINE;
  }
  return lines;
}
