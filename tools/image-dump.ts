/**
 * Everything that can be read of an image, right or wrong. Unlike core/image/reader.ts, which stops at the first
 * fault, this goes on as far as the bytes make sense, so that people see what is in a broken file.
 */

import { createHash } from "node:crypto";
import { readU16, readU32 } from "../core/bytes";
import { IMAGE_MAGIC, Tlv, TLV_INFO_MAGIC, TLV_PROTECTED_INFO_MAGIC, type Version } from "../core/image/image";
import { formatVersion } from "../core/image/version";
import { IMAGE_HEADER_BYTES } from "../core/limits";
import { uuidText } from "./device-ids";
import { hexText } from "./output";
import { flagNames, tlvName } from "./tlv-names";

/** Entries listed of one area. More make no sense, and a hostile file could hold 16,000. */
export const LISTED_ENTRIES_MAX = 256;
const TLV_INFO_BYTES = 4;
const TLV_HEAD_BYTES = 4;
/** An LMS entry begins with the key hash, its signature with the number of the leaf (RFC 8554 5.4). */
const LMS_LEAF_OFFSET = 32;

export interface HeaderDump {
  readonly magic: number;
  readonly loadAddress: number;
  readonly headerSizeBytes: number;
  readonly protectedSizeBytes: number;
  readonly payloadSizeBytes: number;
  readonly flags: number;
  readonly flagNames: readonly string[];
  readonly version: string;
}

export interface TlvDump {
  readonly offsetBytes: number;
  readonly type: number;
  readonly name: string;
  /** The length that the entry claims. */
  readonly lengthBytes: number;
  /** The value, in hexadecimal, as far as it is there. */
  readonly value: string;
  /** What the value means, where that can be told. */
  readonly meaning: string | undefined;
}

export interface AreaDump {
  readonly kind: "protected" | "unprotected";
  readonly offsetBytes: number;
  readonly totalBytes: number;
  readonly entries: readonly TlvDump[];
}

export interface ImageDump {
  readonly header: HeaderDump | undefined;
  readonly areas: readonly AreaDump[];
  /** Whether every digest entry matches; `undefined` where there is none or the bytes it covers are incomplete. */
  readonly digestMatches: boolean | undefined;
  /** Where the image ends; `undefined` if that cannot be told. */
  readonly endBytes: number | undefined;
  /** What keeps this from being read to the end, in sentences. */
  readonly problems: readonly string[];
}

/** Never throws, whatever the bytes are; time and memory are linear in their number. */
export function dumpImage(bytes: Uint8Array): ImageDump {
  const problems: string[] = [];
  const header = dumpHeader(bytes, problems);
  if (header === undefined) {
    return { header, areas: [], digestMatches: undefined, endBytes: undefined, problems };
  }
  const areas: AreaDump[] = [];
  let offset = header.headerSizeBytes + header.payloadSizeBytes;
  const first = dumpArea(bytes, offset, problems);
  if (first !== undefined) {
    areas.push(first);
    offset += first.totalBytes;
    const second = first.kind === "protected" ? dumpArea(bytes, offset, problems) : undefined;
    if (second !== undefined) {
      areas.push(second);
      offset += second.totalBytes;
    }
  }
  checkAreas(header, areas, problems);
  const complete = areas.at(-1)?.kind === "unprotected" && offset <= bytes.length;
  return {
    header,
    areas,
    digestMatches: checkDigests(bytes, header, areas, problems),
    endBytes: complete ? offset : undefined,
    problems,
  };
}

function dumpHeader(bytes: Uint8Array, problems: string[]): HeaderDump | undefined {
  if (bytes.length < IMAGE_HEADER_BYTES) {
    problems.push(`The file has ${bytes.length} bytes; a header alone has ${IMAGE_HEADER_BYTES}.`);
    return undefined;
  }
  const magic = readU32(bytes, 0);
  if (magic !== IMAGE_MAGIC) {
    const found = `0x${magic.toString(16).padStart(8, "0")}`;
    const bigEndian = magic === 0x3db8f396 ? " It is a big-endian image." : "";
    problems.push(`The file starts with ${found} instead of 0x${IMAGE_MAGIC.toString(16)}.${bigEndian}`);
    return undefined;
  }
  const version: Version = {
    major: bytes[20] ?? 0,
    minor: bytes[21] ?? 0,
    revision: readU16(bytes, 22),
    build: readU32(bytes, 24),
  };
  return {
    magic,
    loadAddress: readU32(bytes, 4),
    headerSizeBytes: readU16(bytes, 8),
    protectedSizeBytes: readU16(bytes, 10),
    payloadSizeBytes: readU32(bytes, 12),
    flags: readU32(bytes, 16),
    flagNames: flagNames(readU32(bytes, 16)),
    version: formatVersion(version),
  };
}

