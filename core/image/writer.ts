/**
 * Makes MCUboot images, byte for byte as imgtool does for the same options. Host side, pure: signing itself happens
 * where the private key is.
 */

import { isFilled, writeU16, writeU32 } from "../bytes";
import { DEPENDENCIES_MAX, IMAGE_HEADER_BYTES, TLV_ENTRIES_MAX } from "../limits";
import { Reason } from "../reasons";
import { TLV_INFO_BYTES, TLV_HEAD_BYTES } from "./header";
import type { Dependency, Version } from "./image";
import { IMAGE_MAGIC, ImageFlag, Tlv, TLV_INFO_MAGIC, TLV_PROTECTED_INFO_MAGIC } from "./image";

/** Custom types imgtool takes: 0x00A0 to 0xFFFE. */
export const CUSTOM_TLV_TYPE_MIN = 0xa0;
export const CUSTOM_TLV_TYPE_MAX = 0xfffe;

const U16_MAX = 65535;
const U32_MAX = 4294967295;

/** An LMS signature that is to go into an image: its place is kept, since what it signs says how long it is. */
export interface LmsKeySpace {
  /** SHA-256 of the key's DER SubjectPublicKeyInfo. */
  readonly keyHash: Uint8Array;
  readonly signatureBytes: number;
}

export interface TlvValue {
  readonly type: number;
  readonly value: Uint8Array;
}

export interface ImageOptions {
  readonly version: Version;
  /** 32 to 65535. */
  readonly headerSizeBytes: number;
  /** Whether the header goes in front of the payload; otherwise the payload begins with that many zero bytes. */
  readonly padHeader: boolean;
  /** Fills a padded header behind its 32 bytes; 0xFF for most flash. */
  readonly erasedValue: number;
  /** Sets RAM_LOAD. */
  readonly loadAddress: number | undefined;
  /** Sets ROM_FIXED; not together with `loadAddress`. */
  readonly romFixedAddress: number | undefined;
  readonly nonBootable: boolean;
  readonly securityCounter: number | undefined;
  /** The CBOR of a BOOT_RECORD, taken as it is. */
  readonly bootRecord: Uint8Array | undefined;
  readonly dependencies: Dependency[];
  /** 16 bytes each, in text order. */
  readonly vendorId: Uint8Array | undefined;
  readonly classId: Uint8Array | undefined;
  /** Protected entries of types of one's own, in this order. */
  readonly customTlvs: TlvValue[];
  /** Default: none. */
  readonly lmsKeys?: LmsKeySpace[];
}

/** `reason` is `Reason.None` exactly if `bytes` is there. */
export interface BuildResult {
  readonly reason: Reason;
  /** What digest and signature cover: header, payload, protected TLVs. */
  readonly bytes: Uint8Array | undefined;
  /** How many bytes from the start LMS signatures sign. */
  readonly lmsMessageBytes: number;
  /** Where each LMS signature goes, in the order of the keys. */
  readonly lmsOffsets: number[];
}

/** The counter that `imgtool sign -s auto` derives from a version: major * 2^24 + minor * 2^16 + revision. */
export function automaticSecurityCounter(version: Version): number {
  return version.major * 16777216 + version.minor * 65536 + version.revision;
}

function writeVersion(bytes: Uint8Array, offsetBytes: number, version: Version): void {
  bytes[offsetBytes] = version.major;
  bytes[offsetBytes + 1] = version.minor;
  writeU16(bytes, offsetBytes + 2, version.revision);
  writeU32(bytes, offsetBytes + 4, version.build);
}

function encodeCounter(counter: number): Uint8Array {
  const value = new Uint8Array(4);
  writeU32(value, 0, counter);
  return value;
}

function encodeDependency(dependency: Dependency): Uint8Array {
  const value = new Uint8Array(12);
  value[0] = dependency.imageId;
  writeVersion(value, 4, dependency.version);
  return value;
}

function areaSizeBytes(entries: TlvValue[]): number {
  let sizeBytes = TLV_INFO_BYTES;
  for (let i = 0; i < entries.length; i++) {
    sizeBytes += TLV_HEAD_BYTES + entries[i].value.length;
  }
  return sizeBytes;
}

