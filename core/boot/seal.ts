/**
 * Seals: HMACs under the device key that stand behind an image in its slot (SPEC.md, "Seals"). The seal of a verified
 * image lets an ordinary boot skip the signature; the seal of a confirmed one outlives the loss of the journal.
 * They are worth what the device key's secrecy is worth (SECURITY.md).
 */

import { startsWith, writeU32 } from "../bytes";
import { hmacSha256 } from "../crypto/hmac";
import { Seal } from "../image/seal-kind";
import { trailerStart } from "../image/trailer";
import { BLANK_CRC } from "../journal/record";
import { SEAL_PIECE_BYTES } from "../limits";
import type { ByteSource, FlashPort, HashPort } from "../ports";
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

/** Size of a seal, and its alignment: a multiple of every write unit, so that it never shares a word with the image. */
const SEAL_BYTES = 32;

/** CRC-32 of the CRC-32s (u32) of the image's pieces: native ones want their bytes in one piece in RAM. */
function contentCrc(source: ByteSource, hash: HashPort, sizeBytes: number): number {
  const crcs = new Uint8Array(Math.ceil(sizeBytes / SEAL_PIECE_BYTES) * 4);
  for (let at = 0, i = 0; at < sizeBytes; at += SEAL_PIECE_BYTES, i += 4) {
    writeU32(crcs, i, hash.crc32(source.read(at, Math.min(SEAL_PIECE_BYTES, sizeBytes - at))));
  }
  return hash.crc32(crcs);
}

/**
 * HMAC-SHA-256 over "TBS1", kind, slot, two zero bytes, counter (u32), the image's digest, the identity (a key that is
 * trusted no more takes the seals of its images with it) and the CRC-32 of its content; the last two are zeros where
 * the kind does not cover them.
 */
function computeSeal(
  flash: FlashPort, hash: HashPort, deviceKey: Uint8Array, identity: Uint8Array, slot: Slot, image: SealedImage,
  kind: Seal,
): Uint8Array {
  const message = new Uint8Array(60);
  writeU32(message, 0, 0x31534254);
  writeU32(message, 4, kind + slot * 256);
  writeU32(message, 8, image.counter);
  message.set(image.digest, 12);
  if (kind !== Seal.Confirmed) {
    message.set(identity, 44);
  }
  if (kind === Seal.VerifiedContent) {
    writeU32(message, 56, contentCrc(flash, hash, image.totalSizeBytes));
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
  const offset = (Math.ceil(image.totalSizeBytes / SEAL_BYTES) + kind % 2) * SEAL_BYTES;
  if (deviceKey === undefined || offset + SEAL_BYTES > trailerStart(flash.sizeBytes)) {
    return false;
  }
  const found = flash.read(offset, SEAL_BYTES);
  if (!mayWrite) {
    return startsWith(found, computeSeal(flash, hash, deviceKey, sealer.identity, slot, image, kind));
  }
  if (hash.crc32(found) === BLANK_CRC) {
    flash.write(offset, computeSeal(flash, hash, deviceKey, sealer.identity, slot, image, kind));
  }
  return false;
}
