/** Files that Espruino runs by itself at a start and that are none of ours. */

import type { Interpreter } from "./interpreter";
import { builtIn } from "./interpreter";

/** In the order in which they would run. `.varimg`, what `save()` leaves, and `.bootPowerOn` run before `.boot0`. */
export const FOREIGN_BOOT_FILES = [".varimg", ".bootPowerOn", ".boot2", ".boot3", ".bootrst", ".bootcde", ".boot1"];

/** Bit of `.boot1` in a mask of foreign files: our own guard has that name too. */
const GUARD_BIT = 64;

/**
 * Which of them stand in Storage, one bit for each name.
 *
 * @param guardCrc32 CRC-32 of our own `.boot1`, which is not foreign
 */
export function findForeignFiles(interpreter: Interpreter, guardCrc32: number): number {
  let found = 0;
  let bit = 1;
  for (let i = 0; i < FOREIGN_BOOT_FILES.length; i++) {
    const text = interpreter.storageRead(FOREIGN_BOOT_FILES[i]);
    if (text !== undefined && (bit !== GUARD_BIT || interpreter.crc32(text) !== guardCrc32)) {
      found += bit;
    }
    bit *= 2;
  }
  return found;
}

/** Removes them. That clears one word of each header and moves nothing, so that power may fail in it. */
export function removeForeignFiles(found: number): void {
  let rest = found;
  for (let i = 0; i < FOREIGN_BOOT_FILES.length; i++) {
    if (rest % 2 === 1) {
      (builtIn("Storage") as { erase(name: string): void }).erase(FOREIGN_BOOT_FILES[i]);
    }
    rest = Math.floor(rest / 2);
  }
}
