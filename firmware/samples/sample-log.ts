/**
 * Samples in raw flash pages: a ring of fixed-size records, written once and found again after any power cut.
 *
 *   0 u16 mark 0x5A53   2 i16 centi-degrees   4 u32 number   8 u32 check: bitless sum of the words before
 */

import { alignUp, readU16, readU32, writeU16, writeU32 } from "../../core/bytes";
import type { FlashPort } from "../../core/ports";

const MARK = 0x5a53;
const SAMPLE_BYTES = 12;
const WORD = 4294967296;

export interface Sample {
  readonly number: number;
  readonly centiDegrees: number;
}

export interface SampleLog {
  /** Stores one sample, over the oldest page where the ring is full. */
  add(centiDegrees: number): void;
  /** The newest sample; `undefined` if there is none. */
  newest(): Sample | undefined;
}

function checkOf(bytes: Uint8Array): number {
  return (readU32(bytes, 0) + readU32(bytes, 4) + MARK) % WORD;
}

function decodeSample(bytes: Uint8Array): Sample | undefined {
  if (readU16(bytes, 0) !== MARK || readU32(bytes, 8) !== checkOf(bytes)) {
    return undefined;
  }
  const raw = readU16(bytes, 2);
  return { number: readU32(bytes, 4), centiDegrees: raw < 32768 ? raw : raw - 65536 };
}

/** Opens the ring in `flash` and finds its newest sample. */
export function openSampleLog(flash: FlashPort): SampleLog {
  const stride = alignUp(SAMPLE_BYTES, flash.writeUnitBytes);
  const perPage = Math.floor(flash.pageSizeBytes / stride);
  const positions = perPage * Math.floor(flash.sizeBytes / flash.pageSizeBytes);
  let newest: Sample | undefined = undefined;
  let position = 0;

  function offsetOf(index: number): number {
    return Math.floor(index / perPage) * flash.pageSizeBytes + (index % perPage) * stride;
  }

  // The page whose first sample is the newest holds the newest sample: one read a page instead of one a sample.
  for (let first = 0; first < positions; first += perPage) {
    const sample = decodeSample(flash.read(offsetOf(first), SAMPLE_BYTES));
    if (sample !== undefined && (newest === undefined || sample.number > newest.number)) {
      newest = sample;
      // What follows on this page may have been torn by a power cut, so the next page is begun.
      position = first + perPage;
    }
  }
  for (let i = position - perPage + 1; newest !== undefined && i < position; i++) {
    const sample = decodeSample(flash.read(offsetOf(i), SAMPLE_BYTES));
    if (sample !== undefined && sample.number > newest.number) {
      newest = sample;
    }
  }

  return {
    add(centiDegrees: number): void {
      if (position >= positions) {
        position = 0;
      }
      if (position % perPage === 0) {
        flash.erasePage(offsetOf(position));
      }
      const bytes = new Uint8Array(stride);
      bytes.fill(255);
      const number = newest === undefined ? 1 : newest.number + 1;
      writeU16(bytes, 0, MARK);
      writeU16(bytes, 2, centiDegrees >= 0 ? centiDegrees : centiDegrees + 65536);
      writeU32(bytes, 4, number);
      writeU32(bytes, 8, checkOf(bytes));
      flash.write(offsetOf(position), bytes);
      newest = { number, centiDegrees };
      position++;
    },
    newest(): Sample | undefined {
      return newest;
    },
  };
}
