/** Coalescing refusals, so that a flood of bad uploads neither wears pages nor pushes evidence out. */

import { StateField } from "../boot/state";
import { copyBytes } from "../bytes";
import type { Reason } from "../reasons";
import { Slot } from "../slot";
import type { Journal } from "./journal";
import { makeRecord, RECORD_DIGEST_BYTES, RecordType } from "./record";

/** Counts a refusal, and gives its record if one is due: at the first, second, fourth, eighth ... of a kind. */
export function countRefusal(journal: Journal, reason: Reason): Uint8Array | undefined {
  const kind = reason % RECORD_DIGEST_BYTES;
  const table = copyBytes(journal.state, StateField.Refusals, RECORD_DIGEST_BYTES);
  let due = 1;
  for (let i = 0; i < table[kind]; i++) {
    due = due * 2;
  }
  const counts = journal.refusals === undefined ? [] : journal.refusals;
  while (counts.length < RECORD_DIGEST_BYTES) {
    counts.push(0);
  }
  journal.refusals = counts;
  counts[kind]++;
  if (counts[kind] < due) {
    return undefined;
  }
  table[kind]++;
  return makeRecord(RecordType.Refusal, Slot.None, reason, table, 0);
}
