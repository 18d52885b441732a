/** Makes the handover object and starts the application with it. */

import { allowedAttempts } from "../core/boot/decide";
import type { BootInfo, Handover } from "../core/boot/handover";
import { slotOffset, SlotStatus, StateField } from "../core/boot/state";
import { copyBytes, readU16, readU32 } from "../core/bytes";
import { HeaderField, readVersion } from "../core/image/header";
import type { JudgedImage } from "../core/image/judge";
import type { Journal } from "../core/journal/journal";
import { appendRecord } from "../core/journal/journal";
import { makeRecord, RECORD_DIGEST_BYTES, RECORD_TEXT_BYTES, RecordField, RecordType } from "../core/journal/record";
import { ERROR_TEXT_BYTES_MAX } from "../core/limits";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import type { Chain } from "./chain";

/** Largest value of a record: 49 days in milliseconds, at which times stand still. */
const VALUE_MAX = 4294967295;

/** Tells what the journal's state says of the start, also anew when it has changed. */
function describeStart(info: BootInfo, trial: boolean, chain: Chain): void {
  const state = chain.ledger.state;
  const config = chain.config;
  info.trial = trial;
  info.attemptsLeft = trial ? allowedAttempts(config) - 1 - state[StateField.Failures] : 0;
  info.deadlineMs = trial ? config.trialDeadlineMs : 0;
  info.elapsedMs = trial ? readU32(state, StateField.ElapsedMs) : 0;
  info.securityFloor = readU32(state, StateField.Floor);
}

/** The first bytes of a text in records of 20; what is no byte becomes a question mark. */
function appendText(journal: Journal, slot: Slot, text: string): void {
  for (let start = 0; start < text.length && start < ERROR_TEXT_BYTES_MAX; start += RECORD_TEXT_BYTES) {
    const count = Math.min(RECORD_TEXT_BYTES, text.length - start);
    const record = makeRecord(RecordType.ErrorText, slot, count, undefined, 0);
    for (let i = 0; i < count; i++) {
      const code = text.charCodeAt(start + i);
      record[RecordField.Digest + i] = code < 256 ? code : 63;
    }
    appendRecord(journal, record);
  }
}

/**
 * Starts the image in `slot` and hands the application its door. Whatever it throws, now or later, goes into the
 * journal before the reset.
 */
export function handOver(chain: Chain, slot: Slot, image: JudgedImage): void {
  const board = chain.board;
  const journal = chain.ledger;
  const header = image.header;
  const info = {
    slot,
    version: readVersion(header, HeaderField.Version),
    digest: copyBytes(image.digest, 0, RECORD_DIGEST_BYTES),
  } as BootInfo;

  /** The journal's state says so: the application can write into its info. */
  function isOnTrial(): boolean {
    return journal.state[slotOffset(slot)] === SlotStatus.Trial;
  }

  describeStart(info, isOnTrial(), chain);
  const elapsedMs = info.elapsedMs;

  /** Appends a record that names the running image. */
  function append(type: RecordType, detail: number, value: number): Reason {
    const record = makeRecord(type, slot, detail, image.digest, value);
    return appendRecord(journal, record) ? Reason.None : Reason.JournalUnwritable;
  }

  /** As `append`; the value is the time awake in this attempt in milliseconds, earlier starts included. */
  function appendTime(type: RecordType, detail: number): Reason {
    return append(type, detail, Math.min(Math.floor(elapsedMs + board.clock.uptimeMs()), VALUE_MAX));
  }

  /** A last record with its text, then the reset. Without room for the record nothing happens. */
  function leave(type: RecordType, detail: number, text: string): Reason {
    const reason = appendTime(type, detail);
    if (reason === Reason.None) {
      appendText(journal, slot, text);
      board.reset.reboot();
    }
    return reason;
  }

  function confirm(): Reason {
    if (!isOnTrial()) {
      return journal.state[StateField.Deaths] === 0 ? Reason.None : appendTime(RecordType.Healthy, 0);
    }
    const reason = append(RecordType.Confirmed, 0, image.counter);
    if (reason === Reason.None) {
      describeStart(info, false, chain);
      if (chain.block.deviceKey !== undefined) {
        // Evaluated when the trial started: takes no memory now.
        chain.loadService().writeSeals(chain, slot, image);
      }
    }
    return reason;
  }

  function die(text: string): void {
    leave(RecordType.ErrorReport, 0, text);
    // An unwritable journal must not keep a dying application alive.
    board.reset.reboot();
  }

  const handover: Handover = {
    info,
    data: board.data,
    openWriter: () => chain.loadService().createWriter(chain, slot),
    openManagement: () => chain.loadService().manage(chain, slot, handover),
    confirm,
    reject: (text) =>
      isOnTrial() ? leave(RecordType.Rejected, Reason.RejectedByApplication, text) : Reason.WriterState,
    requestRecovery: () => leave(RecordType.RecoveryRequested, 0, ""),
    announceRestart: () => appendTime(RecordType.Announced, 0),
    // A board that cannot tell causes takes the wake of a confirmed image for a death, unless it was announced.
    announceSleep: () =>
      isOnTrial() || !chain.config.knowsResetCauses ? appendTime(RecordType.Announced, 0) : Reason.None,
    die,
    kickWatchdog: () => { board.watchdog.kick(); },
    uptimeMs: () => board.clock.uptimeMs(),
    every: (intervalMs, callback) => { board.clock.every(intervalMs, callback); },
    readJournal: (visit) => { chain.loadService().visitJournal(chain, visit); },
  };
  board.program.onUncaughtError(die);
  board.program.start(
    board.slots[slot], readU16(header, HeaderField.HeaderSize), readU32(header, HeaderField.PayloadSize), handover,
  );
}
