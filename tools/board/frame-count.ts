/** How many frames a client may have on their way to a board: what it is told as `buf_count`. */

import type { BoardFile } from "./board-data";

/**
 * Base64, the marks of its lines, and what the interpreter puts before every 64 bytes that it keeps, with a little to
 * spare. Bluetooth needs less: five bytes before every value of 50 bytes or more.
 */
export const WIRE_OVERHEAD = 1.42;

/**
 * One frame is being answered, and all others may arrive meanwhile: these are what the interpreter's input buffer has
 * to hold, however long the answer takes, since nobody knows how long erasing and computing take on every board. 1
 * where there is no management over a wire.
 */
export function frameCountOf({ smp, engine }: BoardFile): number {
  return smp === undefined ? 1 : 1 + Math.floor(engine.inputBufferBytes / (smp.bufBytes * WIRE_OVERHEAD));
}
