/** A record with names, for the audit log's readers. Not part of the bootloader. */

import { copyBytes, readU16, readU32 } from "../bytes";
import type { Slot } from "../slot";
import { RECORD_DIGEST_BYTES, RECORD_TEXT_BYTES, RecordField, RecordType } from "./record";

export interface JournalRecord {
  readonly sequence: number;
  readonly type: RecordType;
  readonly slot: Slot;
  readonly detail: number;
  readonly digest: Uint8Array;
  readonly value: number;
  /** Text of an ErrorText record, a character a byte; empty for every other type. */
  readonly text: string;
}

/** @param bytes the 32 bytes of a record whose CRC is right */
export function viewRecord(bytes: Uint8Array): JournalRecord {
  const type: RecordType = bytes[RecordField.Type];
  const detail = readU16(bytes, RecordField.Detail);
  let text = "";
  if (type === RecordType.ErrorText) {
    for (let i = 0; i < Math.min(detail, RECORD_TEXT_BYTES); i++) {
      text += String.fromCharCode(bytes[RecordField.Digest + i]);
    }
  }
  return {
    sequence: readU32(bytes, RecordField.Sequence),
    type,
    slot: bytes[RecordField.Slot],
    detail,
    digest: copyBytes(bytes, RecordField.Digest, RECORD_DIGEST_BYTES),
    value: readU32(bytes, RecordField.Value),
    text,
  };
}
