/**
 * Intel HEX (Intel's specification of 1988: records 00 to 05). The writer gives the same text as Python's IntelHex,
 * which imgtool uses, so that outputs can be compared byte by byte.
 */

import { malformed } from "../errors";

/** Bytes at an address of the chip. */
export interface Block {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** What gaps between blocks read as: erased flash. */
const GAP_VALUE = 0xff;
const ADDRESS_MAX = 0xffffffff;
const DATA_BYTES_PER_RECORD = 16;

const enum RecordType {
  Data = 0,
  EndOfFile = 1,
  ExtendedSegment = 2,
  StartSegment = 3,
  ExtendedLinear = 4,
  StartLinear = 5,
}

const RECORD_DATA_BYTES: Readonly<Record<number, number>> = {
  [RecordType.EndOfFile]: 0,
  [RecordType.ExtendedSegment]: 2,
  [RecordType.StartSegment]: 4,
  [RecordType.ExtendedLinear]: 2,
  [RecordType.StartLinear]: 4,
};

/**
 * One contiguous block from the lowest to the highest address; gaps are filled with 0xFF.
 * Refuses (malformed): lines that are no records, wrong lengths and checksums, overlaps, a missing end record,
 * no data at all, more than `maxBytes` from the lowest to the highest address.
 */
export function parseIntelHex(text: string, maxBytes: number): Block {
  const blocks = readRecords(text);
  if (blocks.length === 0) {
    throw hexError("it contains no data");
  }
  blocks.sort((a, b) => a.address - b.address);
  const start = (blocks[0]).address;
  let end = start;
  for (const block of blocks) {
    if (block.address < end) {
      throw hexError(`two records give data for address 0x${block.address.toString(16)}`);
    }
    end = block.address + block.bytes.length;
  }
  if (end - start > maxBytes) {
    throw hexError(`it spans ${end - start} bytes, from 0x${start.toString(16)} to 0x${end.toString(16)}`);
  }
  const bytes = new Uint8Array(end - start).fill(GAP_VALUE);
  for (const block of blocks) {
    bytes.set(block.bytes, block.address - start);
  }
  return { address: start, bytes };
}

function readRecords(text: string): Block[] {
  const blocks: Block[] = [];
  let base = 0;
  let lineNumber = 0;
  for (const line of text.split(/\r\n|\r|\n/)) {
    lineNumber++;
    if (line.trim() === "") {
      continue;
    }
    const record = readRecord(line.trim(), lineNumber);
    const type = record[3] ?? 0;
    const offset = (record[1] ?? 0) * 256 + (record[2] ?? 0);
    const high = (record[4] ?? 0) * 256 + (record[5] ?? 0);
    if (type === RecordType.EndOfFile) {
      return blocks;
    } else if (type === RecordType.ExtendedSegment) {
      base = high * 16;
    } else if (type === RecordType.ExtendedLinear) {
      base = high * 65536;
    } else if (type === RecordType.Data && record.length > 5) {
      blocks.push(dataBlock(base + offset, record, lineNumber));
    }
  }
  throw hexError("its end record (:00000001FF) is missing; the file was probably cut off");
}

function dataBlock(address: number, record: Uint8Array, lineNumber: number): Block {
  const bytes = record.subarray(4, record.length - 1);
  if (address + bytes.length - 1 > ADDRESS_MAX) {
    throw hexError(`line ${lineNumber} goes past the end of the address space`);
  }
  return { address, bytes };
}

/** The bytes of one line: length, offset (2), type, data, checksum. */
function readRecord(line: string, lineNumber: number): Uint8Array {
  if (!/^:([0-9a-f]{2}){5,}$/i.test(line)) {
    throw hexError(`line ${lineNumber} is not a record`);
  }
  const record = new Uint8Array(Buffer.from(line.slice(1), "hex"));
  const dataBytes = record[0] ?? 0;
  const type = record[3] ?? 0;
  if (record.length !== dataBytes + 5 || (RECORD_DATA_BYTES[type] ?? dataBytes) !== dataBytes) {
    throw hexError(`line ${lineNumber} has the wrong length`);
  }
  if (type > RecordType.StartLinear) {
    throw hexError(`line ${lineNumber} has the unknown type ${type}`);
  }
  let sum = 0;
  for (const byte of record) {
    sum += byte;
  }
  if (sum % 256 !== 0) {
    throw hexError(`the checksum of line ${lineNumber} is wrong`);
  }
  return record;
}

function hexError(what: string): Error {
  return malformed(`This is not a good Intel HEX file: ${what}.`, "Make the file again, or use a .bin file.");
}

/**
 * The text of blocks that do not overlap, in the order of their addresses.
 * Refuses (malformed) addresses past 0xFFFFFFFF.
 */
export function formatIntelHex(blocks: readonly Block[]): string {
  const last = blocks.at(-1);
  const end = last === undefined ? 0 : last.address + last.bytes.length;
  if (end - 1 > ADDRESS_MAX) {
    throw malformed("The image would end past address 0xFFFFFFFF.", "Give a lower --hex-addr.");
  }
  const needsHighAddress = end - 1 > 0xffff;
  const lines: string[] = [];
  let high = -1;
  for (const block of blocks) {
    let done = 0;
    while (done < block.bytes.length) {
      const address = block.address + done;
      if (needsHighAddress && Math.floor(address / 65536) !== high) {
        high = Math.floor(address / 65536);
        lines.push(formatRecord(0, RecordType.ExtendedLinear, [Math.floor(high / 256), high % 256]));
      }
      // A record never crosses a 64 KiB boundary: its offset is 16 bits wide.
      const length = Math.min(DATA_BYTES_PER_RECORD, block.bytes.length - done, 65536 - (address % 65536));
      lines.push(formatRecord(address % 65536, RecordType.Data, block.bytes.subarray(done, done + length)));
      done += length;
    }
  }
  lines.push(formatRecord(0, RecordType.EndOfFile, []));
  return lines.join("\n") + "\n";
}

function formatRecord(offset: number, type: RecordType, data: ArrayLike<number>): string {
  const record = [data.length, Math.floor(offset / 256), offset % 256, type, ...Array.from(data)];
  const sum = record.reduce((total, byte) => total + byte, 0);
  return ":" + Buffer.from([...record, (256 - (sum % 256)) % 256]).toString("hex").toUpperCase();
}
