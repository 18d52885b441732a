/**
 * Judges an MCUboot image where it lies: structure, digest, policy, signature. One pass over a random-access source
 * with bounded memory. Rules: docs/spec-image.md; where they are stricter than MCUboot's validator, that page says why.
 *
 * The digest is computed from flash, header and TLVs are judged from RAM: a marginal bit could make these two different
 * images. So header and TLVs are read once more after the digest, which ties them together, unless the same wrong bytes
 * come twice.
 */

import { readU16, readU32, startsWith, viewBytes } from "../bytes";
import { IMAGE_HEADER_BYTES, TLV_BYTES_MAX, TLV_ENTRIES_MAX } from "../limits";
import type { ByteSource, HashPort } from "../ports";
import { Reason } from "../reasons";
import { u32And } from "../u32";
import { checkHeader, HeaderField, signedSizeBytes, TLV_HEAD_BYTES, TLV_INFO_BYTES } from "./header";
import { ImageFlag, Tlv, TLV_INFO_MAGIC, TLV_PROTECTED_INFO_MAGIC } from "./image";
import { Seal } from "./seal-kind";
import type { ImageVerifier, SignatureDemands } from "./signatures";

/** Where an image lies: a slot, at its address in the chip's address space, which ROM_FIXED images must name. */
export interface ImageSource extends ByteSource {
  readonly addressBytes: number;
}

/** What checking takes; a board has it. */
export interface ImageChecks {
  readonly hash: HashPort;
  readonly verifier: ImageVerifier;
}

/** What is demanded of every image; the bootloader's configuration has it. */
export interface ImageDemands extends SignatureDemands {
  /** 16 bytes; `undefined`: not checked. */
  readonly vendorId: Uint8Array | undefined;
  readonly classId: Uint8Array | undefined;
}

/** An image, and what became of it. reader.ts gives its parts names for people. */
export interface JudgedImage {
  /** False until it was read. */
  known: boolean;
  /** Why it must not start; None if it passed every check. */
  reason: Reason;
  /** The digest that its TLV states, 32 bytes; empty if the structure was refused. */
  digest: Uint8Array;
  /** The seal that stands for its signature, and perhaps for its digest; absent until one was looked for. */
  seal?: Seal;
  /** The security counter; 0 if there is none. */
  counter: number;
  /** From header to the end of the unprotected TLVs: what they say, also if it is too much. */
  totalSizeBytes: number;
  /** 32 bytes. */
  header: Uint8Array;
  /** What LMS signatures sign: the bytes from the header to the first of them; 0 if there is none. */
  lmsMessageBytes: number;
  /** Why a TLV is not allowed; NO_REFUSAL if all are. */
  typeRefusal: number;
  /** Type and value of each TLV that matters, in the order of the file. */
  readonly types: number[];
  readonly values: Uint8Array[];
}

/** Above all reasons for refusing a type. */
const NO_REFUSAL = 99;

/** A rule for values whose length depends on a key: longer than the key hash that they begin with. */
const ANY_LENGTH = 32;

export function unreadImage(): JudgedImage {
  const none = new Uint8Array(0);
  return {
    known: false,
    reason: Reason.None,
    digest: none,
    counter: 0,
    totalSizeBytes: 0,
    header: none,
    lmsMessageBytes: 0,
    typeRefusal: NO_REFUSAL,
    types: [],
    values: [],
  };
}

/** The value of the first TLV of this type, if it was there. */
export function findValue(image: JudgedImage, type: Tlv): Uint8Array | undefined {
  // There is nothing at index -1.
  return image.values[image.types.indexOf(type)];
}

/**
 * The one length that a value of this type may have, or the reason for refusing the type as a negative number; 0 for
 * types that mean nothing here.
 */
function ruleOf(type: number): number {
  if (type === Tlv.KeyHash || type === Tlv.Sha256) {
    return 32;
  }
  if (type === Tlv.Ed25519) {
    return 64;
  }
  if (type === Tlv.VendorId || type === Tlv.ClassId) {
    return 16;
  }
  if (type === Tlv.Dependency) {
    return 12;
  }
  if (type === Tlv.SecurityCounter) {
    return 4;
  }
  if (type === Tlv.Lms) {
    return ANY_LENGTH;
  }
  if (type === Tlv.PublicKey) {
    return -Reason.FullPublicKey;
  }
  if (type === Tlv.SignaturePure) {
    return -Reason.PureSignature;
  }
  if (type === Tlv.Sha384 || type === Tlv.Sha512) {
    return -Reason.DigestKind;
  }
  if (type >= Tlv.Rsa2048Pss && type <= Tlv.Rsa3072Pss) {
    return -Reason.SignatureKind;
  }
  return type >= Tlv.EncRsa2048 && type <= Tlv.EncX25519Sha512 ? -Reason.Encrypted : 0;
}

