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

import { viewBytes } from "../bytes";
import { RECORD_BYTES, SEQUENCE_MAX, STATE_BYTES } from "../limits";
import type { FlashPort, HashPort } from "../ports";
import { BLANK_CRC, readFirstWord } from "./record";

export interface JournalPage {
  /** The state block as it was read; a view of the page, as the records are. */
  readonly checkpoint: Uint8Array;
  /** Live records, newest first. */
  readonly live: Uint8Array[];
  /**
   * Sequence of the newest live record if the checkpoint counts, else 0. It counts if a record follows it: that shows
   * that it was read back, and until then the page before holds the state.
   */
  readonly sequence: number;
  /** Highest sequence on the page, whether it counts or not. */
  readonly highestSequence: number;
  /** Offset in the page behind the last position that is not blank. */
  readonly endBytes: number;
}

/** Reads the page at `offsetBytes`. Accepts any bytes: noise is a page without records. */
export function readPage(flash: FlashPort, hash: HashPort, offsetBytes: number): JournalPage {
  const bytes = flash.read(offsetBytes, flash.pageSizeBytes);
  const checkpoint = viewBytes(bytes, 0, STATE_BYTES);
  const live: Uint8Array[] = [];
  let endBytes = 0;
  let newest = 0;
  let lowest = SEQUENCE_MAX;
  for (let start = bytes.length - RECORD_BYTES; start >= STATE_BYTES; start -= RECORD_BYTES) {
    const record = viewBytes(bytes, start, RECORD_BYTES);
    if (hash.crc32(record) !== BLANK_CRC) {
      const sequence = readFirstWord(flash, hash, record, offsetBytes + start);
      if (endBytes === 0) {
        endBytes = start + RECORD_BYTES;
      }
      // A wrong CRC gives 0, which no record has.
      if (sequence > 0 && sequence < lowest) {
        lowest = sequence;
        live.push(record);
        if (newest === 0) {
          newest = sequence;
        }
      }
    }
  }
  const first = readFirstWord(flash, hash, checkpoint, offsetBytes);
  return {
    checkpoint,
    live,
    sequence: first > 0 && first < lowest ? newest : 0,
    highestSequence: Math.max(newest, first < SEQUENCE_MAX ? first : 0),
    endBytes,
  };
}
