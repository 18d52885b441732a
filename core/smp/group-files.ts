/** Group 8, files: reading the journal and the text of the last error, for those who are logged in for that. */

import { copyBytes, readU16, viewBytes } from "../bytes";
import { RECORD_TEXT_BYTES, RecordField, RecordType } from "../journal/record";
import { ERROR_TEXT_BYTES_MAX, FILE_HASH_BYTES_MAX, RECORD_BYTES } from "../limits";
import type { CborFields } from "./cbor-reader";
import { CborType, fieldIsWrong, textField, uintField } from "./cbor-reader";
import { writeEntry } from "./entry";
import type { SmpContext } from "./errors";
import { SmpError } from "./errors";
import type { SmpHeader } from "./frame";
import { SmpOperation } from "./frame";
import type { Login } from "./login";
import type { Management } from "./management";
import { CommandSet } from "./policy";

const enum FileCommand {
  Download = 0,
  Status = 1,
  Hash = 2,
  HashTypes = 3,
  Close = 4,
}

const enum FileError {
  NotFound = 3,
  OffsetBeyondEnd = 12,
  UnknownHash = 13,
}

/** What an answer to a download holds beside the data. */
const DOWNLOAD_EXTRA_BYTES = 40;

/** Of which `read` gives the bytes from `startBytes` to `endBytes`. */
interface SmpFile {
  readonly sizeBytes: number;
  read(startBytes: number, endBytes: number): Uint8Array;
}

function journalFile(management: Management): SmpFile {
  let sizeBytes = 0;
  management.readJournal(function (): void {
    sizeBytes += RECORD_BYTES;
  });
  return {
    sizeBytes,
    read(startBytes: number, endBytes: number): Uint8Array {
      const bytes = new Uint8Array(endBytes - startBytes);
      let at = 0;
      management.readJournal(function (record: Uint8Array): void {
        const from = Math.max(startBytes - at, 0);
        const to = Math.min(endBytes - at, RECORD_BYTES);
        if (from < to) {
          bytes.set(viewBytes(record, from, to - from), at + from - startBytes);
        }
        at += RECORD_BYTES;
      });
      return bytes;
    },
  };
}

/** The text of the last error that nobody caught. */
function crashFile(management: Management): SmpFile {
  const text = new Uint8Array(ERROR_TEXT_BYTES_MAX);
  let sizeBytes = 0;
  management.readJournal(function (record: Uint8Array): void {
    const type = record[RecordField.Type];
    const count = Math.min(readU16(record, RecordField.Detail), RECORD_TEXT_BYTES, text.length - sizeBytes);
    if (type === RecordType.ErrorReport) {
      sizeBytes = 0;
    } else if (type === RecordType.ErrorText) {
      text.set(viewBytes(record, RecordField.Digest, count), sizeBytes);
      sizeBytes += count;
    }
  });
  return { sizeBytes, read: (start, end) => copyBytes(text, start, end - start) };
}

function writeHash(context: SmpContext, file: SmpFile, fields: CborFields, startBytes: number): number {
  const writer = context.writer;
  const wanted = textField(fields, "type");
  const length = uintField(fields, "len");
  const endBytes = length === undefined ? file.sizeBytes : Math.min(startBytes + length, file.sizeBytes);
  if (endBytes - startBytes > FILE_HASH_BYTES_MAX) {
    return SmpError.TooLarge;
  }
  const bytes = file.read(startBytes, endBytes);
  const type = wanted === undefined ? "crc32" : wanted;
  writeEntry(writer, "type", type);
  writeEntry(writer, "len", bytes.length);
  if (startBytes > 0) {
    writeEntry(writer, "off", startBytes);
  }
  writer.key("output");
  if (type === "sha256") {
    writer.bytes(context.management.hash.sha256(bytes));
  } else {
    writer.unsigned(context.management.hash.crc32(bytes));
  }
  return type === "sha256" || type === "crc32" ? SmpError.Ok : SmpError.OfGroup + FileError.UnknownHash;
}

function writeType(context: SmpContext, name: string, format: number, sizeBytes: number): void {
  const writer = context.writer;
  writer.key(name);
  writer.openMap();
  writeEntry(writer, "format", format);
  writeEntry(writer, "size", sizeBytes);
  writer.close();
}

function handleNamed(context: SmpContext, command: number, fields: CborFields): number {
  const writer = context.writer;
  const name = textField(fields, "name");
  const offset = uintField(fields, "off");
  const startBytes = offset === undefined ? 0 : offset;
  if (name === undefined || fieldIsWrong(fields, "off", CborType.Unsigned)) {
    return SmpError.Invalid;
  }
  if (name !== "/journal" && name !== "/crash") {
    return SmpError.OfGroup + FileError.NotFound;
  }
  const file = name === "/crash" ? crashFile(context.management) : journalFile(context.management);
  if (startBytes > file.sizeBytes) {
    return SmpError.OfGroup + FileError.OffsetBeyondEnd;
  }
  if (command === FileCommand.Hash) {
    return writeHash(context, file, fields, startBytes);
  }
  if (command === FileCommand.Download) {
    const room = context.management.settings.frameBytes - DOWNLOAD_EXTRA_BYTES;
    writeEntry(writer, "off", startBytes);
    writeEntry(writer, "data", file.read(startBytes, Math.min(startBytes + room, file.sizeBytes)));
  }
  if (command === FileCommand.Status || startBytes === 0) {
    writeEntry(writer, "len", file.sizeBytes);
  }
  return SmpError.Ok;
}

export function handleFiles(context: SmpContext, login: Login, request: SmpHeader, fields: CborFields): number {
  const command = request.command;
  const isRead = request.operation === SmpOperation.Read;
  if (command > FileCommand.Close || isRead === (command === FileCommand.Close)) {
    return SmpError.NotSupported;
  }
  if (!login.mayUse(CommandSet.Files)) {
    return SmpError.Denied;
  }
  if (command === FileCommand.HashTypes) {
    context.writer.key("types");
    context.writer.openMap();
    writeType(context, "crc32", 0, 4);
    writeType(context, "sha256", 1, 32);
    context.writer.close();
  }
  return command < FileCommand.HashTypes ? handleNamed(context, command, fields) : SmpError.Ok;
}
