/** Ways to break the journal. */

import type { Mutant } from "./mutant";
import { mutantsOf } from "./mutant";

const READ_BACK = "startsWith(flash.read(offset, bytes.length), bytes)";

const JOURNAL = mutantsOf("core/journal/journal.ts", [
  ["nothing is read back", `if (${READ_BACK} && ${READ_BACK}) {`, "if (bytes.length > 0) {"],
  ["what was written is read back once", `if (${READ_BACK} && ${READ_BACK}) {`, `if (${READ_BACK}) {`],
  ["only one position is tried", "tries < APPEND_TRIES_MAX &&", "tries < 1 &&"],
  [
    "a position that failed is written again",
    "journal.position += RECORD_BYTES;",
    "if (tries === 0) { journal.position += RECORD_BYTES; }",
  ],
  ["sequences run past their end", "if (journal.nextSequence < SEQUENCE_MAX && ", "if ("],
  ["the page in use may be erased", "page !== oldPage && ", ""],
  ["the page before a young one may be erased", " && page !== journal.surePage", ""],
  ["pages follow the page in use", "(journal.lastPage + journal.pageBytes)", "(oldPage + journal.pageBytes)"],
  ["a checkpoint stands alone", "&& program(journal, settledRecord())", ""],
  ["a checkpoint takes the sequence of a tail", "      journal.nextSequence++;\n      if (write", "      if (write"],
  ["a failed page stays the one in use", "journal.page = oldPage;\n", ""],
  ["a page is not erased before it is written", "journal.flash.erasePage(page);", ""],
  ["every record has the same sequence", "    journal.nextSequence++;\n    return true;", "    return true;"],
  ["records are not folded", "applyRecord(journal.state, record);\n  return true;", "return true;"],
  [
    "a record is folded before it stands",
    "  if (!journal.usable) {\n    return false;",
    "  applyRecord(journal.state, record);\n  if (!journal.usable) {\n    return false;",
  ],
  [
    "the last record is not copied forward",
    "if (tail !== undefined) {",
    "if (tail !== undefined && !journal.usable) {",
  ],
  ["nothing stands behind the copy", "return appendRecord(journal, settledRecord());", "return true;"],
  ["a young page is believed", "tail === undefined && journal.surePage === journal.page", "tail === undefined"],
  ["a young page is appended to", "if (journal.surePage !== journal.page || !program", "if (!program"],
  ["no page is young", "newest !== readU32(journal.state, 0) + 1", "newest > 0"],
  [
    "no position stays blank after a start",
    "journal.position = page.endBytes + RECORD_BYTES;",
    "journal.position = page.endBytes;",
  ],
  ["a page goes on behind a checkpoint that was cut short", "if (highest > newest) {", "if (highest < 0) {"],
  ["sequences go on from the page in use", "journal.nextSequence = highest + 1;", "journal.nextSequence = newest + 1;"],
  ["the last page counts, not the newest", "if (page.sequence > newest) {", "if (page.sequence > 0) {"],
  ["pages beyond the limit are read", "Math.min(flash.sizeBytes, JOURNAL_PAGES_MAX * pageBytes)", "flash.sizeBytes"],
  ["a page is believed to be settled", "page.live[0][RecordField.Type] === RecordType.Settled", "page.live.length > 0"],
]);

const PAGE = mutantsOf("core/journal/page.ts", [
  ["records that were declared void count", "if (sequence > 0 && sequence < lowest) {", "if (sequence > 0) {"],
  [
    "a checkpoint counts that is newer than its records",
    "first > 0 && first < lowest ? newest : 0",
    "first > 0 ? newest : 0",
  ],
  ["the last record may be written over", "endBytes = start + RECORD_BYTES;", "endBytes = start;"],
  [
    "sequences of checkpoints that do not count are forgotten",
    "Math.max(newest, first < SEQUENCE_MAX ? first : 0)",
    "newest",
  ],
  ["a checkpoint without a sequence ends the journal", "first < SEQUENCE_MAX ? first : 0", "first"],
]);

const RECORD = mutantsOf("core/journal/record.ts", [
  ["records are read once", "reads < RECORD_READS_MAX &&", "reads < 1 &&"],
  ["a record is read once more", "for (let reads = 1;", "for (let reads = 0;"],
  ["CRCs are not looked at", "return recordIsValid(bytes, hash) ? readU32(bytes, 0) : 0;", "return readU32(bytes, 0);"],
  [
    "half of the digest is recorded",
    "record.set(digestAt(digest, 0), RecordField.Digest);",
    "record.set(viewBytes(digest, 0, 6), RecordField.Digest);",
  ],
]);

const AUDIT = mutantsOf("core/journal/audit.ts", [
  ["the newest record is left out", "k = oldest.live.length - 1; k >= 0;", "k = oldest.live.length - 1; k > 0;"],
  ["pages are read in the order of flash", "pages[i].sequence < oldestSequence", "oldest === undefined"],
]);

const REFUSALS = mutantsOf("core/journal/refusals.ts", [
  ["refusals are written too often", "due = due * 2;", "due = due + 1;"],
  ["a refusal is written too late", "if (counts[kind] < due) {", "if (counts[kind] <= due) {"],
  ["kinds of refusals are not told apart", "const kind = reason % RECORD_DIGEST_BYTES;", "const kind = reason % 1;"],
]);

export const JOURNAL_MUTANTS: readonly Mutant[] = [...JOURNAL, ...PAGE, ...RECORD, ...AUDIT, ...REFUSALS];
