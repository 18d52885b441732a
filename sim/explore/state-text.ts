/** States and records as text, with everything left out that no decision reads. */

import { SlotStatus, StateField, STATE_SLOT_BYTES } from "../../core/boot/state";
import { readU32, writeU32 } from "../../core/bytes";
import { RecordField, RecordType } from "../../core/journal/record";
import { STATE_BYTES } from "../../core/limits";

/** Records that change no state and are not Settled: as the last record of a journal they are all alike. */
const ONLY_FOR_THE_AUDIT = [
  RecordType.ErrorReport, RecordType.ErrorText, RecordType.JournalLost, RecordType.LoginChallenge,
  RecordType.PrivilegedUse,
];
/** Failed logins are compared with 0 only; up to here the time to wait is watched. */
export const FAILURES_KEPT = 2;

export function isOnlyForTheAudit(type: RecordType): boolean {
  return ONLY_FOR_THE_AUDIT.includes(type);
}

/** Whether the state says that a trial is pending. */
function hasTrial(state: Uint8Array): boolean {
  return [0, STATE_SLOT_BYTES].some((slot) => state[StateField.Slots + slot] === SlotStatus.Trial);
}

/** Wakes are compared with 255 only, deaths with 0 and 5: counts in between are one (R5). */
const WAKES_KEPT = 2;
const WAKES_LAST = 252;
const DEATHS_KEPT = 1;
const DEATHS_LAST = 4;

/** A state block with everything left out that no decision reads. Changes `state`. */
export function stateText(state: Uint8Array): string {
  writeU32(state, 0, 0);
  writeU32(state, STATE_BYTES - 4, 0);
  writeU32(state, StateField.ElapsedMs, 0);
  if (!hasTrial(state)) {
    // Counters of a trial that is over: the next one begins with zeros.
    state.fill(0, StateField.ElapsedMs, StateField.Announced);
  }
  const deaths = state[StateField.Deaths];
  state[StateField.Deaths] = deaths >= DEATHS_LAST ? deaths : Math.min(deaths, DEATHS_KEPT);
  const wakes = state[StateField.Wakes];
  state[StateField.Wakes] = wakes >= WAKES_LAST ? wakes : Math.min(wakes, WAKES_KEPT);
  return Buffer.from(state.buffer, state.byteOffset, STATE_BYTES).toString("latin1");
}

/** A record by what it does to a state; times and causes are for the audit log only. */
export function recordText(record: Uint8Array): string {
  const type: RecordType = record[RecordField.Type];
  if (isOnlyForTheAudit(type)) {
    return "audit";
  }
  const namesImage = type >= RecordType.InstallBegin && type <= RecordType.Fallback;
  // What counts of erases and logins say, management-form.ts tells.
  const hasValue = namesImage || type === RecordType.UploadProgress;
  const value = hasValue ? readU32(record, RecordField.Value) : 0;
  const hasDetail = type === RecordType.Attempt || type === RecordType.Rejected || type === RecordType.TrialRequested;
  const detail = hasDetail ? record[RecordField.Detail] : 0;
  const bytes = record.subarray(RecordField.Digest, RecordField.Digest + 12);
  const hasDigest = namesImage || type === RecordType.Refusal || type === RecordType.IdentityChanged;
  const digest = hasDigest ? Buffer.from(bytes).toString("latin1") : "";
  return `${type},${record[RecordField.Slot]},${detail},${value},${digest}`;
}
