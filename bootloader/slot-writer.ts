/** Writes a new image into a slot that nothing runs from, and lets a trial be asked for only when it verified. */

import { Seal } from "../core/boot/seal";
import type { SlotWriter } from "../core/boot/handover";
import { isFilled } from "../core/bytes";
import { checkDependencies } from "../core/image/dependencies";
import type { ImageFacts } from "../core/image/image";
import { trailerStart } from "../core/image/trailer";
import { appendRecord, formatJournal, recordRefusal } from "../core/journal/journal";
import { makeRecord, RecordType } from "../core/journal/record";
import { SLOT_CHUNK_BYTES } from "../core/limits";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import type { FlashPartition } from "../hal/flash";
import type { Chain } from "./chain";
import { checkSlot, counterOf, sealSlot } from "./chain";
import { VerifyMode } from "./config";

const enum Phase {
  Idle = 0,
  Writing = 1,
  Finished = 2,
}

/** One slot on its way from an old image to a new one. */
interface Install {
  readonly chain: Chain;
  readonly slot: Slot;
  readonly flash: FlashPartition;
  phase: Phase;
  /** Size of the file that was announced. */
  sizeBytes: number;
  /** Bytes of the file taken so far, of which the last `chunkFill` are still in `chunk`. */
  receivedBytes: number;
  readonly chunk: Uint8Array;
  chunkFill: number;
  /** Pages are erased when the first byte behind the erased part is about to be written. */
  erasedBytes: number;
  image: ImageFacts | undefined;
}

function eraseUpTo(install: Install, endBytes: number): void {
  while (install.erasedBytes < endBytes) {
    install.chain.board.watchdog.kick();
    install.flash.erasePage(install.erasedBytes);
    install.erasedBytes += install.flash.pageSizeBytes;
  }
}

/** Programs the chunk up to its last byte that is not erased, in whole write units. */
function flush(install: Install): void {
  const unit = install.flash.writeUnitBytes;
  const offset = install.receivedBytes - install.chunkFill;
  // Erased bytes at the end stay unprogrammed, because each word may be programmed once and seals come behind.
  let used = install.chunkFill;
  while (used > 0 && install.chunk[used - 1] === 255) {
    used--;
  }
  const length = Math.ceil(used / unit) * unit;
  if (length > 0) {
    eraseUpTo(install, offset + length);
    install.flash.write(offset, install.chunk.subarray(0, length));
    install.chunk.fill(255);
  }
  install.chunkFill = 0;
}

function take(install: Install, bytes: Uint8Array): void {
  let taken = 0;
  while (taken < bytes.length) {
    const count = Math.min(bytes.length - taken, SLOT_CHUNK_BYTES - install.chunkFill);
    install.chunk.set(bytes.subarray(taken, taken + count), install.chunkFill);
    install.chunkFill += count;
    install.receivedBytes += count;
    taken += count;
    if (install.chunkFill === SLOT_CHUNK_BYTES) {
      flush(install);
    }
  }
}

/** Whether the slot's bytes from `startBytes` to `endBytes` are erased. */
function isErased(install: Install, startBytes: number, endBytes: number): boolean {
  const blank = new Uint8Array(SLOT_CHUNK_BYTES);
  blank.fill(255);
  const hash = install.chain.board.hash;
  for (let offset = startBytes; offset < endBytes; offset += SLOT_CHUNK_BYTES) {
    const length = Math.min(SLOT_CHUNK_BYTES, endBytes - offset);
    if (hash.crc32(install.flash.read(offset, length)) !== hash.crc32(blank.subarray(0, length))) {
      return false;
    }
  }
  return true;
}

/** Notes the refusal and makes sure that what was written cannot be started, whatever it is. */
function refuse(install: Install, reason: Reason): Reason {
  recordRefusal(install.chain.journal, reason);
  if (install.phase !== Phase.Idle) {
    install.flash.erasePage(0);
  }
  install.phase = Phase.Idle;
  return reason;
}

/** A refusal before anything was touched: an install that is under way goes on. */
function blockedAtBegin(install: Install, reason: Reason): Reason {
  recordRefusal(install.chain.journal, reason);
  return reason;
}

/** Appends a record that names the image just written. */
function appendImage(install: Install, type: RecordType): boolean {
  const image = install.image;
  if (image === undefined) {
    return false;
  }
  return appendRecord(install.chain.journal, makeRecord(type, install.slot, 0, image.digest, counterOf(image)));
}

