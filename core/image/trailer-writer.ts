/** Pads a signed image to a slot with a trailer, as `imgtool sign --pad`, `--test` and `--confirm` do. Host side. */

import { alignUp } from "../bytes";
import { Reason } from "../reasons";
import { TRAILER_MAGIC_BYTES, trailerFieldOffset, TrailerField, trailerMagic } from "./trailer";

/** imgtool's default for `--max-sectors`. */
export const MAX_SECTORS_DEFAULT = 128;

export interface TrailerLayout {
  /** A multiple of `maxAlign`. */
  readonly slotSizeBytes: number;
  /** The flash's write unit: 1, 2, 4, 8, 16 or 32. It changes the reserved size only. */
  readonly align: number;
  /** Largest write alignment: 8, 16 or 32. */
  readonly maxAlign: number;
  readonly maxSectors: number;
  /** For a bootloader that overwrites: it has no flags, only the magic. */
  readonly overwriteOnly: boolean;
}

export interface PadOptions {
  readonly layout: TrailerLayout;
  /** Whether the image is confirmed from the beginning; without effect for `overwriteOnly`. */
  readonly confirm: boolean;
  /** What erased flash reads: 0xFF, on some chips 0x00. */
  readonly erasedValue: number;
}

/** `reason` is `Reason.None` exactly if `bytes` is there. */
export interface PadResult {
  readonly reason: Reason;
  readonly bytes: Uint8Array | undefined;
}

/** Bytes that a signed image leaves free at the end of its slot: swap status, flags and magic. */
export function trailerSizeBytes(layout: TrailerLayout): number {
  const magicSizeBytes = alignUp(TRAILER_MAGIC_BYTES, layout.maxAlign);
  if (layout.overwriteOnly) {
    return layout.maxAlign * 2 + magicSizeBytes;
  }
  return layout.maxSectors * 3 * layout.align + layout.maxAlign * 4 + magicSizeBytes;
}

/** Refuses with ImageTooLarge if an image of `imageSizeBytes` does not leave the trailer free. */
export function checkFits(imageSizeBytes: number, layout: TrailerLayout): Reason {
  return imageSizeBytes + trailerSizeBytes(layout) > layout.slotSizeBytes ? Reason.ImageTooLarge : Reason.None;
}

/**
 * A file of exactly the slot's size: image, erased bytes, trailer with magic and, if asked for, image_ok.
 * copy_done is never written: the first boot does that.
 *
 * Refuses with ImageTooLarge.
 */
export function padImage(image: Uint8Array, options: PadOptions): PadResult {
  const layout = options.layout;
  const reason = checkFits(image.length, layout);
  if (reason !== Reason.None) {
    return { reason, bytes: undefined };
  }
  const bytes = new Uint8Array(layout.slotSizeBytes);
  bytes.fill(options.erasedValue);
  bytes.set(image, 0);
  bytes.set(trailerMagic(layout.maxAlign), layout.slotSizeBytes - TRAILER_MAGIC_BYTES);
  if (options.confirm && !layout.overwriteOnly) {
    bytes[trailerFieldOffset(layout.slotSizeBytes, layout.maxAlign, TrailerField.ImageOk)] = 1;
  }
  return { reason, bytes };
}
