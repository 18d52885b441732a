/** Writes a new image into a slot that nothing runs from, and lets a trial be asked for only when it verified. */

import type { SlotWriter } from "../core/boot/handover";
import { checkDependencies, listDependencies } from "../core/image/dependencies";
import { HeaderField, readVersion } from "../core/image/header";
import type { JudgedImage } from "../core/image/judge";
import { trailerStart } from "../core/image/trailer";
import { makeRecord, RecordType } from "../core/journal/record";
import { countRefusal } from "../core/journal/refusals";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import type { Chain } from "./chain";
import { VerifyMode } from "./config";
import { writeSeals } from "./seals";
import { createSlotSink } from "./slot-sink";

const enum Phase {
  Idle = 0,
  Writing = 1,
  Finished = 2,
}

/** Notes a refusal in the journal. What stands in the slot stays as it is: an install that is under way goes on. */
function noteRefusal(chain: Chain, reason: Reason): Reason {
  const record = countRefusal(chain.ledger, reason);
  if (record !== undefined) {
    chain.appendRecord(chain.ledger, record);
  }
  return reason;
}

/** Says in the journal that the slot holds nothing any more. False: the journal takes no record. */
function recordBegin(chain: Chain, slot: Slot, sizeBytes: number): boolean {
  const journal = chain.ledger;
  // A board in recovery may have no journal yet: this is where it gets one.
  const usable = journal.usable || chain.formatJournal(journal, journal.state);
  return usable && chain.appendRecord(journal, makeRecord(RecordType.InstallBegin, slot, 0, undefined, sizeBytes));
}

/** Why the file that was written must not be installed; None if it may. */
function refusalOf(image: JudgedImage, usedBytes: number): Reason {
  if (image.reason !== Reason.None) {
    return image.reason;
  }
  const unmet = checkDependencies(readVersion(image.header, HeaderField.Version), listDependencies(image));
  return unmet === Reason.None && usedBytes > image.totalSizeBytes ? Reason.ExtraBytes : unmet;
}

/** Whether any byte is not erased that would stand at `startBytes` of the slot or behind. */
function hasBytesFrom(bytes: Uint8Array, offsetBytes: number, startBytes: number): boolean {
  for (let i = Math.max(startBytes - offsetBytes, 0); i < bytes.length; i++) {
    if (bytes[i] !== 255) {
      return true;
    }
  }
  return false;
}

/**
 * A writer for `slot`.
 *
 * @param refusal why the slot must not be written just now; None if it may. Asked at `begin`.
 */
export function createSlotWriter(chain: Chain, slot: Slot, refusal: () => Reason): SlotWriter {
  const journal = chain.ledger;
  const flash = chain.board.slots[slot];
  const sink = createSlotSink(flash, chain.board.watchdog);
  let phase = Phase.Idle;
  let fileBytes = 0;
  let requested: Uint8Array;

  /** Notes the refusal and makes sure that what was written cannot be started, whatever it is. */
  function refuse(reason: Reason): Reason {
    flash.erasePage(0);
    phase = Phase.Idle;
    return noteRefusal(chain, reason);
  }

  return {
    begin(sizeBytes: number): Reason {
      const tooLarge = sizeBytes > flash.sizeBytes ? Reason.ImageTooLarge : Reason.None;
      const reason = refusal() === Reason.None ? tooLarge : refusal();
      if (reason !== Reason.None) {
        return noteRefusal(chain, reason);
      }
      if (!recordBegin(chain, slot, sizeBytes)) {
        return Reason.JournalUnwritable;
      }
      phase = Phase.Writing;
      fileBytes = sizeBytes;
      sink.restart();
      return Reason.None;
    },
    write(bytes: Uint8Array): Reason {
      if (phase !== Phase.Writing) {
        return Reason.WriterState;
      }
      if (sink.progress.receivedBytes + bytes.length > fileBytes) {
        return refuse(Reason.SizeMismatch);
      }
      if (hasBytesFrom(bytes, sink.progress.receivedBytes, trailerStart(flash.sizeBytes))) {
        return refuse(Reason.TrailerPresent);
      }
      sink.take(bytes);
      return Reason.None;
    },
    finish(): Reason {
      if (phase !== Phase.Writing) {
        return Reason.WriterState;
      }
      if (sink.progress.receivedBytes !== fileBytes) {
        return refuse(Reason.SizeMismatch);
      }
      sink.finish();
      const image = chain.checkSlot(chain, slot, VerifyMode.Full);
      const reason = refusalOf(image, sink.progress.usedBytes);
      if (reason !== Reason.None) {
        return refuse(reason);
      }
      requested = makeRecord(RecordType.TrialRequested, slot, 0, image.digest, image.counter);
      if (!chain.appendRecord(journal, makeRecord(RecordType.Installed, slot, 0, image.digest, image.counter))) {
        return refuse(Reason.JournalUnwritable);
      }
      writeSeals(chain, slot, image);
      phase = Phase.Finished;
      return Reason.None;
    },
    requestTrial(): Reason {
      if (phase !== Phase.Finished || !chain.appendRecord(journal, requested)) {
        return phase === Phase.Finished ? Reason.JournalUnwritable : Reason.WriterState;
      }
      phase = Phase.Idle;
      return Reason.None;
    },
  };
}
