/**
 * What a few bytes of flash may read as. A cut leaves bits that read differently each time, but what software can make
 * of 32 bytes with such bits are few things: blank, one certain content, or nothing.
 *
 * Bytes are compared with two readings only: every unstable bit as 1, and every one as 0. A tear leaves the bits
 * unstable that were being cleared, so that 0 is what was meant to stand there; a cut erase leaves those unstable that
 * were 0. A mixture would have to match a CRC-32 by chance (docs/explore.md, R4).
 */

import type { FlashPage } from "../flash-page";
import { shortCrc32 } from "./fast-hash";

/** What a reading can say. `ones` and `zeros`: the content is valid if unstable bits read so. */
export interface Readings {
  /** Whether no bit is unstable. */
  readonly stable: boolean;
  readonly canBeBlank: boolean;
  readonly validAsOnes: boolean;
  readonly validAsZeros: boolean;
}

/** CRC-32 of anything that ends with its own CRC-32. */
const CRC_RESIDUE = 0x2144df1c;

function isErased(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (bytes[i] !== 0xff) {
      return false;
    }
  }
  return true;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (bytes[i] !== 0) {
      return false;
    }
  }
  return true;
}

/** The bytes with every unstable bit read as 0. */
export function readAsZeros(page: FlashPage, from: number, to: number): Uint8Array {
  const bytes = page.bytes.slice(from, to);
  const mask = page.unstable;
  for (let i = 0; mask !== undefined && i < bytes.length; i++) {
    bytes[i] = bytes[i] & ~mask[from + i];
  }
  return bytes;
}

/** Whether content that ends with its own CRC-32 is intact. */
export function crcIsRight(bytes: Uint8Array): boolean {
  return shortCrc32(bytes) === CRC_RESIDUE;
}

/** What bytes `from` to `to` of a page can read as. `isValid` says what counts as content. */
export function readingsOf(
  page: FlashPage,
  from: number,
  to: number,
  isValid: (bytes: Uint8Array) => boolean = crcIsRight,
): Readings {
  const { bytes, unstable } = page;
  const canBeBlank = isErased(bytes, from, to);
  const stable = unstable === undefined || isZero(unstable, from, to);
  const validAsOnes = !canBeBlank && isValid(bytes.subarray(from, to));
  const validAsZeros = stable ? validAsOnes : isValid(readAsZeros(page, from, to));
  return { stable, canBeBlank, validAsOnes, validAsZeros };
}
