/**
 * Times in the journal of a real interpreter are those of its clock, while the clock of the memory drivers stands
 * still. Before journals are compared, times are set to 0 here, wherever SPEC.md says that a value is a time.
 */

import { StateField } from "../../../core/boot/state";
import { readU16, readU32, writeU32 } from "../../../core/bytes";
import { recordIsValid, RecordField, RecordType, sealRecord } from "../../../core/journal/record";
import { RECORD_BYTES, STATE_BYTES } from "../../../core/limits";
import { Reason } from "../../../core/reasons";
import { createHostHash } from "../../../tools/host-hash";
import { PAGE_BYTES } from "./layout";

const HASH = createHostHash();
/** No scenario runs longer: a larger value is no time. */
const TIME_MS_MAX = 60_000;

const TIMED: readonly RecordType[] = [
  RecordType.Announced, RecordType.Healthy, RecordType.RecoveryRequested, RecordType.ErrorReport,
];

function hasTime(bytes: Uint8Array): boolean {
  const type = bytes[RecordField.Type];
  return TIMED.includes(type) ||
    (type === RecordType.Rejected && readU16(bytes, RecordField.Detail) === Reason.RejectedByApplication);
}

function clearTime(bytes: Uint8Array, offsetBytes: number): void {
  if (readU32(bytes, offsetBytes) <= TIME_MS_MAX) {
    writeU32(bytes, offsetBytes, 0);
    sealRecord(bytes, readU32(bytes, 0), HASH);
  }
}

/** Sets the times in the content of a journal to 0. What is no record with a right CRC stays as it is. */
export function withoutTimes(journal: Buffer): Buffer {
  const result = Buffer.from(journal);
  for (let page = 0; page < result.length; page += PAGE_BYTES) {
    const checkpoint = new Uint8Array(result.subarray(page, page + STATE_BYTES));
    if (recordIsValid(checkpoint, HASH)) {
      clearTime(checkpoint, StateField.ElapsedMs);
      result.set(checkpoint, page);
    }
    for (let at = page + STATE_BYTES; at < page + PAGE_BYTES; at += RECORD_BYTES) {
      const record = new Uint8Array(result.subarray(at, at + RECORD_BYTES));
      if (recordIsValid(record, HASH) && hasTime(record)) {
        clearTime(record, RecordField.Value);
        result.set(record, at);
      }
    }
  }
  return result;
}
