/**
 * What management has to know of earlier starts, read from the journal's records: the boot state does not carry it, so
 * that an ordinary start pays nothing for it.
 */

import { readU16, readU32 } from "../core/bytes";
import { RecordField, RecordType } from "../core/journal/record";
import { Slot } from "../core/slot";
import type { Chain } from "./chain";

const DAY_MS = 86400000;

export interface ManagementLog {
  /** The InstallBegin record of the file that is in the free slot or on its way there. */
  begin: Uint8Array | undefined;
  /** Bytes of that file which are in the slot for certain. */
  markBytes: number;
  /** Whether that file was installed. */
  isInstalled: boolean;
  /** Whether the last trial that was asked for was asked for by `confirm`. */
  isPermanent: boolean;
  /** Erases over wires in this period. */
  erases: number;
  /** Failed logins in a row. */
  failures: number;
  /** Uptime at which the period began. */
  sinceMs: number;
}

/** Appends a record; `false`: the journal takes none. */
export function appendNote(
  chain: Chain, type: RecordType, slot: Slot, detail: number, digest: Uint8Array | undefined, value: number,
): boolean {
  return chain.appendRecord(chain.ledger, chain.loadService().makeRecord(type, slot, detail, digest, value));
}

function writeAllowances(chain: Chain, log: ManagementLog): void {
  appendNote(chain, RecordType.Allowances, Slot.None, log.erases, undefined, log.failures);
}

/** Begins a new period when the last one is over. */
export function renewAllowances(chain: Chain, log: ManagementLog, uptimeMs: number): void {
  if (uptimeMs - log.sinceMs >= DAY_MS) {
    log.sinceMs = uptimeMs;
    if (log.erases + log.failures > 0) {
      log.erases = 0;
      log.failures = 0;
      writeAllowances(chain, log);
    }
  }
}

/** Counts an erase that no InstallBegin record counts. */
export function countErase(chain: Chain, log: ManagementLog): void {
  log.erases++;
  writeAllowances(chain, log);
}

/**
 * Reads the journal. As long as there is something to remember, the page in use holds a record that says all of it:
 * otherwise restarting again and again would push it out, and make the board forget.
 */
export function readLog(chain: Chain, freeSlot: Slot): ManagementLog {
  const journal = chain.ledger;
  let countedAt = 0;
  const log: ManagementLog = {
    begin: undefined, markBytes: 0, isInstalled: false, isPermanent: false, erases: 0, failures: 0, sinceMs: 0,
  };
  chain.loadService().visitJournal(chain, function (record: Uint8Array): void {
    const type = record[RecordField.Type];
    const detail = readU16(record, RecordField.Detail);
    const isOfSlot = record[RecordField.Slot] === freeSlot;
    const value = readU32(record, RecordField.Value);
    if (type === RecordType.InstallBegin) {
      log.erases = Math.max(log.erases, detail);
      if (isOfSlot) {
        log.begin = record;
        log.markBytes = 0;
        log.isInstalled = false;
      }
    } else if (type === RecordType.UploadProgress && isOfSlot) {
      log.markBytes = value;
    } else if (type === RecordType.Installed && isOfSlot) {
      log.isInstalled = true;
    } else if (type === RecordType.TrialRequested) {
      log.isPermanent = detail === 1;
    } else if (type === RecordType.Allowances) {
      log.erases = detail;
      log.failures = value;
      countedAt = readU32(record, 0);
    } else if (type === RecordType.LoginFailed) {
      log.failures = detail;
    } else if (type === RecordType.LoginGranted) {
      log.failures = 0;
    }
  });
  // The state begins with the sequence of the page's checkpoint; a cut record on an older page may have the same one.
  if (log.erases + log.failures > 0 && countedAt <= readU32(journal.state, 0)) {
    writeAllowances(chain, log);
  }
  return log;
}
