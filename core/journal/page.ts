/**
 * Reading one journal page (SPEC.md, "Journal").
 *
 * A page begins with a state block, the checkpoint; behind it are positions of 32 bytes for records of later events.
 * Positions may be blank or doubtful (wrong CRC) in between: whoever wrote them found them so and went on behind them.
 *
 * A record's sequence settles which records count. Going backwards, a record is live only if its sequence is lower
 * than every one behind it: a copy carried forward replaces its original, and a writer that took up an old sequence
 * again thereby declares everything void that was doubtful when it did.
 */

import { readU32 } from "../bytes";
import { RECORD_BYTES, RECORD_READS_MAX, SEQUENCE_MAX, STATE_BYTES } from "../limits";
import type { FlashPort, HashPort } from "../ports";
import { recordIsValid } from "./record";

/** First position behind the checkpoint. */
export const FIRST_POSITION = STATE_BYTES / RECORD_BYTES;

export interface JournalPage {
  /** The page as it was read, doubtful positions as they read last. */
  readonly bytes: Uint8Array;
  /** Positions of live records, newest first. */
  readonly live: number[];
  /**
   * Sequence of the newest live record if the checkpoint counts, else 0. It counts if a record follows it: that shows
   * that it was read back, and until then the page before holds the state.
   */
  readonly sequence: number;
  /** Highest sequence on the page, whether it counts or not. */
  readonly highestSequence: number;
  /** Position behind the last one that is not blank. */
  readonly nextPosition: number;
}

/** Whether the part has a right CRC; a part that has not is read again a bounded number of times. */
function settles(flash: FlashPort, hash: HashPort, part: Uint8Array, offsetBytes: number): boolean {
  for (let reads = 1; reads < RECORD_READS_MAX && !recordIsValid(part, hash); reads++) {
    part.set(flash.read(offsetBytes, part.length), 0);
  }
  return recordIsValid(part, hash);
}

/** Reads the page at `offsetBytes`. Accepts any bytes: noise is a page without records. */
export function readPage(flash: FlashPort, hash: HashPort, offsetBytes: number): JournalPage {
  const bytes = flash.read(offsetBytes, flash.pageSizeBytes);
  const blank = new Uint8Array(RECORD_BYTES);
  blank.fill(255);
  const blankCrc = hash.crc32(blank);
  const live: number[] = [];
  let nextPosition = 0;
  let lowest = SEQUENCE_MAX;
  for (let position = Math.floor(bytes.length / RECORD_BYTES) - 1; position >= FIRST_POSITION; position--) {
    const start = position * RECORD_BYTES;
    const record = bytes.subarray(start, start + RECORD_BYTES);
    if (hash.crc32(record) !== blankCrc) {
      nextPosition = Math.max(nextPosition, position + 1);
      if (settles(flash, hash, record, offsetBytes + start) && readU32(record, 0) < lowest) {
        lowest = readU32(record, 0);
        live.push(position);
      }
    }
  }
  const checkpoint = bytes.subarray(0, STATE_BYTES);
  const newest = live.length > 0 ? readU32(bytes, live[0] * RECORD_BYTES) : 0;
  const isValid = settles(flash, hash, checkpoint, offsetBytes);
  const first = isValid ? readU32(checkpoint, 0) : 0;
  return {
    bytes,
    live,
    sequence: isValid && first < lowest ? newest : 0,
    highestSequence: Math.max(newest, first < SEQUENCE_MAX ? first : 0),
    nextPosition,
  };
}