function writeArea(bytes: Uint8Array, offsetBytes: number, magic: number, entries: TlvValue[]): void {
  writeU16(bytes, offsetBytes, magic);
  writeU16(bytes, offsetBytes + 2, areaSizeBytes(entries));
  let at = offsetBytes + TLV_INFO_BYTES;
  for (let i = 0; i < entries.length; i++) {
    writeU16(bytes, at, entries[i].type);
    writeU16(bytes, at + 2, entries[i].value.length);
    bytes.set(entries[i].value, at + TLV_HEAD_BYTES);
    at += TLV_HEAD_BYTES + entries[i].value.length;
  }
}

function lmsKeysOf(options: ImageOptions): LmsKeySpace[] {
  return options.lmsKeys === undefined ? [] : options.lmsKeys;
}

/** In the order in which imgtool writes them; LMS signatures last, since they sign what stands in front of them. */
function protectedEntries(options: ImageOptions): TlvValue[] {
  const entries: TlvValue[] = [];
  if (options.securityCounter !== undefined) {
    entries.push({ type: Tlv.SecurityCounter, value: encodeCounter(options.securityCounter) });
  }
  if (options.bootRecord !== undefined) {
    entries.push({ type: Tlv.BootRecord, value: options.bootRecord });
  }
  for (let i = 0; i < options.dependencies.length; i++) {
    entries.push({ type: Tlv.Dependency, value: encodeDependency(options.dependencies[i]) });
  }
  if (options.vendorId !== undefined) {
    entries.push({ type: Tlv.VendorId, value: options.vendorId });
  }
  if (options.classId !== undefined) {
    entries.push({ type: Tlv.ClassId, value: options.classId });
  }
  for (let i = 0; i < options.customTlvs.length; i++) {
    entries.push(options.customTlvs[i]);
  }
  const lmsKeys = lmsKeysOf(options);
  for (let i = 0; i < lmsKeys.length; i++) {
    const value = new Uint8Array(lmsKeys[i].keyHash.length + lmsKeys[i].signatureBytes);
    value.set(lmsKeys[i].keyHash, 0);
    entries.push({ type: Tlv.Lms, value });
  }
  return entries;
}

function checkCustomTlvs(customTlvs: TlvValue[]): Reason {
  for (let i = 0; i < customTlvs.length; i++) {
    const type = customTlvs[i].type;
    if (type < CUSTOM_TLV_TYPE_MIN || type > CUSTOM_TLV_TYPE_MAX || type === Tlv.Lms) {
      return Reason.TlvNotAllowed;
    }
    for (let j = 0; j < i; j++) {
      if (customTlvs[j].type === type) {
        return Reason.TlvDuplicate;
      }
    }
  }
  return Reason.None;
}

function isWrongUuid(uuid: Uint8Array | undefined): boolean {
  return uuid !== undefined && uuid.length !== 16;
}

function checkEntries(options: ImageOptions, entries: TlvValue[]): Reason {
  const custom = checkCustomTlvs(options.customTlvs);
  if (custom !== Reason.None) {
    return custom;
  }
  if (isWrongUuid(options.vendorId) || isWrongUuid(options.classId)) {
    return Reason.TlvLength;
  }
  if (options.dependencies.length > DEPENDENCIES_MAX || entries.length > TLV_ENTRIES_MAX) {
    return Reason.TlvTooMany;
  }
  if (entries.length > 0 && entries[entries.length - 1].value.length === 0) {
    return Reason.TlvEmptyLast;
  }
  return entries.length > 0 && areaSizeBytes(entries) > U16_MAX ? Reason.ProtectedSize : Reason.None;
}

function checkHeaderOptions(payload: Uint8Array, options: ImageOptions): Reason {
  if (options.headerSizeBytes < IMAGE_HEADER_BYTES || options.headerSizeBytes > U16_MAX) {
    return Reason.HeaderSize;
  }
  if (!options.padHeader &&
    (payload.length < options.headerSizeBytes || !isFilled(payload, 0, options.headerSizeBytes, 0))) {
    return Reason.HeaderSize;
  }
  if (options.loadAddress !== undefined && options.romFixedAddress !== undefined) {
    return Reason.FlagsContradict;
  }
  return payload.length > U32_MAX - 2 * U16_MAX ? Reason.ImageTooLarge : Reason.None;
}

