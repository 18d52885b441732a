/** MCUboot's trailer at the end of a slot, read only: the flags of factory images (MCUboot docs/design.md). */

import { isFilled, readU16, startsWith } from "../bytes";
import type { ByteSource } from "../ports";
import { bytesOf } from "./bytes-of";

export const TRAILER_MAGIC_BYTES = 16;

/** Largest write alignment of a build without the longer forms. */
export const MAX_ALIGN_DEFAULT = 8;

/** Fields by their place, counted backwards from the magic. */
export const enum TrailerField {
  ImageOk = 0,
  CopyDone = 1,
  SwapInfo = 2,
}

export const enum TrailerMagic {
  Good = 0,
  /** All bytes erased. */
  Unset = 1,
  Bad = 2,
}

export const enum TrailerFlag {
  Set = 0,
  /** Erased. */
  Unset = 1,
  Bad = 2,
}

export interface Trailer {
  readonly magic: TrailerMagic;
  readonly imageOk: TrailerFlag;
  readonly copyDone: TrailerFlag;
  /** Offset of the swap_info field in the layout that the magic tells: an image beyond it and the flags overlap. */
  readonly startBytes: number;
}

/** @param maxAlign 8, 16 or 32; the magic of the longer forms tells it. */
export function trailerMagic(maxAlign: number): Uint8Array {
  return bytesOf(
    maxAlign === MAX_ALIGN_DEFAULT
      ? [0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80]
      : [maxAlign, 0, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a],
  );
}

/** Offset of a trailer field in a slot of `slotSizeBytes`. */
export function trailerFieldOffset(slotSizeBytes: number, maxAlign: number, field: TrailerField): number {
  const lowest = slotSizeBytes - TRAILER_MAGIC_BYTES - maxAlign;
  return lowest - lowest % maxAlign - field * maxAlign;
}

/** Where images must end at the latest: the swap_info field for the alignment 8, as in MCUboot's direct-XIP. */
export function trailerStart(slotSizeBytes: number): number {
  // trailerFieldOffset for that field, worked out: it is asked at every start.
  return slotSizeBytes - slotSizeBytes % MAX_ALIGN_DEFAULT - 40;
}

/** Whether the flag `field` is set, in the layout of `maxAlign`. */
export function readTrailerFlag(slot: ByteSource, maxAlign: number, field: TrailerField): TrailerFlag {
  const value = slot.read(trailerFieldOffset(slot.sizeBytes, maxAlign, field), 1)[0];
  if (value === 1) {
    return TrailerFlag.Set;
  }
  return value === 0xff ? TrailerFlag.Unset : TrailerFlag.Bad;
}

/**
 * The alignment that a good magic tells (8, 16 or 32); 0 without a good magic.
 *
 * @param magic the last 16 bytes of the slot
 */
export function trailerAlignment(magic: Uint8Array): number {
  const stated = readU16(magic, 0);
  const maxAlign = stated === 16 || stated === 32 ? stated : MAX_ALIGN_DEFAULT;
  return startsWith(magic, trailerMagic(maxAlign)) ? maxAlign : 0;
}

/**
 * Reads the trailer of a slot in flash that erases to 0xFF. The magic tells the layout (alignment 8, 16 or 32);
 * without a good magic it is that of 8.
 *
 * @param slot the whole slot, at least 160 bytes
 */
export function readTrailer(slot: ByteSource): Trailer {
  const bytes = slot.read(slot.sizeBytes - TRAILER_MAGIC_BYTES, TRAILER_MAGIC_BYTES);
  const maxAlign = trailerAlignment(bytes);
  const layout = maxAlign === 0 ? MAX_ALIGN_DEFAULT : maxAlign;
  const absent = isFilled(bytes, 0, TRAILER_MAGIC_BYTES, 0xff) ? TrailerMagic.Unset : TrailerMagic.Bad;
  return {
    magic: maxAlign === 0 ? absent : TrailerMagic.Good,
    imageOk: readTrailerFlag(slot, layout, TrailerField.ImageOk),
    copyDone: readTrailerFlag(slot, layout, TrailerField.CopyDone),
    startBytes: trailerFieldOffset(slot.sizeBytes, layout, TrailerField.SwapInfo),
  };
}
