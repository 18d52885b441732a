/** Journal records in words, for expectations and for differences. */

import { AttemptKind } from "../../../core/boot/state";
import { recordIsValid, RecordType } from "../../../core/journal/record";
import type { JournalRecord } from "../../../core/journal/record-view";
import { viewRecord } from "../../../core/journal/record-view";
import { RECORD_BYTES } from "../../../core/limits";
import { recordName, recordReason } from "../../../sim/journal-reader";
import { causeName } from "../../../sim/reset";
import { createHostHash } from "../../../tools/host-hash";
import { reasonText } from "../../../tools/reason-text";

const HASH = createHostHash();
const ATTEMPTS: Readonly<Record<AttemptKind, string>> = {
  [AttemptKind.First]: "first",
  [AttemptKind.AfterFailure]: "after-failure",
  [AttemptKind.AfterPowerLoss]: "after-power-loss",
};

export function reasonName(reason: number): string {
  return reasonText(reason).name;
}

function detailOf(record: JournalRecord): string {
  const reason = recordReason(record);
  if (reason !== undefined) {
    return reasonName(reason);
  }
  switch (record.type) {
    case RecordType.Attempt:
      return ATTEMPTS[record.detail as AttemptKind];
    case RecordType.Death:
      return causeName(record.detail);
    case RecordType.ErrorText:
      return record.text;
    default:
      return "";
  }
}

/** `attempt B first`, `death A watchdog`, `journal-lost`. */
export function recordWords(record: JournalRecord): string {
  const slot = ["A", "B"][record.slot] ?? "";
  return [recordName(record.type), slot, detailOf(record)].filter((word) => word !== "").join(" ");
}

/** The 32 bytes at a position of a journal page, whatever they are. */
export function positionWords(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte === 0xff)) {
    return "nothing";
  }
  const digits = Buffer.from(bytes).toString("hex");
  if (bytes.length !== RECORD_BYTES || !recordIsValid(new Uint8Array(bytes), HASH)) {
    return `no record (${digits})`;
  }
  const record = viewRecord(new Uint8Array(bytes));
  return `${recordWords(record)} with sequence ${record.sequence}, value ${record.value} (${digits})`;
}
