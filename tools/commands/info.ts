/** `trialboot info`: what is in an image, right or wrong. */

import { parseHeader } from "../../core/image/header";
import type { ImagePolicy } from "../../core/image/image";
import { readImage } from "../../core/image/reader";
import { readTrailer, type Trailer, TrailerFlag, TrailerMagic } from "../../core/image/trailer";
import { IMAGE_HEADER_BYTES } from "../../core/limits";
import { Reason } from "../../core/reasons";
import { type CommandLine, helpText, readArguments, shown } from "../arguments";
import type { Command } from "../command";
import type { Context } from "../context";
import { ExitCode } from "../exit-codes";
import { FILE_BYTES_MAX } from "../files";
import { bytesAsSource, createHostHash } from "../host-hash";
import { dumpImage } from "../image-dump";
import type { AreaDump, HeaderDump, ImageDump, TlvDump } from "../image-dump";
import { readImageFile } from "../image-file";
import { hexNumber, type Output } from "../output";
import { reasonText } from "../reason-text";
import { beginVerb } from "../verb";

const LINE: CommandLine = {
  name: "trialboot info",
  summary:
    "Shows header, TLV entries and trailer of an image (.bin, or Intel HEX by the name .hex), also of one that " +
    "boards refuse, and says what is wrong with it. Signatures are not checked; trialboot verify does that.",
  positionals: ["IMAGE"],
  flags: [],
  remarks: ["Exit codes: 0 this is an image, 24 it is none, 1 the file cannot be read, 2 wrong command line."],
};

/** Bytes of a value that the text form shows; --json has them all. */
const SHOWN_VALUE_BYTES = 64;
/** Below this a file cannot be a slot with a trailer. */
const TRAILER_BYTES_MIN = 160;

function run(argv: readonly string[], context: Context): Promise<number> {
  const begun = beginVerb(LINE, readArguments(LINE, argv), context);
  if (begun === undefined) {
    return Promise.resolve(ExitCode.Ok);
  }
  const { args, output } = begun;
  const path = args.positionals[0] ?? "";
  const file = readImageFile(context, path);
  const dump = dumpImage(file.bytes);
  const reason = judge(file.bytes);
  const trailer = trailerOf(file.bytes, dump);
  if (output.json) {
    output.jsonValue(jsonOf(path, file.bytes.length, file.address, dump, reason, trailer));
  } else {
    output.data(textOf(output, path, file.bytes.length, dump, reason, trailer) + "\n");
  }
  if (dump.header === undefined) {
    output.error(reasonText(reason).sentence, reasonText(reason).next);
  }
  return Promise.resolve(dump.header === undefined ? ExitCode.Malformed : ExitCode.Ok);
}

/** What a board would say before it looks at the signature, with nothing demanded. */
function judge(bytes: Uint8Array): Reason {
  const policy: ImagePolicy = {
    maxSizeBytes: FILE_BYTES_MAX,
    slotAddress: bytes.length < IMAGE_HEADER_BYTES ? 0 : parseHeader(bytes).loadAddress,
    trustedKeys: [],
    counterFloor: undefined,
    vendorId: undefined,
    classId: undefined,
  };
  return readImage(bytesAsSource(bytes), policy, createHostHash()).reason;
}

/** A trailer is looked for where the file goes on after the image: then it is as long as a slot. */
function trailerOf(bytes: Uint8Array, dump: ImageDump): Trailer | undefined {
  if (dump.endBytes === undefined || bytes.length - dump.endBytes < TRAILER_BYTES_MIN) {
    return undefined;
  }
  return readTrailer(bytesAsSource(bytes));
}

const MAGIC_NAMES: Readonly<Record<TrailerMagic, string>> = {
  [TrailerMagic.Good]: "good",
  [TrailerMagic.Unset]: "unset",
  [TrailerMagic.Bad]: "bad",
};

const FLAG_STATES: Readonly<Record<TrailerFlag, string>> = {
  [TrailerFlag.Set]: "set",
  [TrailerFlag.Unset]: "unset",
  [TrailerFlag.Bad]: "bad",
};

