/** The journal for people: names of its records, and the reasons that some of them give. */

import type { JournalRecord } from "../core/journal/record-view";
import { viewRecord } from "../core/journal/record-view";
import { RecordType } from "../core/journal/record";
import { visitJournal } from "../core/journal/audit";
import type { FlashPort } from "../core/ports";
import type { Hash } from "../hal/hash";
import type { JournalEntry, JournalReader } from "./report";

const NAMES: Readonly<Record<RecordType, string>> = {
  [RecordType.Checkpoint]: "checkpoint",
  [RecordType.Settled]: "settled",
  [RecordType.InstallBegin]: "install-begin",
  [RecordType.Installed]: "installed",
  [RecordType.TrialRequested]: "trial-requested",
  [RecordType.Confirmed]: "confirmed",
  [RecordType.Rejected]: "rejected",
  [RecordType.Fallback]: "fallback",
  [RecordType.Attempt]: "attempt",
  [RecordType.Wake]: "wake",
  [RecordType.Announced]: "announced",
  [RecordType.Death]: "death",
  [RecordType.Healthy]: "healthy",
  [RecordType.RecoveryRequested]: "recovery-requested",
  [RecordType.RecoveryEntered]: "recovery-entered",
  [RecordType.Refusal]: "refusal",
  [RecordType.ErrorReport]: "error-report",
  [RecordType.ErrorText]: "error-text",
  [RecordType.JournalLost]: "journal-lost",
  [RecordType.IdentityChanged]: "identity-changed",
  [RecordType.ForeignFiles]: "foreign-files",
  [RecordType.UploadProgress]: "upload-progress",
  [RecordType.Allowances]: "allowances",
  [RecordType.LoginChallenge]: "login-challenge",
  [RecordType.LoginFailed]: "login-failed",
  [RecordType.LoginGranted]: "login-granted",
  [RecordType.PrivilegedUse]: "privileged-use",
  [RecordType.PowerCycles]: "power-cycles",
};

/** Records whose detail is a reason. */
const WITH_REASON = new Set<number>([
  RecordType.Rejected,
  RecordType.Fallback,
  RecordType.RecoveryEntered,
  RecordType.Refusal,
]);

/** The record's name; types of a newer version are named by their number. */
export function recordName(type: number): string {
  const names: Readonly<Record<number, string>> = NAMES;
  return names[type] ?? `record-${type}`;
}

/** The reason that a record gives, as a number of core/reasons.ts. */
export function recordReason(record: JournalRecord): number | undefined {
  return WITH_REASON.has(record.type) ? record.detail : undefined;
}

/** All live records, oldest first. Any bytes give an answer. */
export function readRecords(journal: FlashPort, hash: Hash): JournalRecord[] {
  const records: JournalRecord[] = [];
  visitJournal(journal, hash, (bytes) => records.push(viewRecord(bytes)));
  return records;
}

/** What the machine names records with in its reports. */
export function createJournalReader(hash: Hash, reasonName: (reason: number) => string): JournalReader {
  return (journal): JournalEntry[] =>
    readRecords(journal, hash).map((record) => {
      const reason = recordReason(record);
      return {
        sequence: record.sequence,
        name: recordName(record.type),
        reason: reason === undefined ? undefined : reasonName(reason),
      };
    });
}
