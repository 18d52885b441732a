/** Moves what the journal page in use holds towards its end, as if so many positions had been used up before. */

import { RECORD_BYTES, STATE_BYTES } from "../../core/limits";
import { FlashPage } from "../flash-page";

/** Positions that are used up stay blank: software steps over them as over records that count no more (R6). */
function moved<T extends Uint8Array | undefined>(content: T, from: number, by: number, blank: number): T {
  if (content === undefined) {
    return content;
  }
  const copy = content.slice();
  copy.copyWithin(from + by, from, content.length - by);
  copy.fill(blank, from, from + by);
  return copy as T;
}

/** @param positions of which as many must be blank at the end of the page */
export function agePage(page: FlashPage, positions: number, unitBytes: number): FlashPage {
  const by = positions * RECORD_BYTES;
  const programs = moved(page.programs, STATE_BYTES / unitBytes, by / unitBytes, 0);
  const aged = new FlashPage(0, moved(page.bytes, STATE_BYTES, by, 0xff), programs, page.eraseCount);
  aged.unstable = moved(page.unstable, STATE_BYTES, by, 0);
  return aged;
}
