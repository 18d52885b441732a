/**
 * The journal: an append-only log in raw flash pages, from which the boot state is folded (SPEC.md, "Journal").
 *
 * Marginal flash is expected. Every append is read back; a position that does not read back is skipped and never
 * reused. The first append after a start leaves one position blank, because a write that power cut short may have
 * left bits there that read as erased now and differently later. A full page is never erased before the next one
 * holds a checkpoint that counts.
 */

import { copyBytes, readU32, startsWith } from "../bytes";
import { applyRecord, emptyState } from "../boot/state";
import { APPEND_TRIES_MAX, JOURNAL_PAGES_MAX, RECORD_BYTES, SEQUENCE_MAX, STATE_BYTES } from "../limits";
import type { FlashPort, HashPort } from "../ports";
import type { Reason } from "../reasons";
import { Slot } from "../slot";
import { readPage } from "./page";
import { makeRecord, RecordField, RecordType, sealRecord } from "./record";
import { countRefusal } from "./refusals";

/** An open journal. Read `usable` and `state`; everything changes only through the functions of this file. */
export interface Journal {
  readonly flash: FlashPort;
  readonly hasher: HashPort;
  /** Whether a checkpoint that counts was found or written; if not, nothing can be appended. */
  usable: boolean;
  /** The fold of all live records: a state block. */
  state: Uint8Array;
  /** Bytes of the pages in use. */
  readonly endBytes: number;
  readonly pageBytes: number;
  /** Offset of the page in use. */
  page: number;
  /** The page in use; or, as long as nothing stands on that but its checkpoint, the page before it. */
  surePage: number;
  /** Offset of the page with the highest sequence: those behind it are older. */
  lastPage: number;
  /** Offset in the page where the next record goes. */
  position: number;
  nextSequence: number;
  /** The last live record, if a write that was cut short could have left it. */
  tail?: Uint8Array | undefined;
  /** Refusals of each kind since this start; none yet before the first. */
  refusals?: number[];
}

/** Writes bytes with the next sequence at `position` of the page in use, and reads them back twice. */
function writeAndReadBack(journal: Journal, position: number, bytes: Uint8Array): boolean {
  const flash = journal.flash;
  const offset = journal.page + position;
  sealRecord(bytes, journal.nextSequence, journal.hasher);
  flash.write(offset, bytes);
  if (startsWith(flash.read(offset, bytes.length), bytes) && startsWith(flash.read(offset, bytes.length), bytes)) {
    journal.nextSequence++;
    return true;
  }
  return false;
}

/** Writes a record at the next position that takes it. False: the page is full or worn, or sequences ran out. */
function program(journal: Journal, record: Uint8Array): boolean {
  for (let tries = 0; tries < APPEND_TRIES_MAX && journal.position < journal.pageBytes; tries++) {
    journal.position += RECORD_BYTES;
    if (journal.nextSequence < SEQUENCE_MAX && writeAndReadBack(journal, journal.position - RECORD_BYTES, record)) {
      journal.tail = undefined;
      return true;
    }
  }
  journal.position = journal.pageBytes;
  return false;
}

/** Says that everything before it was read back in full. */
function settledRecord(): Uint8Array {
  return makeRecord(RecordType.Settled, Slot.None, 0, undefined, 0);
}

/**
 * Starts `journal` anew with `state`: genesis, after a loss, or because the page in use is left. Erases another page
 * and goes on there with a checkpoint. False: no page takes it, and the journal is as before.
 */
export function formatJournal(journal: Journal, state: Uint8Array): boolean {
  const oldPage = journal.page;
  const oldPosition = journal.position;
  for (let tried = 0; tried < journal.endBytes; tried += journal.pageBytes) {
    const page = (journal.lastPage + journal.pageBytes) % journal.endBytes;
    journal.lastPage = page;
    if (!journal.usable || (page !== oldPage && page !== journal.surePage)) {
      journal.page = page;
      journal.position = STATE_BYTES;
      journal.flash.erasePage(page);
      // Above the sequence of a tail that could not be copied.
      journal.nextSequence++;
      if (writeAndReadBack(journal, 0, state) && program(journal, settledRecord())) {
        journal.state = state;
        journal.usable = true;
        journal.surePage = page;
        return true;
      }
    }
  }
  journal.page = oldPage;
  journal.position = oldPosition;
  return false;
}

