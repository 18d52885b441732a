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

/** Size of the head of an entry: u16 type, u16 length. */
export const TLV_HEAD_BYTES = 4;

/** Flags by the byte of ih_flags that they stand in, the lowest byte first. */
const FLAGS0_AES = ImageFlag.EncryptedAes128 + ImageFlag.EncryptedAes256;
const FLAGS1_LZMA = (ImageFlag.CompressedLzma1 + ImageFlag.CompressedLzma2) / 256;
const FLAGS1_COMPRESSED = FLAGS1_LZMA + ImageFlag.CompressedArmThumb / 256;

/** Offsets in the header. Reserved: 2 bytes from 28 on. */
export const enum HeaderField {
  Magic = 0,
  LoadAddress = 4,
  HeaderSize = 8,
  /** Size of the protected TLV area with its info header; 0 if there is none. */
  ProtectedSize = 10,
  PayloadSize = 12,
  Flags = 16,
  Version = 20,
}

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
    loadAddress: readU32(bytes, HeaderField.LoadAddress),
    headerSizeBytes: readU16(bytes, HeaderField.HeaderSize),
    protectedSizeBytes: readU16(bytes, HeaderField.ProtectedSize),
    payloadSizeBytes: readU32(bytes, HeaderField.PayloadSize),
    flags: readU32(bytes, HeaderField.Flags),
    version: readVersion(bytes, HeaderField.Version),
  };
}

/** Bytes that digest and signature cover: header, payload, protected TLVs. Exact in a double. */
export function signedSizeBytes(header: Uint8Array): number {
  return (
    readU16(header, HeaderField.HeaderSize) +
    readU32(header, HeaderField.PayloadSize) +
    readU16(header, HeaderField.ProtectedSize)
  );
}

/** The shortest image with this header ends with an empty unprotected area. */
export function leastSizeBytes(header: Uint8Array): number {
  return signedSizeBytes(header) + TLV_INFO_BYTES;
}

/**
 * Checks the 32 bytes of a header. After acceptance header, payload, protected area and the info header of the
 * unprotected area end at or before `maxSizeBytes`. Refusals: see `readHeader`, without ImageTruncated.
 */
export function checkHeader(header: Uint8Array, maxSizeBytes: number): Reason {
  const aes = u32And(header[HeaderField.Flags], FLAGS0_AES);
  const compressed = u32And(header[HeaderField.Flags + 1], FLAGS1_COMPRESSED);
  if (readU32(header, HeaderField.Magic) !== IMAGE_MAGIC) {
    return Reason.ImageMagic;
  }
  if (readU16(header, HeaderField.HeaderSize) < IMAGE_HEADER_BYTES) {
    return Reason.HeaderSize;
  }
  if (leastSizeBytes(header) > maxSizeBytes) {
    return Reason.ImageTooLarge;
  }
  if (aes === FLAGS0_AES || u32And(compressed, FLAGS1_LZMA) === FLAGS1_LZMA) {
    return Reason.FlagsContradict;
  }
  if (aes !== 0) {
    return Reason.Encrypted;
  }
  if (compressed !== 0) {
    return Reason.Compressed;
  }
  return u32And(header[HeaderField.Flags], ImageFlag.NonBootable) === 0 ? Reason.None : Reason.NonBootable;
}

/**
 * What an image that does not fit into a source that is shorter than the slot lacks.
 *
 * @param endBytes where the image ends, or has to end at the earliest
 */
export function truncationOf(reason: Reason, endBytes: number, maxSizeBytes: number): Reason {
  return reason === Reason.ImageTooLarge && endBytes <= maxSizeBytes ? Reason.ImageTruncated : reason;
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
  if (source.sizeBytes < IMAGE_HEADER_BYTES) {
    return { reason: Reason.ImageTruncated, header: undefined };
  }
  const bytes = source.read(0, IMAGE_HEADER_BYTES);
  const refusal = checkHeader(bytes, Math.min(maxSizeBytes, source.sizeBytes));
  const reason = truncationOf(refusal, leastSizeBytes(bytes), maxSizeBytes);
  return { reason, header: reason === Reason.None ? parseHeader(bytes) : undefined };
}
