/**
 * The journal: an append-only log in raw flash pages, from which the boot state is folded (SPEC.md, "Journal").
 *
 * Marginal flash is expected. Every append is read back; a position that does not read back is skipped and never
 * reused. The first append after a start leaves one position blank, because a write that power cut short may have
 * left bits there that read as erased now and differently later. A full page is never erased before the next one
 * holds a checkpoint that counts.
 */

import { readU32 } from "../bytes";
import { applyRecord, emptyState, StateField } from "../boot/state";
import { APPEND_TRIES_MAX, JOURNAL_PAGES_MAX, RECORD_BYTES, STATE_BYTES } from "../limits";
import type { FlashPort, HashPort } from "../ports";
import type { Reason } from "../reasons";
import { Slot } from "../slot";
import { FIRST_POSITION, readPage } from "./page";
import { makeRecord, RECORD_DIGEST_BYTES, RecordField, recordIsValid, RecordType, sealRecord } from "./record";

/** An open journal. Read `usable` and `state`; everything changes only through the functions of this file. */
export interface Journal {
  readonly flash: FlashPort;
  readonly hash: HashPort;
  /** Whether a checkpoint that counts was found or written; if not, nothing can be appended. */
  usable: boolean;
  /** The fold of all live records: a state block. */
  state: Uint8Array;
  page: number;
  position: number;
  nextSequence: number;
  /** The last live record, if a write that was cut short could have left it. */
  tail: Uint8Array | undefined;
  /** Refusals of each kind in this session. */
  readonly refusals: number[];
}

function pageCount(flash: FlashPort): number {
  return Math.min(Math.floor(flash.sizeBytes / flash.pageSizeBytes), JOURNAL_PAGES_MAX);
}

/** Writes sealed bytes and reads them back twice: right CRC both times, and the one that was written. */
function writeAndReadBack(journal: Journal, offsetBytes: number, bytes: Uint8Array): boolean {
  journal.flash.write(offsetBytes, bytes);
  for (let i = 0; i < 2; i++) {
    const read = journal.flash.read(offsetBytes, bytes.length);
    const crcOffset = bytes.length - 4;
    if (!recordIsValid(read, journal.hash) || readU32(read, crcOffset) !== readU32(bytes, crcOffset)) {
      return false;
    }
  }
  return true;
}

/** Writes a record at the next position that takes it. False: the page is full or worn. */
function program(journal: Journal, record: Uint8Array, sequence: number): boolean {
  const flash = journal.flash;
  const positions = Math.floor(flash.pageSizeBytes / RECORD_BYTES);
  sealRecord(record, sequence, journal.hash);
  for (let tries = 0; tries < APPEND_TRIES_MAX && journal.position < positions; tries++) {
    const offset = journal.page * flash.pageSizeBytes + journal.position * RECORD_BYTES;
    journal.position++;
    if (writeAndReadBack(journal, offset, record)) {
      return true;
    }
  }
  return false;
}

/** Erases `page` and goes on there with a checkpoint of `state`. On failure the journal is as before. */
function turnTo(journal: Journal, page: number, state: Uint8Array): boolean {
  const sequence = journal.nextSequence;
  const oldPage = journal.page;
  const oldPosition = journal.position;
  journal.flash.erasePage(page * journal.flash.pageSizeBytes);
  sealRecord(state, sequence, journal.hash);
  if (writeAndReadBack(journal, page * journal.flash.pageSizeBytes, state)) {
    journal.page = page;
    journal.position = FIRST_POSITION;
    if (program(journal, makeRecord(RecordType.Settled, Slot.None, 0, undefined, 0), sequence + 1)) {
      journal.nextSequence = sequence + 2;
      journal.state = state;
      journal.usable = true;
      journal.tail = undefined;
      return true;
    }
  }
  journal.page = oldPage;
  journal.position = oldPosition;
  return false;
}