/** Appends one record and folds it. False: nothing durable was written, and the state is as before. */
export function appendRecord(journal: Journal, record: Uint8Array): boolean {
  if (!journal.usable) {
    return false;
  }
  if (journal.surePage !== journal.page || !program(journal, record)) {
    // Where no other page takes it, this one has to do.
    formatJournal(journal, journal.state);
    if (!program(journal, record)) {
      return false;
    }
  }
  applyRecord(journal.state, record);
  return true;
}

/**
 * Copies forward what could be the product of a cut write: the last record, or all that a page says on which nothing
 * but its checkpoint stands. So what is decided on its word stands. Call once after a start, before anything
 * irreversible. False: it could not be written.
 */
export function secureTail(journal: Journal): boolean {
  const tail = journal.tail;
  if (tail === undefined && journal.surePage === journal.page) {
    return journal.usable;
  }
  if (tail !== undefined) {
    journal.nextSequence--;
    program(journal, tail);
  }
  // Behind the copy a further record is needed: it tells a later start that the copy was read back. Without room for
  // the copy it stands behind a new checkpoint, which says what the copy would have said.
  return appendRecord(journal, settledRecord());
}

/** Notes a refusal; written only if it is due (refusals.ts). */
export function recordRefusal(journal: Journal, reason: Reason): void {
  const record = countRefusal(journal, reason);
  if (record !== undefined) {
    appendRecord(journal, record);
  }
}

/**
 * Opens the journal in `flash` (two pages or more) and folds the page with the newest checkpoint that counts.
 *
 * @param flash a partition of whole pages, used by the journal alone
 */
export function openJournal(flash: FlashPort, hash: HashPort): Journal {
  const pageBytes = flash.pageSizeBytes;
  const journal: Journal = {
    flash,
    hasher: hash,
    usable: false,
    state: emptyState(),
    endBytes: Math.min(flash.sizeBytes, JOURNAL_PAGES_MAX * pageBytes),
    pageBytes,
    page: 0,
    surePage: 0,
    lastPage: 0,
    position: 0,
    nextSequence: 0,
  };
  let newest = 0;
  let second = 0;
  let highest = 0;
  for (let offset = 0; offset < journal.endBytes; offset += pageBytes) {
    const page = readPage(flash, hash, offset);
    if (page.highestSequence > highest) {
      highest = page.highestSequence;
      journal.lastPage = offset;
    }
    if (page.sequence > newest) {
      second = newest;
      journal.surePage = journal.page;
      newest = page.sequence;
      journal.usable = true;
      journal.page = offset;
      // One position stays blank: a write that power cut short may have left bits there that read as erased.
      journal.position = page.endBytes + RECORD_BYTES;
      // Copies, so that the page's bytes do not stay in memory.
      journal.state = copyBytes(page.checkpoint, 0, STATE_BYTES);
      for (let i = page.live.length - 1; i >= 0; i--) {
        applyRecord(journal.state, page.live[i]);
      }
      journal.tail = page.live[0][RecordField.Type] === RecordType.Settled
        ? undefined
        : copyBytes(page.live[0], 0, RECORD_BYTES);
    } else if (page.sequence > second) {
      second = page.sequence;
      journal.surePage = offset;
    }
  }
  if (second === 0 || newest !== readU32(journal.state, 0) + 1) {
    journal.surePage = journal.page;
  }
  journal.nextSequence = highest + 1;
  if (highest > newest) {
    // A checkpoint that was cut short might read as a good one some day: nothing may be appended that it would hide.
    journal.position = pageBytes;
  }
  return journal;
}
