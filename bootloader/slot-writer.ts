/** Writes a new image into a slot that nothing runs from, and lets a trial be asked for only when it verified. */

import type { SlotWriter } from "../core/boot/handover";
import { slotOffset, SlotStatus } from "../core/boot/state";
import { HeaderField, readVersion } from "../core/image/header";
import { Tlv } from "../core/image/image";
import type { JudgedImage } from "../core/image/judge";
import { trailerStart } from "../core/image/trailer";
import { compareVersions } from "../core/image/version";
import { makeRecord, RecordType } from "../core/journal/record";
import { countRefusal } from "../core/journal/refusals";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import { otherSlot } from "../core/slot";
import type { Chain } from "./chain";
import { VerifyMode } from "./config";
import { writeSeals } from "./seals";
import type { SlotSink } from "./slot-sink";
import { createSlotSink } from "./slot-sink";

const enum Phase {
  Idle = 0,
  Writing = 1,
  Finished = 2,
}

/** Notes a refusal in the journal. What stands in the slot stays as it is: an install that is under way goes on. */
export function noteRefusal(chain: Chain, reason: Reason): Reason {
  const record = countRefusal(chain.ledger, reason);
  if (record !== undefined) {
    chain.appendRecord(chain.ledger, record);
  }
  return reason;
}

/** What management needs of a writer beyond what an application gets. */
export interface ManagedSlotWriter extends SlotWriter {
  readonly sink: SlotSink;
  /**
   * As for an application; over a wire the record says whose bytes are coming.
   *
   * @param erases of the slot that were asked for over wires in this period, this one included
   * @param file first 12 bytes of the file's SHA-256
   */
  begin(sizeBytes: number, erases?: number, file?: Uint8Array): Reason;
  /** Goes on at `startBytes`, where a page begins, with a file of which the slot holds what is before that. */
  resume(this: void, sizeBytes: number, startBytes: number): void;
}

/** Why the file must not be installed; None if it may. Dependencies: the rule of core/image/dependencies.ts. */
function refusalOf(image: JudgedImage, usedBytes: number): Reason {
  if (image.reason !== Reason.None) {
    return image.reason;
  }
  for (let i = 0; i < image.values.length; i++) {
    const value = image.values[i];
    if (image.types[i] === Tlv.Dependency) {
      if (value[0] !== 0) {
        return Reason.DependencyOnOtherImage;
      }
      if (compareVersions(readVersion(image.header, HeaderField.Version), readVersion(value, 4)) < 0) {
        return Reason.DependencyUnmet;
      }
    }
  }
  return usedBytes > image.totalSizeBytes ? Reason.ExtraBytes : Reason.None;
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

function append(
  chain: Chain, type: RecordType, slot: Slot, detail: number, digest: Uint8Array | undefined, value: number,
): boolean {
  return chain.appendRecord(chain.ledger, makeRecord(type, slot, detail, digest, value));
}

/** The state says so, not what the application was told: it can write there. */
function slotIsOnTrial(chain: Chain, slot: Slot): boolean {
  return chain.ledger.state[slotOffset(slot)] === SlotStatus.Trial;
}

/** Says in the journal that the slot holds nothing any more. False: the journal takes no record. */
function recordBegin(
  chain: Chain, slot: Slot, sizeBytes: number, erases: number, file: Uint8Array | undefined,
): boolean {
  const journal = chain.ledger;
  // A board in recovery may have no journal yet: this is where it gets one.
  const usable = journal.usable || chain.formatJournal(journal, journal.state);
  return usable && append(chain, RecordType.InstallBegin, slot, erases, file, sizeBytes);
}

/** Checks what was written, and records it. The image's reason says whether it may be started. */
function install(chain: Chain, slot: Slot, sink: SlotSink): JudgedImage {
  sink.flush();
  while (sink.eraseNext());
  const image = chain.checkSlot(chain, slot, VerifyMode.Full);
  image.reason = refusalOf(image, sink.usedBytes);
  if (image.reason === Reason.None) {
    if (append(chain, RecordType.Installed, slot, 0, image.digest, image.counter)) {
      writeSeals(chain, slot, image);
    } else {
      image.reason = Reason.JournalUnwritable;
    }
  }
  return image;
}

/**
 * A writer for `slot`. Of several, the one that began last is the only one that writes.
 *
 * @param hasApplication whether an image runs from the other slot: while that is on trial, this one is not written
 */
export function createSlotWriter(chain: Chain, slot: Slot, hasApplication: boolean): ManagedSlotWriter {
  const journal = chain.ledger;
  const flash = chain.board.slots[slot];
  const sink = createSlotSink(flash, chain.board.watchdog, chain.board.hash);
  let phase = Phase.Idle;
  let fileBytes = 0;
  let requested: Uint8Array;

  const isIn = (wanted: Phase): boolean => phase === wanted && chain.writing === sink;

  /** Makes sure that what was written cannot be started, whatever it is. */
  function refuse(reason: Reason): Reason {
    flash.erasePage(0);
    phase = Phase.Idle;
    return noteRefusal(chain, reason);
  }

  function resume(sizeBytes: number, startBytes: number): void {
    phase = Phase.Writing;
    fileBytes = sizeBytes;
    chain.writing = sink;
    sink.restart(startBytes);
  }

  return {
    sink,
    resume,
    begin(sizeBytes: number, erases?: number, file?: Uint8Array): Reason {
      if (hasApplication && slotIsOnTrial(chain, otherSlot(slot)) || sizeBytes > flash.sizeBytes) {
        return noteRefusal(chain, sizeBytes > flash.sizeBytes ? Reason.ImageTooLarge : Reason.TrialRunning);
      }
      if (!recordBegin(chain, slot, sizeBytes, erases === undefined ? 0 : erases, file)) {
        return Reason.JournalUnwritable;
      }
      resume(sizeBytes, 0);
      return Reason.None;
    },
    write(bytes: Uint8Array): Reason {
      if (!isIn(Phase.Writing)) {
        return Reason.WriterState;
      }
      if (sink.receivedBytes + bytes.length > fileBytes) {
        return refuse(Reason.SizeMismatch);
      }
      if (hasBytesFrom(bytes, sink.receivedBytes, trailerStart(flash.sizeBytes))) {
        return refuse(Reason.TrailerPresent);
      }
      sink.take(bytes);
      return Reason.None;
    },
    finish(): Reason {
      if (!isIn(Phase.Writing)) {
        return Reason.WriterState;
      }
      if (sink.receivedBytes !== fileBytes) {
        return refuse(Reason.SizeMismatch);
      }
      const image = install(chain, slot, sink);
      if (image.reason !== Reason.None) {
        return refuse(image.reason);
      }
      requested = makeRecord(RecordType.TrialRequested, slot, 0, image.digest, image.counter);
      phase = Phase.Finished;
      return Reason.None;
    },
    requestTrial(): Reason {
      if (!isIn(Phase.Finished)) {
        return Reason.WriterState;
      }
      phase = chain.appendRecord(journal, requested) ? Phase.Idle : phase;
      return phase === Phase.Idle ? Reason.None : Reason.JournalUnwritable;
    },
  };
}
