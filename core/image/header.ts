/** The 32 bytes at the start of an MCUboot image (`struct image_header`), little endian. */

import { readU16, readU32 } from "../bytes";
import { IMAGE_HEADER_BYTES } from "../limits";
import type { ByteSource } from "../ports";
import { Reason } from "../reasons";
import { u32And } from "../u32";
import type { ImageHeader, Version } from "./image";
import { IMAGE_MAGIC, ImageFlag } from "./image";

/** Size of the info header that opens a TLV area: u16 magic, u16 total. */
export const TLV_INFO_BYTES = 4;

const FLAGS_AES = ImageFlag.EncryptedAes128 + ImageFlag.EncryptedAes256;
const FLAGS_LZMA = ImageFlag.CompressedLzma1 + ImageFlag.CompressedLzma2;

/** `reason` is `Reason.None` exactly if `header` is there. */
export interface HeaderVerdict {
  readonly reason: Reason;
  readonly header: ImageHeader | undefined;
}

/** Reads the eight bytes u8 major, u8 minor, u16 revision, u32 build. */
export function readVersion(bytes: Uint8Array, offsetBytes: number): Version {
  return {
    major: bytes[offsetBytes],
    minor: bytes[offsetBytes + 1],
    revision: readU16(bytes, offsetBytes + 2),
    build: readU32(bytes, offsetBytes + 4),
  };
}

/** Takes the fields apart and judges nothing: for inspection. `readHeader` is for deciding. */
export function parseHeader(bytes: Uint8Array): ImageHeader {
  return {
    loadAddress: readU32(bytes, 4),
    headerSizeBytes: readU16(bytes, 8),
    protectedSizeBytes: readU16(bytes, 10),
    payloadSizeBytes: readU32(bytes, 12),
    flags: readU32(bytes, 16),
    version: readVersion(bytes, 20),
  };
}

/** The offset where the TLVs begin: header and payload are in front of it. */
export function bodySizeBytes(header: ImageHeader): number {
  return header.headerSizeBytes + header.payloadSizeBytes;
}

function hasAll(flags: number, mask: number): boolean {
  return u32And(flags, mask) === mask;
}

function checkFlags(flags: number): Reason {
  if (hasAll(flags, FLAGS_AES) || hasAll(flags, FLAGS_LZMA)) {
    return Reason.FlagsContradict;
  }
  if (u32And(flags, FLAGS_AES) !== 0) {
    return Reason.Encrypted;
  }
  if (u32And(flags, FLAGS_LZMA + ImageFlag.CompressedArmThumb) !== 0) {
    return Reason.Compressed;
  }
  return hasAll(flags, ImageFlag.NonBootable) ? Reason.NonBootable : Reason.None;
}

function checkHeader(header: ImageHeader, maxSizeBytes: number, sourceSizeBytes: number): Reason {
  if (header.headerSizeBytes < IMAGE_HEADER_BYTES) {
    return Reason.HeaderSize;
  }
  // Exact in a double, so there is no 32-bit overflow to fear. The shortest image that is to come ends with an empty
  // unprotected area.
  const leastSizeBytes = bodySizeBytes(header) + header.protectedSizeBytes + TLV_INFO_BYTES;
  if (leastSizeBytes > maxSizeBytes) {
    return Reason.ImageTooLarge;
  }
  if (leastSizeBytes > sourceSizeBytes) {
    return Reason.ImageTruncated;
  }
  return checkFlags(header.flags);
}

/**
 * Reads and checks the header of the image at offset 0 of `source`. One read of 32 bytes; nothing is authentic yet.
 * After acceptance header, payload, protected area and the info header of the unprotected area lie within `source`.
 *
 * Refuses with ImageTruncated, ImageMagic, HeaderSize (below 32, where MCUboot has no check), ImageTooLarge,
 * FlagsContradict, Encrypted, Compressed, NonBootable.
 *
 * @param maxSizeBytes the image must end at or before this offset
 */
export function readHeader(source: ByteSource, maxSizeBytes: number): HeaderVerdict {
  let reason: Reason = Reason.ImageTruncated;
  let header: ImageHeader | undefined = undefined;
  if (source.sizeBytes >= IMAGE_HEADER_BYTES) {
    const bytes = source.read(0, IMAGE_HEADER_BYTES);
    header = parseHeader(bytes);
    reason = readU32(bytes, 0) === IMAGE_MAGIC
      ? checkHeader(header, maxSizeBytes, source.sizeBytes)
      : Reason.ImageMagic;
  }
  return { reason, header: reason === Reason.None ? header : undefined };
}