/**
 * Goes through the entries of one area and takes the values that matter.
 *
 * @param tlvs both areas
 * @param startBytes where the area begins in `tlvs`
 * @returns what ended the walk; a type that is refused does not, it is noted in the image
 */
function walkArea(
  image: JudgedImage, tlvs: Uint8Array, startBytes: number, endBytes: number, isProtected: boolean,
): Reason {
  let offset = startBytes + TLV_INFO_BYTES;
  for (let count = 0; offset !== endBytes; count++) {
    const start = offset + TLV_HEAD_BYTES;
    if (count === TLV_ENTRIES_MAX) {
      return Reason.TlvTooMany;
    }
    if (start > endBytes) {
      return Reason.TlvOverrun;
    }
    const type = readU16(tlvs, offset);
    const rule = ruleOf(type);
    offset = start + readU16(tlvs, start - 2);
    if (offset > endBytes) {
      return Reason.TlvOverrun;
    }
    // MCUboot tells the areas apart by the offset of the value, and takes this entry for an unprotected one.
    if (isProtected && start === endBytes) {
      return Reason.TlvEmptyLast;
    }
    // A type of the unprotected area means nothing in the other one: a digest cannot be right about itself.
    // Behind the first LMS signature there may be others: nothing else there would be signed by them.
    if (
      (rule !== 0 && type < Tlv.Dependency) === isProtected ||
      isProtected && image.lmsMessageBytes !== 0 && type !== Tlv.Lms
    ) {
      image.typeRefusal = Reason.TlvNotAllowed;
    } else if (rule < 0) {
      // Of several refusals, the one with the lowest number says most.
      image.typeRefusal = Math.min(image.typeRefusal, -rule);
    } else if (rule > 0) {
      const length = offset - start;
      if (type === Tlv.Lms) {
        if (length <= ANY_LENGTH) {
          return Reason.TlvLength;
        }
        if (image.lmsMessageBytes === 0) {
          image.lmsMessageBytes = start - TLV_HEAD_BYTES;
        }
      } else if (length !== rule) {
        return Reason.TlvLength;
      }
      const mayRepeat = type === Tlv.KeyHash || type === Tlv.Ed25519 || type === Tlv.Dependency || type === Tlv.Lms;
      if (!mayRepeat && findValue(image, type) !== undefined) {
        return Reason.TlvDuplicate;
      }
      image.types.push(type);
      image.values.push(viewBytes(tlvs, start, length));
    }
  }
  return Reason.None;
}

function isOtherId(demanded: Uint8Array | undefined, found: Uint8Array | undefined): boolean {
  return demanded !== undefined && (found === undefined || !startsWith(found, demanded));
}

