/** Makes the handover object and starts the application with it. */

import { allowedAttempts } from "../core/boot/decide";
import type { BootInfo, Handover, SlotWriter } from "../core/boot/handover";
import { Seal } from "../core/boot/seal";
import { slotOffset, SlotStatus, StateField } from "../core/boot/state";
import { readU32 } from "../core/bytes";
import type { ImageFacts } from "../core/image/image";
import { appendRecord } from "../core/journal/journal";
import { makeRecord, RECORD_DIGEST_BYTES, RECORD_TEXT_BYTES, RecordField, RecordType } from "../core/journal/record";
import { ERROR_TEXT_BYTES_MAX } from "../core/limits";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import { otherSlot } from "../core/slot";
import type { Chain } from "./chain";
import { counterOf, sealSlot } from "./chain";

function bootInfo(chain: Chain, slot: Slot, image: ImageFacts): BootInfo {
  const state = chain.journal.state;
  const trial = state[slotOffset(slot)] === SlotStatus.Trial;
  return {
    slot,
    version: image.header.version,
    digest: image.digest.slice(0, RECORD_DIGEST_BYTES),
    trial,
    attemptsLeft: trial ? allowedAttempts(chain.config) - 1 - state[StateField.Failures] : 0,
    deadlineMs: trial ? chain.config.trialDeadlineMs : 0,
    elapsedMs: trial ? readU32(state, StateField.ElapsedMs) : 0,
    securityFloor: readU32(state, StateField.Floor),
  };
}

/** The application that was started, as the door sees it. */
interface Running {
  readonly chain: Chain;
  readonly slot: Slot;
  readonly image: ImageFacts;
  readonly info: BootInfo;
}

/** Uptime as a record can hold it: 49 days, then it stands still. */
function uptimeMs(running: Running): number {
  return Math.min(Math.floor(running.chain.board.clock.uptimeMs()), 4294967295);
}

/** Time awake in this attempt, earlier starts included. */
function elapsedMs(running: Running): number {
  return Math.min(running.info.elapsedMs + uptimeMs(running), 4294967295);
}

/** Appends a record that names the running image. */
function append(running: Running, type: RecordType, detail: number, value: number): Reason {
  const record = makeRecord(type, running.slot, detail, running.image.digest, value);
  return appendRecord(running.chain.journal, record) ? Reason.None : Reason.JournalUnwritable;
}

function confirm(running: Running): Reason {
  const chain = running.chain;
  const info = running.info;
  const state = chain.journal.state;
  if (!info.trial) {
    return state[StateField.Deaths] === 0 ? Reason.None : append(running, RecordType.Healthy, 0, uptimeMs(running));
  }
  const reason = append(running, RecordType.Confirmed, 0, counterOf(running.image));
  if (reason === Reason.None) {
    info.trial = false;
    info.attemptsLeft = 0;
    info.deadlineMs = 0;
    info.securityFloor = readU32(state, StateField.Floor);
    sealSlot(chain, running.slot, running.image, Seal.Confirmed);
  }
  return reason;
}

/** The first bytes of an error's text in records of 20; what is no byte becomes a question mark. */
function appendText(running: Running, text: string): void {
  const length = Math.min(text.length, ERROR_TEXT_BYTES_MAX);
  for (let start = 0; start < length; start += RECORD_TEXT_BYTES) {
    const count = Math.min(RECORD_TEXT_BYTES, length - start);
    const record = makeRecord(RecordType.ErrorText, running.slot, count, undefined, 0);
    for (let i = 0; i < count; i++) {
      const code = text.charCodeAt(start + i);
      record[RecordField.Digest + i] = code < 256 ? code : 63;
    }
    appendRecord(running.chain.journal, record);
  }
}

/** A last record with its text, then the reset. Without room for the record nothing happens. */
function appendThenReboot(running: Running, type: RecordType, detail: number, text: string): Reason {
  const reason = append(running, type, detail, elapsedMs(running));
  if (reason === Reason.None) {
    appendText(running, text);
    running.chain.board.reset.reboot();
  }
  return reason;
}

/** The object that the application gets. */
export function createHandover(chain: Chain, slot: Slot, image: ImageFacts): Handover {
  const info = bootInfo(chain, slot, image);
  const running: Running = { chain, slot, image, info };
  const board = chain.board;
  return {
    info,
    data: board.data,
    openWriter(): SlotWriter {
      return chain.loadService().createSlotWriter(chain, otherSlot(slot), function (): Reason {
        return info.trial ? Reason.TrialRunning : Reason.None;
      });
    },
    confirm(): Reason {
      return confirm(running);
    },
    reject(text: string): Reason {
      return info.trial
        ? appendThenReboot(running, RecordType.Rejected, Reason.RejectedByApplication, text)
        : Reason.WriterState;
    },
    requestRecovery(): Reason {
      return appendThenReboot(running, RecordType.RecoveryRequested, 0, "");
    },
    announceRestart(): Reason {
      return append(running, RecordType.Announced, 0, elapsedMs(running));
    },
    announceSleep(): Reason {
      return info.trial ? append(running, RecordType.Announced, 0, elapsedMs(running)) : Reason.None;
    },
    die(text: string): void {
      appendThenReboot(running, RecordType.ErrorReport, 0, text);
      // An unwritable journal must not keep a dying application alive.
      board.reset.reboot();
    },
    kickWatchdog(): void {
      board.watchdog.kick();
    },
    uptimeMs(): number {
      return board.clock.uptimeMs();
    },
    every(intervalMs: number, callback: () => void): void {
      board.clock.every(intervalMs, callback);
    },
    readJournal(visit: (record: Uint8Array) => void): void {
      chain.loadService().visitJournal(chain, visit);
    },
  };
}

/** Starts the image in `slot`. Whatever it throws, now or later, goes into the journal before the reset. */
export function handOver(chain: Chain, slot: Slot, image: ImageFacts): void {
  const handover = createHandover(chain, slot, image);
  const program = chain.board.program;
  program.onUncaughtError(function (text: string): void {
    handover.die(text);
  });
  const header = image.header;
  program.start(chain.board.slots[slot], header.headerSizeBytes, header.payloadSizeBytes, handover);
}