function dumpArea(bytes: Uint8Array, offset: number, problems: string[]): AreaDump | undefined {
  if (offset + TLV_INFO_BYTES > bytes.length) {
    problems.push(`The file ends at ${bytes.length}, before the TLV area at ${offset}.`);
    return undefined;
  }
  const magic = readU16(bytes, offset);
  if (magic !== TLV_INFO_MAGIC && magic !== TLV_PROTECTED_INFO_MAGIC) {
    problems.push(`There is no TLV area at ${offset}: 0x${magic.toString(16)} instead of 0x6907 or 0x6908.`);
    return undefined;
  }
  const totalBytes = readU16(bytes, offset + 2);
  if (offset + totalBytes > bytes.length) {
    problems.push(`The TLV area at ${offset} claims ${totalBytes} bytes and goes past the end of the file.`);
  }
  return {
    kind: magic === TLV_INFO_MAGIC ? "unprotected" : "protected",
    offsetBytes: offset,
    totalBytes,
    entries: dumpEntries(bytes, offset, Math.min(offset + totalBytes, bytes.length), problems),
  };
}

function dumpEntries(bytes: Uint8Array, areaOffset: number, end: number, problems: string[]): TlvDump[] {
  const entries: TlvDump[] = [];
  let offset = areaOffset + TLV_INFO_BYTES;
  while (offset < end) {
    if (offset + TLV_HEAD_BYTES > end) {
      problems.push(`${end - offset} bytes at ${offset} are too few for a TLV entry.`);
      break;
    }
    if (entries.length === LISTED_ENTRIES_MAX) {
      problems.push(`The TLV area at ${areaOffset} has more than ${LISTED_ENTRIES_MAX} entries.`);
      break;
    }
    const type = readU16(bytes, offset);
    const lengthBytes = readU16(bytes, offset + 2);
    const valueOffset = offset + TLV_HEAD_BYTES;
    const value = bytes.slice(valueOffset, Math.min(valueOffset + lengthBytes, end));
    if (value.length < lengthBytes) {
      problems.push(`The TLV entry at ${offset} claims ${lengthBytes} bytes and goes past the end of its area.`);
    }
    entries.push({
      offsetBytes: offset,
      type,
      name: tlvName(type) ?? "CUSTOM",
      lengthBytes,
      value: hexText(value),
      meaning: meaningOf(type, value),
    });
    offset = valueOffset + lengthBytes;
  }
  return entries;
}

function meaningOf(type: number, value: Uint8Array): string | undefined {
  if (type === (Tlv.SecurityCounter as number) && value.length === 4) {
    return String(readU32(value, 0));
  }
  if (type === (Tlv.Dependency as number) && value.length === 12) {
    const version: Version = {
      major: value[4] ?? 0,
      minor: value[5] ?? 0,
      revision: readU16(value, 6),
      build: readU32(value, 8),
    };
    return `image ${value[0] ?? 0}, at least ${formatVersion(version)}`;
  }
  if ((type === (Tlv.VendorId as number) || type === (Tlv.ClassId as number)) && value.length === 16) {
    return uuidText(value);
  }
  if (type === (Tlv.Lms as number) && value.length >= LMS_LEAF_OFFSET + 4) {
    const leaf = Buffer.from(value).readUInt32BE(LMS_LEAF_OFFSET);
    return `leaf ${leaf} of key ${hexText(value.subarray(0, 8))}`;
  }
  if (tlvName(type) === undefined && value.length > 0 && value.every((byte) => byte >= 0x20 && byte < 0x7f)) {
    return JSON.stringify(Buffer.from(value).toString("latin1"));
  }
  return undefined;
}

function checkAreas(header: HeaderDump, areas: readonly AreaDump[], problems: string[]): void {
  const protectedBytes = areas.find((area) => area.kind === "protected")?.totalBytes ?? 0;
  if (areas.length > 0 && protectedBytes !== header.protectedSizeBytes) {
    problems.push(
      `The header claims ${header.protectedSizeBytes} bytes of protected TLVs, the area has ${protectedBytes}.`,
    );
  }
  if (areas.length > 0 && areas.at(-1)?.kind !== "unprotected") {
    problems.push("The unprotected TLV area, which holds digest and signature, is missing.");
  }
}

const DIGEST_NAMES: Readonly<Record<number, string>> = {
  [Tlv.Sha256]: "sha256",
  [Tlv.Sha384]: "sha384",
  [Tlv.Sha512]: "sha512",
};

function checkDigests(
  bytes: Uint8Array,
  header: HeaderDump,
  areas: readonly AreaDump[],
  problems: string[],
): boolean | undefined {
  const end = header.headerSizeBytes + header.payloadSizeBytes + header.protectedSizeBytes;
  if (end > bytes.length) {
    return undefined;
  }
  let matches: boolean | undefined;
  const computed = new Map<string, string>();
  for (const entry of areas.flatMap((area) => area.entries)) {
    const algorithm = DIGEST_NAMES[entry.type];
    if (algorithm === undefined) {
      continue;
    }
    const digest = computed.get(algorithm) ?? createHash(algorithm).update(bytes.subarray(0, end)).digest("hex");
    computed.set(algorithm, digest);
    if (digest !== entry.value) {
      problems.push(`The ${entry.name} entry does not match the image, whose digest is ${digest}.`);
    }
    matches = digest === entry.value && matches !== false;
  }
  return matches;
}
