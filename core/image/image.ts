/** What an MCUboot image says of itself, and the names of its parts (MCUboot `image.h`, state of July 2026). */

import type { Reason } from "../reasons";
import type { TrustedKey } from "../ports";
import type { SignaturePolicy } from "./signatures";

export const IMAGE_MAGIC = 0x96f3b83d;
export const TLV_INFO_MAGIC = 0x6907;
export const TLV_PROTECTED_INFO_MAGIC = 0x6908;

/** Bits of ih_flags. */
export const enum ImageFlag {
  Pic = 0x1,
  EncryptedAes128 = 0x4,
  EncryptedAes256 = 0x8,
  NonBootable = 0x10,
  RamLoad = 0x20,
  RomFixed = 0x100,
  CompressedLzma1 = 0x200,
  CompressedLzma2 = 0x400,
  CompressedArmThumb = 0x800,
}

/** TLV types (predefined ones). */
export const enum Tlv {
  KeyHash = 0x01,
  PublicKey = 0x02,
  Sha256 = 0x10,
  Sha384 = 0x11,
  Sha512 = 0x12,
  Rsa2048Pss = 0x20,
  Ecdsa224 = 0x21,
  EcdsaSig = 0x22,
  Rsa3072Pss = 0x23,
  Ed25519 = 0x24,
  SignaturePure = 0x25,
  EncRsa2048 = 0x30,
  EncKw = 0x31,
  EncEc256 = 0x32,
  EncX25519 = 0x33,
  EncX25519Sha512 = 0x34,
  Dependency = 0x40,
  SecurityCounter = 0x50,
  BootRecord = 0x60,
  DecompressedSize = 0x70,
  DecompressedSha = 0x71,
  DecompressedSignature = 0x72,
  CompressedDecryptedSize = 0x73,
  VendorId = 0x74,
  ClassId = 0x75,
  /** Vendor-reserved type, protected: SHA-256 of an LMS key's SubjectPublicKeyInfo, and an LMS signature. */
  Lms = 0x54a0,
}

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  readonly build: number;
}

export interface ImageHeader {
  readonly loadAddress: number;
  readonly headerSizeBytes: number;
  /** Size of the protected TLV area with its info header; 0 if there is none. */
  readonly protectedSizeBytes: number;
  readonly payloadSizeBytes: number;
  readonly flags: number;
  readonly version: Version;
}

/** "Image number `imageId` must have at least this version." */
export interface Dependency {
  readonly imageId: number;
  readonly version: Version;
}

/** An image that passed every check that was asked for. */
export interface ImageFacts {
  readonly header: ImageHeader;
  /** SHA-256 over header, payload and protected TLVs; 32 bytes. */
  readonly digest: Uint8Array;
  /** From header to the end of the unprotected TLVs. */
  readonly totalSizeBytes: number;
  /** The security counter; an image without one counts as 0. */
  readonly counter: number;
  readonly securityCounter: number | undefined;
  readonly dependencies: Dependency[];
  readonly vendorId: Uint8Array | undefined;
  readonly classId: Uint8Array | undefined;
}

/** What the board demands of an image. */
export interface ImagePolicy {
  /** The image must end at or before this offset in its slot (in a slot: `trailerStart(slotSize)`). */
  readonly maxSizeBytes: number;
  /** Address of the slot; ROM_FIXED images must name it. */
  readonly slotAddress: number;
  readonly trustedKeys: TrustedKey[];
  /** Default: any scheme. */
  readonly signaturePolicy?: SignaturePolicy;
  /** Images must carry a security counter of at least this; `undefined`: no anti-rollback (host inspection only). */
  readonly counterFloor: number | undefined;
  /** 16 bytes; `undefined`: not checked. */
  readonly vendorId: Uint8Array | undefined;
  readonly classId: Uint8Array | undefined;
}

/** `reason` is `Reason.None` exactly if `image` is there. */
export interface ImageVerdict {
  readonly reason: Reason;
  readonly image: ImageFacts | undefined;
}
