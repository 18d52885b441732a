/** From the flags of `trialboot sign` to what core/image/writer.ts needs, with imgtool's meanings and defaults. */

import type { Dependency, Version } from "../../core/image/image";
import { IMAGE_HEADER_BYTES } from "../../core/limits";
import { MAX_ALIGN_DEFAULT } from "../../core/image/trailer";
import { MAX_SECTORS_DEFAULT, type TrailerLayout } from "../../core/image/trailer-writer";
import { formatVersion, parseVersion } from "../../core/image/version";
import { automaticSecurityCounter, CUSTOM_TLV_TYPE_MAX, CUSTOM_TLV_TYPE_MIN } from "../../core/image/writer";
import type { ImageOptions, TlvValue } from "../../core/image/writer";
import { type Arguments, integerOf, shown } from "../arguments";
import { encodeBootRecord, SOFTWARE_TYPE_LENGTH_MAX } from "../boot-record";
import type { Context } from "../context";
import { classIdOf, vendorIdOf } from "../device-ids";
import { usageError } from "../errors";
import { FILE_BYTES_MAX, readFile, SMALL_FILE_BYTES_MAX } from "../files";
import { tlvName } from "../tlv-names";

const U16_MAX = 0xffff;
const U32_MAX = 0xffffffff;
const KEY_HASH_BYTES = 32;

export interface SignOptions {
  readonly image: ImageOptions;
  readonly layout: TrailerLayout;
  readonly pad: boolean;
  /** Whether the trailer's image_ok field is written at all, even if only as erased: imgtool does for both. */
  readonly marks: boolean;
  readonly confirm: boolean;
  /** Address of the first byte of Intel HEX output. */
  readonly hexAddress: number | undefined;
}

/**
 * Reads everything but keys and files of signatures.
 * Refuses (usage) what is missing, malformed or contradictory.
 * @param keyHash of the key that will sign, for the boot record; `undefined` without one
 */
export function readSignOptions(args: Arguments, context: Context, keyHash: Uint8Array | undefined): SignOptions {
  const confirm = args.has("confirm");
  const marks = confirm || args.has("test");
  const pad = marks || args.has("pad");
  const hexText = args.text("hex-addr");
  const image = readImageOptions(args, context, keyHash);
  const layout = readLayout(args);
  if (pad && layout.slotSizeBytes % layout.maxAlign !== 0) {
    throw usageError(
      `A slot of ${layout.slotSizeBytes} bytes cannot hold a trailer that is aligned to ${layout.maxAlign}.`,
      "Slots are whole flash pages; give the size of the real slot.",
    );
  }
  const hexAddress = hexText === undefined ? undefined : integerOf(hexText, "hex-addr", 0, U32_MAX);
  return { image, layout, pad, marks, confirm, hexAddress };
}

function required(args: Arguments, name: string, example: string): string {
  const text = args.text(name);
  if (text === undefined) {
    throw usageError(`sign needs --${name}.`, `For example: --${name} ${example}`);
  }
  return text;
}

function readImageOptions(args: Arguments, context: Context, keyHash: Uint8Array | undefined): ImageOptions {
  const version = versionOf(required(args, "version", "1.0.0"), "--version");
  const headerText = required(args, "header-size", String(IMAGE_HEADER_BYTES));
  const vendorText = args.text("vid");
  const classText = args.text("cid");
  const vendorId = vendorText === undefined ? undefined : vendorIdOf(vendorText);
  const loadAddress = addressOf(args, "load-addr");
  const romFixedAddress = addressOf(args, "rom-fixed");
  if (loadAddress !== undefined && romFixedAddress !== undefined) {
    throw usageError("--rom-fixed and --load-addr contradict each other.", "Give one of them: flash or RAM.");
  }
  return {
    version,
    headerSizeBytes: integerOf(headerText, "header-size", IMAGE_HEADER_BYTES, U16_MAX),
    padHeader: args.has("pad-header"),
    erasedValue: args.text("erased-val") === "0" ? 0 : 0xff,
    loadAddress,
    romFixedAddress,
    nonBootable: args.has("non-bootable"),
    securityCounter: counterOf(args.text("security-counter"), version),
    bootRecord: bootRecordOf(args.text("boot-record"), version, keyHash),
    dependencies: dependenciesOf(args.text("dependencies")),
    vendorId,
    classId: classText === undefined ? undefined : classIdOf(classText, vendorId),
    customTlvs: customTlvsOf(args, context),
  };
}