function begin(install: Install, sizeBytes: number, blocked: Reason): Reason {
  if (blocked !== Reason.None) {
    return blockedAtBegin(install, blocked);
  }
  if (sizeBytes > install.flash.sizeBytes) {
    return blockedAtBegin(install, Reason.ImageTooLarge);
  }
  const journal = install.chain.journal;
  const begun = makeRecord(RecordType.InstallBegin, install.slot, 0, undefined, sizeBytes);
  // A board in recovery may have no journal yet: this is where it gets one.
  if ((!journal.usable && !formatJournal(journal, journal.state)) || !appendRecord(journal, begun)) {
    return Reason.JournalUnwritable;
  }
  install.phase = Phase.Writing;
  install.sizeBytes = sizeBytes;
  install.receivedBytes = 0;
  install.chunk.fill(255);
  install.chunkFill = 0;
  install.erasedBytes = 0;
  install.image = undefined;
  // The header goes first: from here on the slot holds no image, however the rest is cut short.
  eraseUpTo(install, install.flash.pageSizeBytes);
  return Reason.None;
}

function write(install: Install, bytes: Uint8Array): Reason {
  if (install.phase !== Phase.Writing) {
    return Reason.WriterState;
  }
  const endBytes = install.receivedBytes + bytes.length;
  if (endBytes > install.sizeBytes) {
    return refuse(install, Reason.SizeMismatch);
  }
  const trailerOffset = trailerStart(install.flash.sizeBytes);
  const trailerBytes = Math.min(Math.max(endBytes - trailerOffset, 0), bytes.length);
  if (!isFilled(bytes, bytes.length - trailerBytes, trailerBytes, 255)) {
    return refuse(install, Reason.TrailerPresent);
  }
  // Erased bytes of a padded file's trailer are counted and not written: that area is erased anyway.
  take(install, bytes.subarray(0, bytes.length - trailerBytes));
  if (trailerBytes > 0) {
    flush(install);
    install.receivedBytes += trailerBytes;
  }
  return Reason.None;
}

function finish(install: Install): Reason {
  if (install.phase !== Phase.Writing) {
    return Reason.WriterState;
  }
  if (install.receivedBytes !== install.sizeBytes) {
    return refuse(install, Reason.SizeMismatch);
  }
  flush(install);
  eraseUpTo(install, install.flash.sizeBytes);
  const verdict = checkSlot(install.chain, install.slot, VerifyMode.Full);
  const image = verdict.image;
  if (image === undefined) {
    return refuse(install, verdict.reason);
  }
  const unmet = checkDependencies(image);
  if (unmet !== Reason.None) {
    return refuse(install, unmet);
  }
  if (!isErased(install, image.totalSizeBytes, install.sizeBytes)) {
    return refuse(install, Reason.ExtraBytes);
  }
  install.image = image;
  if (!appendImage(install, RecordType.Installed)) {
    return refuse(install, Reason.JournalUnwritable);
  }
  sealSlot(install.chain, install.slot, image, Seal.Verified);
  install.phase = Phase.Finished;
  return Reason.None;
}

function requestTrial(install: Install): Reason {
  if (install.phase !== Phase.Finished) {
    return Reason.WriterState;
  }
  if (!appendImage(install, RecordType.TrialRequested)) {
    return Reason.JournalUnwritable;
  }
  install.phase = Phase.Idle;
  return Reason.None;
}

/**
 * A writer for `slot`.
 *
 * @param refusal why the slot must not be written just now; None if it may. Asked at `begin`.
 */
export function createSlotWriter(chain: Chain, slot: Slot, refusal: () => Reason): SlotWriter {
  const install: Install = {
    chain,
    slot,
    flash: chain.board.slots[slot],
    phase: Phase.Idle,
    sizeBytes: 0,
    receivedBytes: 0,
    chunk: new Uint8Array(SLOT_CHUNK_BYTES),
    chunkFill: 0,
    erasedBytes: 0,
    image: undefined,
  };
  return {
    begin(sizeBytes: number): Reason {
      return begin(install, sizeBytes, refusal());
    },
    write(bytes: Uint8Array): Reason {
      return write(install, bytes);
    },
    finish(): Reason {
      return finish(install);
    },
    requestTrial(): Reason {
      return requestTrial(install);
    },
  };
}