/** Reads everything but the payload, and checks everything but the signature. */
function checkUnsigned(
  image: JudgedImage, source: ImageSource, hash: HashPort, demands: ImageDemands, maxSizeBytes: number,
  counterFloor: number, findSeal: (image: JudgedImage) => Seal,
): Reason {
  const header = image.header = source.read(0, IMAGE_HEADER_BYTES);
  const protectedBytes = readU16(header, HeaderField.ProtectedSize);
  const signedBytes = signedSizeBytes(header);
  let reason = checkHeader(header, maxSizeBytes);
  if (reason !== Reason.None) {
    return reason;
  }
  const info = source.read(signedBytes, TLV_INFO_BYTES);
  const openBytes = readU16(info, 0) === TLV_INFO_MAGIC ? Math.max(readU16(info, 2), TLV_INFO_BYTES) : TLV_INFO_BYTES;
  image.totalSizeBytes = signedBytes + openBytes;
  if (image.totalSizeBytes > maxSizeBytes) {
    return Reason.ImageTooLarge;
  }
  if (protectedBytes + openBytes > TLV_BYTES_MAX) {
    return Reason.TlvTooMany;
  }
  const tlvs = source.read(signedBytes - protectedBytes, protectedBytes + openBytes);
  if (protectedBytes !== 0) {
    reason = readU32(tlvs, 0) === TLV_PROTECTED_INFO_MAGIC + protectedBytes * 65536
      ? walkArea(image, tlvs, 0, protectedBytes, true)
      : Reason.ProtectedSize;
  }
  if (reason === Reason.None) {
    reason = readU32(tlvs, protectedBytes) === TLV_INFO_MAGIC + openBytes * 65536
      ? walkArea(image, tlvs, protectedBytes, tlvs.length, false)
      : Reason.TlvInfo;
  }
  // Until here it was counted from the protected area's start.
  if (image.lmsMessageBytes !== 0) {
    image.lmsMessageBytes += signedBytes - protectedBytes;
  }
  // Named first: a digest or key hash of another length comes with another digest.
  if (image.typeRefusal < NO_REFUSAL) {
    return image.typeRefusal;
  }
  if (reason !== Reason.None) {
    return reason;
  }
  const stated = findValue(image, Tlv.Sha256);
  const counter = findValue(image, Tlv.SecurityCounter);
  if (stated === undefined) {
    return Reason.DigestMissing;
  }
  image.digest = stated;
  image.counter = counter === undefined ? 0 : readU32(counter, 0);
  image.seal = findSeal(image);
  if (
    image.seal !== Seal.VerifiedContent && !startsWith(hash.sha256Region(source, 0, signedBytes), stated) ||
    !startsWith(source.read(0, IMAGE_HEADER_BYTES), header) ||
    !startsWith(source.read(signedBytes - protectedBytes, tlvs.length), tlvs)
  ) {
    return Reason.DigestMismatch;
  }
  const demandsAddress = u32And(header[HeaderField.Flags + 1], ImageFlag.RomFixed / 256) !== 0;
  if (demandsAddress && readU32(header, HeaderField.LoadAddress) !== source.addressBytes) {
    return Reason.WrongAddress;
  }
  if (isOtherId(demands.vendorId, findValue(image, Tlv.VendorId))) {
    return Reason.WrongVendor;
  }
  if (isOtherId(demands.classId, findValue(image, Tlv.ClassId))) {
    return Reason.WrongClass;
  }
  if (image.counter >= counterFloor) {
    return Reason.None;
  }
  return counter === undefined ? Reason.CounterMissing : Reason.CounterBelowFloor;
}

/**
 * Reads and judges the image at offset 0 of `source`: structure, then digest, then policy, then signature.
 *
 * Refuses with ImageMagic, HeaderSize, ImageTooLarge, FlagsContradict, Encrypted, Compressed, NonBootable;
 * PureSignature, DigestKind, SignatureKind, FullPublicKey, TlvNotAllowed; ProtectedSize, TlvInfo, TlvOverrun,
 * TlvEmptyLast, TlvTooMany, TlvLength, TlvDuplicate; DigestMissing, DigestMismatch (also when the flash reads
 * differently the second time); WrongAddress, WrongVendor, WrongClass, CounterMissing, CounterBelowFloor; and as the
 * verifier's `checkSignatures`.
 *
 * @param source at least 32 bytes, and at least `maxSizeBytes`
 * @param maxSizeBytes the image must end at or before this offset
 * @param counterFloor the security counter must be at least this; an image without one counts as 0
 * @param findSeal asked when the structure is good: which seal stands for an image of this digest, counter and size
 */
export function judgeImage(
  source: ImageSource,
  checks: ImageChecks,
  demands: ImageDemands,
  maxSizeBytes: number,
  counterFloor: number,
  findSeal: (image: JudgedImage) => Seal,
): JudgedImage {
  const image = unreadImage();
  let reason = checkUnsigned(image, source, checks.hash, demands, maxSizeBytes, counterFloor, findSeal);
  if (reason === Reason.None && image.seal === Seal.None) {
    reason = checks.verifier.checkSignatures(image.types, image.values, image.digest, function (): Uint8Array {
      return checks.hash.sha256Region(source, 0, image.lmsMessageBytes);
    }, demands);
  }
  image.reason = reason;
  image.known = true;
  return image;
}
