/**
 * Recovery by quick power cycles, for boards without a button that asked for it: the journal counts starts that did not
 * last. Costs two records for each start of the power, and nothing on other boards.
 */

import { ResetCause } from "../../core/boot/reset-cause";
import { readU16 } from "../../core/bytes";
import { visitJournal } from "../../core/journal/audit";
import { appendRecord, openJournal, secureTail } from "../../core/journal/journal";
import { makeRecord, RecordField, RecordType } from "../../core/journal/record";
import { Slot } from "../../core/slot";
import type { Board } from "../../hal/board";

/** Whether somebody may have switched the power off and on; on a board that cannot tell, any start may be that. */
function isByHand(cause: ResetCause): boolean {
  return cause === ResetCause.PowerOn || cause === ResetCause.BrownOut || cause === ResetCause.Pin ||
    cause === ResetCause.Unknown;
}

/**
 * Counts this start. Call it before the decision.
 *
 * @param cycles so many in a row ask for recovery
 * @returns whether this start is the last of them; the count then begins anew
 */
export function countPowerCycle(board: Board, cycles: number): boolean {
  const journal = openJournal(board.journal, board.hash);
  if (!isByHand(board.reset.cause) || !secureTail(journal)) {
    return false;
  }
  let count = 1;
  visitJournal(board.journal, board.hash, function (record: Uint8Array): void {
    if (record[RecordField.Type] === RecordType.PowerCycles) {
      count = readU16(record, RecordField.Detail) + 1;
    }
  });
  const isEnough = count >= cycles;
  appendRecord(journal, makeRecord(RecordType.PowerCycles, Slot.None, isEnough ? 0 : count, undefined, 0));
  return isEnough;
}