function readLayout(args: Arguments): TrailerLayout {
  const align = Number(args.text("align") ?? "1");
  const sectorsText = args.text("max-sectors");
  return {
    slotSizeBytes: integerOf(required(args, "slot-size", "0x20000"), "slot-size", 1, FILE_BYTES_MAX),
    align,
    maxAlign: Number(args.text("max-align") ?? Math.max(MAX_ALIGN_DEFAULT, align)),
    maxSectors: sectorsText === undefined ? MAX_SECTORS_DEFAULT : integerOf(sectorsText, "max-sectors", 0, U16_MAX),
    overwriteOnly: args.has("overwrite-only"),
  };
}

/** For imgtool an address of 0 is the same as none. */
function addressOf(args: Arguments, name: string): number | undefined {
  const text = args.text(name);
  const address = text === undefined ? 0 : integerOf(text, name, 0, U32_MAX);
  return address === 0 ? undefined : address;
}

function versionOf(text: string, where: string): Version {
  const version = parseVersion(text);
  if (version === undefined) {
    throw usageError(
      `"${shown(text)}" is not a version (${where}).`,
      "Write major.minor.revision+build, later parts optional, at most 255.255.65535+4294967295, no leading zeros.",
    );
  }
  return version;
}

function counterOf(text: string | undefined, version: Version): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  return text.toLowerCase() === "auto"
    ? automaticSecurityCounter(version)
    : integerOf(text, "security-counter", 0, U32_MAX);
}

function bootRecordOf(
  softwareType: string | undefined,
  version: Version,
  keyHash: Uint8Array | undefined,
): Uint8Array | undefined {
  if (softwareType === undefined) {
    return undefined;
  }
  if (softwareType === "" || Array.from(softwareType).length > SOFTWARE_TYPE_LENGTH_MAX) {
    throw usageError(
      `"${shown(softwareType)}" does not fit in a boot record.`,
      `A software type has 1 to ${SOFTWARE_TYPE_LENGTH_MAX} characters.`,
    );
  }
  const text = formatVersion(version).split("+", 1)[0] ?? "";
  return encodeBootRecord(softwareType, text, keyHash ?? new Uint8Array(KEY_HASH_BYTES));
}

/** "(1, 1.2.3+0), (2, 0.4.0)". */
function dependenciesOf(text: string | undefined): Dependency[] {
  if (text === undefined) {
    return [];
  }
  const item = /\(\s*([0-9]+)\s*,\s*([0-9.+]+)\s*\)/;
  const list = new RegExp(`^\\s*${item.source}([\\s,]*${item.source})*\\s*$`);
  if (!list.test(text)) {
    throw usageError(
      `"${shown(text)}" is not a list of dependencies.`,
      'Write --dependencies "(IMAGE, VERSION), (IMAGE, VERSION)", for example "(0, 1.2.3)".',
    );
  }
  return Array.from(text.matchAll(new RegExp(item, "g")), (match) => {
    const imageId = Number(match[1]);
    if (imageId > 255) {
      throw usageError(`Image number ${imageId} in --dependencies is out of range.`, "It must be from 0 to 255.");
    }
    return { imageId, version: versionOf(match[2] ?? "", "--dependencies") };
  });
}

/** In the order in which imgtool writes them: those from the command line, then those from files. */
function customTlvsOf(args: Arguments, context: Context): TlvValue[] {
  const given = args.pairs("custom-tlv").map(([tag, value]) => ({
    type: tagOf(tag),
    value: customValueOf(tag, value),
  }));
  const fromFiles = args.pairs("custom-tlv-file").map(([tag, path]) => ({
    type: tagOf(tag),
    value: readFile(context, path, SMALL_FILE_BYTES_MAX),
  }));
  const entries = [...given, ...fromFiles];
  for (const entry of entries) {
    if (entries.filter((other) => other.type === entry.type).length > 1) {
      throw usageError(`Custom TLV 0x${entry.type.toString(16)} is given twice.`, "Give each tag once.");
    }
  }
  return entries;
}

function tagOf(text: string): number {
  const tag = integerOf(text, "custom-tlv", 0, U16_MAX);
  const name = tlvName(tag);
  if (name !== undefined) {
    throw usageError(`Custom TLV ${shown(text)} is the predefined ${name}.`, "Choose a tag from 0xa0 on.");
  }
  if (tag < CUSTOM_TLV_TYPE_MIN || tag > CUSTOM_TLV_TYPE_MAX) {
    throw usageError(`Custom TLV ${shown(text)} is out of range.`, "Tags go from 0xa0 to 0xfffe.");
  }
  return tag;
}

function customValueOf(tag: string, text: string): Uint8Array {
  if (!text.startsWith("0x")) {
    return new Uint8Array(Buffer.from(text, "utf8"));
  }
  const digits = text.slice(2);
  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    throw usageError(
      `The value of custom TLV ${shown(tag)} is not an even number of hexadecimal digits.`,
      "After 0x two digits make one byte.",
    );
  }
  return new Uint8Array(Buffer.from(digits, "hex"));
}
