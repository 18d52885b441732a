/**
 * Seals: HMACs under the device key that stand behind an image in its slot (SPEC.md, "Seals"). The seal of a verified
 * image lets an ordinary boot skip the signature; the seal of a confirmed one outlives the loss of the journal.
 * They are worth what the device key's secrecy is worth (SECURITY.md).
 */

import { alignUp, equalBytes, isFilled, writeU32 } from "../bytes";
import { hmacSha256 } from "../crypto/hmac";
import type { ImageFacts } from "../image/image";
import { trailerStart } from "../image/trailer";
import type { FlashPort, HashPort } from "../ports";
import type { Slot } from "../slot";

export const enum Seal {
  /** Digest, signature and policy were checked in full on this device. */
  Verified = 0,
  /** The image was confirmed on this device. */
  Confirmed = 1,
}

const SEAL_BYTES = 32;
/** A multiple of every write unit, so that a seal never shares a word with the image. */
const SEAL_ALIGNMENT_BYTES = 32;

function sealOffset(image: ImageFacts, kind: Seal): number {
  return alignUp(image.totalSizeBytes, SEAL_ALIGNMENT_BYTES) + kind * SEAL_BYTES;
}

/** HMAC-SHA-256 over "TBS1", kind, slot, two zero bytes, counter (u32) and the image's digest. */
function computeSeal(hash: HashPort, deviceKey: Uint8Array, slot: Slot, image: ImageFacts, kind: Seal): Uint8Array {
  const message = new Uint8Array(44);
  writeU32(message, 0, 0x31534254);
  message[4] = kind;
  message[5] = slot;
  writeU32(message, 8, image.securityCounter === undefined ? 0 : image.securityCounter);
  message.set(image.digest, 12);
  return hmacSha256(hash, deviceKey, message);
}

/** Whether the image in `slot` carries a valid seal of this kind. */
export function sealIsValid(
  flash: FlashPort,
  hash: HashPort,
  deviceKey: Uint8Array | undefined,
  slot: Slot,
  image: ImageFacts,
  kind: Seal,
): boolean {
  const offset = sealOffset(image, kind);
  if (deviceKey === undefined || offset + SEAL_BYTES > trailerStart(flash.sizeBytes)) {
    return false;
  }
  const expected = computeSeal(hash, deviceKey, slot, image, kind);
  return equalBytes(flash.read(offset, SEAL_BYTES), 0, expected, 0, SEAL_BYTES);
}

/** Writes a seal if the device has a key, there is room before the trailer and nothing stands there yet. */
export function writeSeal(
  flash: FlashPort,
  hash: HashPort,
  deviceKey: Uint8Array | undefined,
  slot: Slot,
  image: ImageFacts,
  kind: Seal,
): void {
  const offset = sealOffset(image, kind);
  if (deviceKey === undefined || offset + SEAL_BYTES > trailerStart(flash.sizeBytes)) {
    return;
  }
  if (isFilled(flash.read(offset, SEAL_BYTES), 0, SEAL_BYTES, 255)) {
    flash.write(offset, computeSeal(hash, deviceKey, slot, image, kind));
  }
}
