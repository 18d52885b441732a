/**
 * The handover object: the application's only door to the boot chain. The bootloader makes it, firmware/ and the
 * application use it; both know only these types.
 */

import type { Version } from "../image/image";
import type { FlashPort } from "../ports";
import type { Management } from "../smp/management";
import type { Reason } from "../reasons";
import type { Slot } from "../slot";

/** What the application may know of its start. Made anew by the bootloader at every start and at confirmation. */
export interface BootInfo {
  slot: Slot;
  version: Version;
  /** First 12 bytes of the image's digest, as the journal names it. */
  digest: Uint8Array;
  /** Whether the running image is on trial; otherwise it is confirmed. */
  trial: boolean;
  /** Full-cost starts that are left after this one; 0 means that the next failure rolls back. */
  attemptsLeft: number;
  /** Trial only: milliseconds of uptime after which it must not be kicked alive any more; 0 when confirmed. */
  deadlineMs: number;
  /** Trial only: milliseconds awake that earlier starts of this attempt add (deep sleep, announced restarts). */
  elapsedMs: number;
  /** The board takes no image with a lower security counter. */
  securityFloor: number;
}

/** Puts a new image into the slot that is not running. Calls in order: begin, write ..., finish, requestTrial. */
export interface SlotWriter {
  /**
   * Frees the slot for a file of `sizeBytes`.
   * Refuses with TrialRunning, ImageTooLarge, JournalUnwritable.
   */
  begin(sizeBytes: number): Reason;
  /** Appends bytes of the file. Refuses with WriterState, SizeMismatch, TrailerPresent, ImageMagic. */
  write(bytes: Uint8Array): Reason;
  /** Verifies everything. Any refusal leaves the slot without an image that could be started. */
  finish(): Reason;
  /** Asks for the trial at the next start. Refuses with WriterState unless `finish` accepted. */
  requestTrial(): Reason;
}

/** What a board in recovery offers to whoever repairs it over a wire. */
export interface RecoveryDoor {
  readonly reason: Reason;
  readonly writer: SlotWriter;
  /** `undefined` on a board that is not managed over a wire. */
  readonly management: Management | undefined;
  restart(): void;
  readJournal(visit: (record: Uint8Array) => void): void;
}

export interface Handover {
  readonly info: BootInfo;
  /**
   * The application's own flash, which no update touches. Whatever a version on trial writes here, the version before
   * it may have to read: change the form of stored data when the image is confirmed, not earlier.
   */
  readonly data: FlashPort;
  /** The writer for the slot that is not running. */
  openWriter(): SlotWriter;
  /**
   * Management over a wire, with the server that the bootloader has; evaluated at the first call, and the same for all
   * wires. `undefined` on a board that is not managed over a wire.
   */
  openManagement(): Management | undefined;
  /** What `openManagement` gave. */
  management?: Management | undefined;
  /** Confirms the running image, or marks a confirmed one healthy. Idempotent. */
  confirm(this: void): Reason;
  /**
   * Gives the running trial up: recorded with its reason, then a reset into the confirmed image. Refuses with
   * WriterState on a confirmed image.
   *
   * @param text for the journal; its first 60 bytes are kept
   */
  reject(text: string): Reason;
  /** Recorded, then a reset into recovery. */
  requestRecovery(): Reason;
  /** Before `load()` or `reset()`: the start after it is nobody's failure, and a running attempt goes on. */
  announceRestart(): Reason;
  /** Before deep sleep: time awake counts on towards a trial's confirmation. Writes nothing for a confirmed image. */
  announceSleep(): Reason;
  /** Records the death of the application (text of the error, uptime), then resets. */
  die(this: void, text: string): void;
  kickWatchdog(): void;
  uptimeMs(): number;
  /** Calls `callback` every `intervalMs` until the chip stops. */
  every(intervalMs: number, callback: () => void): void;
  /** Calls `visit` with the 32 bytes of each record the journal still holds, oldest first (record-view.ts). */
  readJournal(visit: (record: Uint8Array) => void): void;
}
