/**
 * One page of the chip: its bytes, the bits that no longer have a value, and what the page has been through.
 * Pages are shared between snapshots and copied before the first change (see `FlashPage.owner`).
 */

import { createHash } from "node:crypto";
import { ERASED } from "./flash-geometry";
import type { FlashGeometry } from "./flash-geometry";
import { SeededRandom } from "./random";

/** Stuck bits of one page at most; a page with more is no worse for any software. */
const STUCK_BITS_MAX = 64;

export class FlashPage {
  /** Content; an unstable bit stands here as 1, so that equal states have equal bytes. */
  readonly bytes: Uint8Array;
  /** Mask of the unstable bits; `undefined`: none. */
  unstable: Uint8Array | undefined;
  /** Programmings of each write unit since the last complete erase; only where the chip limits them. */
  readonly programs: Uint8Array | undefined;
  /** Complete and torn erases so far. */
  eraseCount: number;
  /** Who may change this object; anybody else copies it first. */
  owner: number;
  private digestCache: string | undefined;

  constructor(owner: number, bytes: Uint8Array, programs: Uint8Array | undefined, eraseCount: number) {
    this.owner = owner;
    this.bytes = bytes;
    this.programs = programs;
    this.eraseCount = eraseCount;
    this.unstable = undefined;
    this.digestCache = undefined;
  }

  static erased(geometry: FlashGeometry, owner: number, eraseCount: number): FlashPage {
    const bytes = new Uint8Array(geometry.pageSizeBytes).fill(ERASED);
    const units = geometry.pageSizeBytes / geometry.writeUnitBytes;
    const programs = geometry.writesPerWordMax === undefined ? undefined : new Uint8Array(units);
    return new FlashPage(owner, bytes, programs, eraseCount);
  }

  copyFor(owner: number): FlashPage {
    const copy = new FlashPage(owner, this.bytes.slice(), this.programs?.slice(), this.eraseCount);
    copy.unstable = this.unstable?.slice();
    return copy;
  }

  /** To be called before any change of content. */
  touch(): void {
    this.digestCache = undefined;
  }

  /** Names the content: bytes, unstable bits and program counts. Wear is left out. */
  digest(): string {
    if (this.digestCache === undefined) {
      const hash = createHash("sha1").update(this.bytes);
      if (this.unstable !== undefined) {
        hash.update("unstable").update(this.unstable);
      }
      if (this.programs !== undefined) {
        hash.update("programs").update(this.programs);
      }
      this.digestCache = hash.digest("base64");
    }
    return this.digestCache;
  }

  /** Replaces content as a programmer on the bench would: stable, each unit programmed once unless it is blank. */
  replace(from: number, bytes: Uint8Array, unitBytes: number): void {
    this.bytes.set(bytes, from);
    this.unstable?.fill(0, from, from + bytes.length);
    this.dropEmptyMask();
    const end = this.programs === undefined ? 0 : from + bytes.length;
    for (let i = Math.floor(from / unitBytes); i * unitBytes < end; i++) {
      const blank = this.bytes.subarray(i * unitBytes, (i + 1) * unitBytes).every((byte) => byte === ERASED);
      this.programs![i] = blank ? 0 : 1;
    }
  }

  /** Clears bits. A programmed 0 is stable, whatever the bit was before. */
  program(from: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      this.bytes[from + i] = this.bytes[from + i] & bytes[i];
    }
    if (this.unstable !== undefined) {
      for (let i = 0; i < bytes.length; i++) {
        this.unstable[from + i] = this.unstable[from + i] & bytes[i];
      }
      this.dropEmptyMask();
    }
  }

  /** Programming that power interrupted: bits that were 1 and should become 0 lose their value. */
  programTorn(from: number, bytes: Uint8Array): void {
    const mask = this.mask();
    for (let i = 0; i < bytes.length; i++) {
      mask[from + i] = mask[from + i] | (this.bytes[from + i] & ~bytes[i] & 0xff);
    }
    this.dropEmptyMask();
  }

  /** An erase that power interrupted: complete below `doneBytes`; from there on bits that were 0 lose their value. */
  eraseTorn(doneBytes: number): void {
    const mask = this.mask();
    for (let i = 0; i < this.bytes.length; i++) {
      mask[i] = i < doneBytes ? 0 : mask[i] | (~this.bytes[i] & 0xff);
      this.bytes[i] = ERASED;
    }
    this.dropEmptyMask();
  }

  private mask(): Uint8Array {
    this.unstable ??= new Uint8Array(this.bytes.length);
    return this.unstable;
  }

  private dropEmptyMask(): void {
    if (this.unstable !== undefined && this.unstable.every((bits) => bits === 0)) {
      this.unstable = undefined;
    }
  }
}

/**
 * The bits of a page that stay 0 after an erase because the page is worn: one for each erase beyond the endurance.
 * They depend on the page's number only, so that every run wears in the same way.
 *
 * @returns pairs: offset in the page, mask of the bit
 */
export function stuckBits(geometry: FlashGeometry, pageNumber: number, eraseCount: number): [number, number][] {
  const beyond = geometry.enduranceCycles === undefined ? 0 : eraseCount - geometry.enduranceCycles;
  const bits: [number, number][] = [];
  const random = new SeededRandom(0x5eed0000 + pageNumber);
  for (let i = 0; i < Math.min(beyond, STUCK_BITS_MAX); i++) {
    bits.push([random.below(geometry.pageSizeBytes), 1 << random.below(8)]);
  }
  return bits;
}
