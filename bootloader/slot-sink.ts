/** Bytes on their way into a slot: collected to chunks, programmed in whole write units, pages erased just before. */

import { viewBytes } from "../core/bytes";
import { SLOT_CHUNK_BYTES } from "../core/limits";
import type { FlashPartition } from "../hal/flash";
import type { Watchdog } from "../hal/watchdog";

/** What came since `restart`. */
export interface SlotProgress {
  receivedBytes: number;
  /** Offset behind the last byte that was programmed and is not 0xFF. */
  usedBytes: number;
}

export interface SlotSink {
  readonly progress: SlotProgress;
  /** Forgets what was taken and erases the first page: from here on the slot holds no image, however the rest ends. */
  restart(): void;
  take(bytes: Uint8Array): void;
  /** Programs what is left and erases the rest of the slot. */
  finish(): void;
}

export function createSlotSink(flash: FlashPartition, watchdog: Watchdog): SlotSink {
  const chunk = new Uint8Array(SLOT_CHUNK_BYTES);
  const progress: SlotProgress = { receivedBytes: 0, usedBytes: 0 };
  let fill = 0;
  let erased = 0;

  function eraseUpTo(endBytes: number): void {
    while (erased < endBytes) {
      watchdog.kick();
      flash.erasePage(erased);
      erased += flash.pageSizeBytes;
    }
  }

  /** Programs the chunk up to its last byte that is not erased. */
  function flush(): void {
    const offset = progress.receivedBytes - fill;
    const unit = flash.writeUnitBytes;
    // Erased bytes at the end stay unprogrammed, because each word may be programmed once and seals come behind.
    while (fill > 0 && chunk[fill - 1] === 255) {
      fill--;
    }
    if (fill > 0) {
      const length = Math.ceil(fill / unit) * unit;
      progress.usedBytes = offset + fill;
      eraseUpTo(offset + length);
      flash.write(offset, viewBytes(chunk, 0, length));
      chunk.fill(255);
    }
    fill = 0;
  }

  return {
    progress,
    restart(): void {
      chunk.fill(255);
      fill = 0;
      erased = 0;
      progress.receivedBytes = 0;
      progress.usedBytes = 0;
      eraseUpTo(1);
    },
    take(bytes: Uint8Array): void {
      let taken = 0;
      while (taken < bytes.length) {
        const count = Math.min(bytes.length - taken, SLOT_CHUNK_BYTES - fill);
        chunk.set(viewBytes(bytes, taken, count), fill);
        fill += count;
        taken += count;
        progress.receivedBytes += count;
        if (fill === SLOT_CHUNK_BYTES) {
          flush();
        }
      }
    },
    finish(): void {
      flush();
      eraseUpTo(flash.sizeBytes);
    },
  };
}