/** Starts `journal` anew with `state`: genesis, or after a loss. False: no page takes it. */
export function formatJournal(journal: Journal, state: Uint8Array): boolean {
  const pages = pageCount(journal.flash);
  const start = journal.page;
  // The page in use is the last choice, and none at all while it holds the only state.
  const choices = journal.usable ? pages - 1 : pages;
  for (let i = 1; i <= choices; i++) {
    if (turnTo(journal, (start + i) % pages, state)) {
      return true;
    }
  }
  return false;
}

/** Appends one record and folds it. False: nothing durable was written, and the state is as before. */
export function appendRecord(journal: Journal, record: Uint8Array): boolean {
  if (!journal.usable) {
    return false;
  }
  if (!program(journal, record, journal.nextSequence)) {
    if (!formatJournal(journal, journal.state) || !program(journal, record, journal.nextSequence)) {
      return false;
    }
  }
  journal.nextSequence++;
  journal.tail = undefined;
  applyRecord(journal.state, record);
  return true;
}

/**
 * Copies the last record forward if it could be the product of a cut write, so that what is decided on its word
 * stands. Call once after a start, before anything irreversible. False: it could not be written.
 */
export function secureTail(journal: Journal): boolean {
  const tail = journal.tail;
  if (!journal.usable || tail === undefined) {
    return journal.usable;
  }
  // Without room for the copy, a new checkpoint says what it would have said. Behind the copy a further record is
  // needed: it tells a later start that the copy was read back.
  return program(journal, tail, readU32(tail, 0))
    ? appendRecord(journal, makeRecord(RecordType.Settled, Slot.None, 0, undefined, 0))
    : formatJournal(journal, journal.state);
}

/** Notes a refusal; written at the first, second, fourth, eighth ... of a kind, so that a flood cannot wear pages. */
export function recordRefusal(journal: Journal, reason: Reason): void {
  const kind = reason % RECORD_DIGEST_BYTES;
  const table = journal.state.slice(StateField.Refusals, StateField.Slots);
  let due = 1;
  for (let i = 0; i < table[kind]; i++) {
    due = due * 2;
  }
  journal.refusals[kind]++;
  if (journal.refusals[kind] >= due) {
    table[kind]++;
    appendRecord(journal, makeRecord(RecordType.Refusal, Slot.None, reason, table, 0));
  }
}

/**
 * Opens the journal in `flash` (two pages or more) and folds the page with the newest checkpoint that counts.
 *
 * @param flash a partition of whole pages, used by the journal alone
 */
export function openJournal(flash: FlashPort, hash: HashPort): Journal {
  const journal: Journal = {
    flash,
    hash,
    usable: false,
    state: emptyState(),
    page: 0,
    position: 0,
    nextSequence: 1,
    tail: undefined,
    refusals: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  };
  let newest = 0;
  let highest = 0;
  for (let i = 0; i < pageCount(flash); i++) {
    const page = readPage(flash, hash, i * flash.pageSizeBytes);
    highest = Math.max(highest, page.highestSequence);
    if (page.sequence > newest) {
      newest = page.sequence;
      journal.page = i;
      journal.position = page.nextPosition + 1;
      journal.state = page.bytes.slice(0, STATE_BYTES);
      journal.usable = true;
      for (let k = page.live.length - 1; k >= 0; k--) {
        const start = page.live[k] * RECORD_BYTES;
        journal.tail = page.bytes.slice(start, start + RECORD_BYTES);
        applyRecord(journal.state, journal.tail);
      }
    }
  }
  journal.nextSequence = highest + 1;
  if (highest > newest) {
    // A checkpoint that was cut short might read as a good one some day: nothing may be appended that it would hide.
    // Counting this page as full makes the next append write it anew.
    journal.position = flash.pageSizeBytes;
  }
  if (journal.tail !== undefined && journal.tail[RecordField.Type] === RecordType.Settled) {
    journal.tail = undefined;
  }
  return journal;
}
