/** Bytes on their way into a slot: collected to chunks, programmed in whole write units, pages erased just before. */

import { viewBytes } from "../core/bytes";
import { signedSizeBytes } from "../core/image/header";
import { IMAGE_HEADER_BYTES, SLOT_CHUNK_BYTES } from "../core/limits";
import type { HashPort } from "../core/ports";
import type { FlashPartition } from "../hal/flash";
import type { Watchdog } from "../hal/watchdog";

export interface SlotSink {
  /** What came since `restart`. */
  receivedBytes: number;
  /** Offset behind the last byte that was programmed and is not 0xFF. */
  usedBytes: number;
  /**
   * Forgets what was taken, and erases the page at `startBytes`, where a page begins: what stands before it stays, and
   * counts as taken. From 0 on the slot holds no image, however the rest ends.
   */
  restart(startBytes: number): void;
  take(bytes: Uint8Array): void;
  /** Programs what is left. */
  flush(this: void): void;
  /** Erases the next page ahead of what was taken; `false` when none is left. */
  eraseNext(this: void): boolean;
}

/** @param hash hashes ahead what was programmed, if it wants to */
export function createSlotSink(flash: FlashPartition, watchdog: Watchdog, hash: HashPort): SlotSink {
  const chunk = new Uint8Array(SLOT_CHUNK_BYTES);
  let fill = 0;
  let erased = 0;
  const sink = { receivedBytes: 0, usedBytes: 0 } as SlotSink;

  function eraseNext(): boolean {
    const isLeft = erased < flash.sizeBytes;
    if (isLeft) {
      watchdog.kick();
      flash.erasePage(erased);
      erased += flash.pageSizeBytes;
    }
    return isLeft;
  }

  /** From flash, not from RAM: what is hashed is what stands there. */
  function hashAhead(endBytes: number): void {
    if (hash.hashAhead !== undefined) {
      hash.hashAhead(flash, endBytes, signedSizeBytes(flash.read(0, IMAGE_HEADER_BYTES)));
    }
  }

  /** Programs the chunk up to its last byte that is not erased. */
  function flush(): void {
    const offset = sink.receivedBytes - fill;
    const unit = flash.writeUnitBytes;
    while (erased < sink.receivedBytes) {
      eraseNext();
    }
    // Erased bytes at the end stay unprogrammed, because each word may be programmed once and seals come behind.
    while (fill > 0 && chunk[fill - 1] === 255) {
      fill--;
    }
    if (fill > 0) {
      const length = Math.ceil(fill / unit) * unit;
      sink.usedBytes = offset + fill;
      flash.write(offset, viewBytes(chunk, 0, length));
      chunk.fill(255);
    }
    fill = 0;
    hashAhead(sink.receivedBytes);
  }

  sink.restart = function (startBytes: number): void {
    chunk.fill(255);
    fill = 0;
    erased = startBytes;
    sink.receivedBytes = startBytes;
    sink.usedBytes = startBytes;
    eraseNext();
    hashAhead(0);
  };
  sink.take = function (bytes: Uint8Array): void {
    let taken = 0;
    while (taken < bytes.length) {
      const count = Math.min(bytes.length - taken, SLOT_CHUNK_BYTES - fill);
      chunk.set(viewBytes(bytes, taken, count), fill);
      fill += count;
      taken += count;
      sink.receivedBytes += count;
      if (fill === SLOT_CHUNK_BYTES) {
        flush();
      }
    }
  };
  sink.flush = flush;
  sink.eraseNext = eraseNext;
  return sink;
}