function writeHeader(bytes: Uint8Array, options: ImageOptions, payloadSizeBytes: number, protectedBytes: number): void {
  let flags = 0;
  let address = 0;
  if (options.loadAddress !== undefined) {
    flags += ImageFlag.RamLoad;
    address = options.loadAddress;
  }
  if (options.romFixedAddress !== undefined) {
    flags += ImageFlag.RomFixed;
    address = options.romFixedAddress;
  }
  if (options.nonBootable) {
    flags += ImageFlag.NonBootable;
  }
  bytes.fill(0, 0, IMAGE_HEADER_BYTES);
  writeU32(bytes, 0, IMAGE_MAGIC);
  writeU32(bytes, 4, address);
  writeU16(bytes, 8, options.headerSizeBytes);
  writeU16(bytes, 10, protectedBytes);
  writeU32(bytes, 12, payloadSizeBytes);
  writeU32(bytes, 16, flags);
  writeVersion(bytes, 20, options.version);
}

/** Where LMS signatures go in an image that ends with the places for them. */
function placeLms(keys: LmsKeySpace[], endBytes: number): { messageBytes: number; offsets: number[] } {
  const offsets: number[] = [];
  let at = endBytes;
  for (let i = keys.length - 1; i >= 0; i--) {
    offsets.unshift(at - keys[i].signatureBytes);
    at -= TLV_HEAD_BYTES + keys[i].keyHash.length + keys[i].signatureBytes;
  }
  return { messageBytes: keys.length > 0 ? at : 0, offsets };
}

/**
 * Puts header, payload and protected TLVs together. The places of LMS signatures are zeros: whoever has the keys writes
 * the signatures over the SHA-256 of the first `lmsMessageBytes` bytes to `lmsOffsets`, before anything else signs.
 *
 * Refuses with HeaderSize (also: header space asked for that is not zero), FlagsContradict, ImageTooLarge,
 * TlvNotAllowed (custom type below 0xA0, or 0xFFFF, or that of LMS), TlvDuplicate, TlvLength (UUID), TlvTooMany,
 * ProtectedSize, TlvEmptyLast (which imgtool writes and MCUboot's devices refuse).
 */
export function buildImage(payload: Uint8Array, options: ImageOptions): BuildResult {
  const entries = protectedEntries(options);
  let reason = checkHeaderOptions(payload, options);
  if (reason === Reason.None) {
    reason = checkEntries(options, entries);
  }
  if (reason !== Reason.None) {
    return { reason, bytes: undefined, lmsMessageBytes: 0, lmsOffsets: [] };
  }
  const protectedBytes = entries.length > 0 ? areaSizeBytes(entries) : 0;
  const paddingBytes = options.padHeader ? options.headerSizeBytes : 0;
  const bodyBytes = paddingBytes + payload.length;
  const bytes = new Uint8Array(bodyBytes + protectedBytes);
  bytes.fill(options.erasedValue, 0, paddingBytes);
  bytes.set(payload, paddingBytes);
  writeHeader(bytes, options, bodyBytes - options.headerSizeBytes, protectedBytes);
  if (entries.length > 0) {
    writeArea(bytes, bodyBytes, TLV_PROTECTED_INFO_MAGIC, entries);
  }
  const lms = placeLms(lmsKeysOf(options), bytes.length);
  return { reason, bytes, lmsMessageBytes: lms.messageBytes, lmsOffsets: lms.offsets };
}

function appendArea(unsigned: Uint8Array, entries: TlvValue[]): Uint8Array {
  const bytes = new Uint8Array(unsigned.length + areaSizeBytes(entries));
  bytes.set(unsigned, 0);
  writeArea(bytes, unsigned.length, TLV_INFO_MAGIC, entries);
  return bytes;
}

/** An image without a signature, which no device starts: what `imgtool sign` without a key makes. */
export function appendDigest(unsigned: Uint8Array, digest: Uint8Array): Uint8Array {
  return appendArea(unsigned, [{ type: Tlv.Sha256, value: digest }]);
}

/**
 * The whole image.
 *
 * @param unsigned from `buildImage`
 * @param digest SHA-256 of `unsigned`; the message that is signed
 * @param keyHash SHA-256 of the public key's 44-byte DER form
 * @param signature Ed25519 over `digest`, 64 bytes
 */
export function appendSignature(
  unsigned: Uint8Array, digest: Uint8Array, keyHash: Uint8Array, signature: Uint8Array,
): Uint8Array {
  return appendArea(unsigned, [
    { type: Tlv.Sha256, value: digest },
    { type: Tlv.KeyHash, value: keyHash },
    { type: Tlv.Ed25519, value: signature },
  ]);
}
