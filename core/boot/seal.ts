/**
 * Seals: HMACs under the device key that stand behind an image in its slot (SPEC.md, "Seals"). The seal of a verified
 * image lets an ordinary boot skip the signature; the seal of a confirmed one outlives the loss of the journal.
 * They are worth what the device key's secrecy is worth (SECURITY.md).
 */

import { startsWith, writeU32 } from "../bytes";
import { hmacSha256 } from "../crypto/hmac";
import { trailerStart } from "../image/trailer";
import { BLANK_CRC } from "../journal/record";
import type { FlashPort, HashPort } from "../ports";
import type { Slot } from "../slot";

/** Who seals: only this device with these trusted keys gets the same seal. */
export interface Sealer {
  /** 32 bytes; `undefined`: the device has none, and there are no seals. */
  readonly deviceKey: Uint8Array | undefined;
  /** 12 bytes, see identity.ts. */
  readonly identity: Uint8Array;
}

/** What a seal is about. */
export interface SealedImage {
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** The security counter; 0 if there is none. */
  readonly counter: number;
  readonly totalSizeBytes: number;
}

export const enum Seal {
  /** Digest, signature and policy were checked in full on this device, for the keys that it trusts now. */
  Verified = 0,
  /** The image was confirmed on this device, whatever keys it trusted then. */
  Confirmed = 1,
}

/** Size of a seal, and its alignment: a multiple of every write unit, so that it never shares a word with the image. */
const SEAL_BYTES = 32;

/**
 * HMAC-SHA-256 over "TBS1", kind, slot, two zero bytes, counter (u32), the image's digest, and for a verified image the
 * identity: a key that is trusted no more takes the seals of its images with it.
 */
function computeSeal(
  hash: HashPort, deviceKey: Uint8Array, identity: Uint8Array, slot: Slot, image: SealedImage, kind: Seal,
): Uint8Array {
  const message = new Uint8Array(56);
  writeU32(message, 0, 0x31534254);
  writeU32(message, 4, kind + slot * 256);
  writeU32(message, 8, image.counter);
  message.set(image.digest, 12);
  if (kind === Seal.Verified) {
    message.set(identity, 44);
  }
  return hmacSha256(hash, deviceKey, message);
}

/**
 * Looks at the place of a seal behind the image in `slot`. There is none where the device has no key, or where there is
 * no room before the trailer.
 *
 * @param mayWrite whether to write the seal if nothing stands there yet; otherwise it is compared
 * @returns whether the image carries a valid seal of this kind; without meaning if it was to be written
 */
export function useSeal(
  flash: FlashPort,
  hash: HashPort,
  sealer: Sealer,
  slot: Slot,
  image: SealedImage,
  kind: Seal,
  mayWrite: boolean,
): boolean {
  const deviceKey = sealer.deviceKey;
  const offset = (Math.ceil(image.totalSizeBytes / SEAL_BYTES) + kind) * SEAL_BYTES;
  if (deviceKey === undefined || offset + SEAL_BYTES > trailerStart(flash.sizeBytes)) {
    return false;
  }
  const found = flash.read(offset, SEAL_BYTES);
  if (!mayWrite) {
    return startsWith(found, computeSeal(hash, deviceKey, sealer.identity, slot, image, kind));
  }
  if (hash.crc32(found) === BLANK_CRC) {
    flash.write(offset, computeSeal(hash, deviceKey, sealer.identity, slot, image, kind));
  }
  return false;
}