function textOf(
  output: Output,
  path: string,
  sizeBytes: number,
  dump: ImageDump,
  reason: Reason,
  trailer: Trailer | undefined,
): string {
  const title = (text: string): string => output.style("bold", text);
  const lines = [title(`${shown(path)}, ${sizeBytes} bytes`)];
  if (dump.header !== undefined) {
    lines.push("", title("header"), ...headerLines(dump.header));
  }
  for (const area of dump.areas) {
    lines.push("", title(`${area.kind} TLVs at ${area.offsetBytes}, ${area.totalBytes} bytes`));
    lines.push(...areaLines(area));
  }
  if (trailer !== undefined) {
    lines.push(
      "",
      title("trailer"),
      `  magic             ${MAGIC_NAMES[trailer.magic]}`,
      `  copy_done         ${FLAG_STATES[trailer.copyDone]}`,
      `  image_ok          ${FLAG_STATES[trailer.imageOk]}`,
    );
  }
  lines.push("", title("checks"), ...checkLines(output, dump, reason));
  return lines.join("\n");
}

function headerLines(header: HeaderDump): string[] {
  return [
    `  version           ${header.version}`,
    `  header size       ${header.headerSizeBytes} bytes`,
    `  payload size      ${header.payloadSizeBytes} bytes`,
    `  protected TLVs    ${header.protectedSizeBytes} bytes`,
    `  load address      ${hexNumber(header.loadAddress, 8)}`,
    `  flags             ${header.flags === 0 ? "none" : header.flagNames.join(", ")}`,
  ];
}

function areaLines(area: AreaDump): string[] {
  return area.entries.map((entry) => {
    const head = `  ${entry.name.padEnd(17)} ${hexNumber(entry.type, 4)} ${String(entry.lengthBytes).padStart(5)}`;
    return `${head}  ${entry.meaning ?? shortValue(entry)}`;
  });
}

function shortValue(entry: TlvDump): string {
  const digits = SHOWN_VALUE_BYTES * 2;
  return entry.value.length > digits ? entry.value.slice(0, digits) + "..." : entry.value;
}

function checkLines(output: Output, dump: ImageDump, reason: Reason): string[] {
  const digest =
    dump.digestMatches === undefined ? "cannot be checked" : dump.digestMatches ? "matches" : "does not match";
  const text = reasonText(reason);
  const board =
    reason === Reason.None
      ? output.style("green", "nothing wrong; the signature is not checked here")
      : output.style("red", `refused (${text.name}): ${text.sentence}`);
  return [
    `  digest            ${dump.digestMatches === false ? output.style("red", digest) : digest}`,
    `  board             ${board}`,
    ...dump.problems.map((problem) => `  problem           ${problem}`),
  ];
}

function jsonOf(
  path: string,
  sizeBytes: number,
  address: number | undefined,
  dump: ImageDump,
  reason: Reason,
  trailer: Trailer | undefined,
): unknown {
  return {
    ok: dump.header !== undefined && reason === Reason.None,
    exitCode: dump.header === undefined ? ExitCode.Malformed : ExitCode.Ok,
    file: path,
    fileSizeBytes: sizeBytes,
    hexAddress: address ?? null,
    reason: reasonText(reason).name,
    sentence: reasonText(reason).sentence,
    problems: dump.problems,
    header: dump.header ?? null,
    areas: dump.areas.map((area) => ({
      ...area,
      entries: area.entries.map((entry) => ({ ...entry, meaning: entry.meaning ?? null })),
    })),
    digestMatches: dump.digestMatches ?? null,
    imageSizeBytes: dump.endBytes ?? null,
    trailer:
      trailer === undefined
        ? null
        : {
            magic: MAGIC_NAMES[trailer.magic],
            copyDone: FLAG_STATES[trailer.copyDone],
            imageOk: FLAG_STATES[trailer.imageOk],
          },
  };
}

export const infoCommand: Command = {
  name: "info",
  summary: "show what is in an image",
  usage: helpText(LINE),
  run,
};
