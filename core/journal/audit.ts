/** Reading the journal as an audit log. */

import { copyBytes } from "../bytes";
import { JOURNAL_PAGES_MAX, RECORD_BYTES, SEQUENCE_MAX } from "../limits";
import type { FlashPort, HashPort } from "../ports";
import type { JournalPage } from "./page";
import { readPage } from "./page";

/** Calls `visit` with the 32 bytes of each live record of every page whose checkpoint counts, oldest first. */
export function visitPages(pages: JournalPage[], visit: (record: Uint8Array) => void): void {
  let seen = 0;
  for (let round = 0; round < pages.length; round++) {
    let oldest: JournalPage | undefined = undefined;
    let oldestSequence = SEQUENCE_MAX;
    for (let i = 0; i < pages.length; i++) {
      if (pages[i].sequence > seen && pages[i].sequence < oldestSequence) {
        oldest = pages[i];
        oldestSequence = pages[i].sequence;
      }
    }
    if (oldest !== undefined) {
      for (let k = oldest.live.length - 1; k >= 0; k--) {
        visit(copyBytes(oldest.live[k], 0, RECORD_BYTES));
      }
    }
    seen = oldestSequence;
  }
}

/** Calls `visit` with the records of the journal in `flash`, oldest first. Their meaning: record-view.ts. */
export function visitJournal(flash: FlashPort, hash: HashPort, visit: (record: Uint8Array) => void): void {
  const pages: JournalPage[] = [];
  for (let i = 0; i < JOURNAL_PAGES_MAX && (i + 1) * flash.pageSizeBytes <= flash.sizeBytes; i++) {
    pages.push(readPage(flash, hash, i * flash.pageSizeBytes));
  }
  visitPages(pages, visit);
}
