/** Reads of a boot that come back wrong: one bit of one of them, or of every read of one slot. */

import { RECORD_BYTES, STATE_BYTES } from "../../core/limits";
import type { Disturbance } from "./moves";
import type { StateForm } from "./state-key";
import type { ExploreWorld, Run } from "./world";

/** Bytes of a read in which a wrong bit makes a difference of its own. */
function bytesOf(world: ExploreWorld, form: StateForm, offsetBytes: number, lengthBytes: number): number[] {
  if (lengthBytes < world.pageBytes) {
    return lengthBytes === 0 ? [] : [Math.floor(lengthBytes / 2)];
  }
  // A page of the journal: its checkpoint, its last record, the two positions behind it, its last byte.
  const isInUse = offsetBytes === world.places.journal.offsetBytes + form.journalPage * world.pageBytes;
  const end = STATE_BYTES + form.usedPositions * RECORD_BYTES;
  const inUse = isInUse ? [end - 1, end + 4, end + RECORD_BYTES + 4] : [];
  return [...new Set([8, ...inUse, lengthBytes - 1])].filter((byte) => byte < lengthBytes);
}

/**
 * @param run the boot without a disturbance
 * @param firstRead of its reads; those before were disturbed in another boot
 */
export function noisyReads(world: ExploreWorld, form: StateForm, run: Run, firstRead: number): Disturbance[] {
  const single = run.reads.slice(firstRead).flatMap(({ offsetBytes, lengthBytes }, i) =>
    bytesOf(world, form, offsetBytes, lengthBytes)
      .map((byte): Disturbance => ({ kind: "read", readNumber: firstRead + i, byte })));
  return [...single, { kind: "slot", slot: 0 }, { kind: "slot", slot: 1 }];
}
