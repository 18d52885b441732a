/**
 * What the boot chain offers to an SMP server: everything that a server knows of the board goes through here, so that
 * the server itself is a machine without a board. bootloader/management.ts makes it, for recovery and for the running
 * application.
 */

import type { Version } from "../image/image";
import type { HashPort } from "../ports";
import type { Reason } from "../reasons";
import type { SmpCodec } from "./codec";
import type { CommandSet, Grants, Transport } from "./policy";
import type { SmpServer } from "./server";
import type { Technician } from "./technician";

/** How frames travel on a wire (docs/spec-smp.md, "Transports"). */
export type SmpFraming = "console" | "raw" | "ble" | "datagram";

/** A wire: hal/link.ts. */
export interface ManagementLink {
  send(bytes: Uint8Array): void;
  onReceive(receiver: (bytes: Uint8Array) => void): void;
}

/** Time since the start: hal/clock.ts. */
export interface ManagementClock {
  uptimeMs(): number;
  every(intervalMs: number, callback: () => void): void;
}

/** A server on one wire. */
export interface ManagementServer {
  /** The client is gone: forgets a frame that has only begun, and the login. */
  disconnect(): void;
}

/** What an application and a driver see of management; it keeps its names in the build. */
export interface ManagementDoor {
  /**
   * Serves SMP on `link` from now on. Frames are answered as they arrive; what takes longer is done after the answer
   * and by the board's timer.
   *
   * @param framing `console`: base64 lines between other text; `raw` and `ble`: frames back to back or in fragments;
   * `datagram`: one whole frame at a time. It also says by which transport the policy judges: the first two are serial.
   */
  serve(link: ManagementLink, framing: SmpFraming): ManagementServer;
}

/** A slot's image as clients list it. */
export interface SlotListing {
  readonly version: Version;
  /** The image's SHA-256 as its TLV says, 32 bytes. */
  readonly digest: Uint8Array;
  readonly isActive: boolean;
  readonly isConfirmed: boolean;
  /** A trial at the next start was asked for. */
  readonly isPending: boolean;
  /** The trial was asked for by `confirm`. */
  readonly isPermanent: boolean;
  /** Not rejected. */
  readonly isBootable: boolean;
}

/** Numbers on the wire (group 64, progress). */
export const enum UploadPhase {
  Idle = 0,
  Receiving = 1,
  Verifying = 2,
  Done = 3,
  Refused = 4,
}

/** How the upload that was begun last stands. */
export interface UploadStatus {
  phase: UploadPhase;
  /** The last refusal. */
  reason: Reason;
  /** The next byte wanted. */
  nextBytes: number;
  lengthBytes: number;
  /** First 12 bytes of the file's SHA-256; zeros where the client gave none. */
  readonly file: Uint8Array;
  /** Whether the bytes are those that the client announced; `undefined` until all are there, or without a digest. */
  isMatch: boolean | undefined;
}

/** What a chunk of an upload carries. */
export interface UploadChunk {
  readonly offsetBytes: number;
  readonly data: Uint8Array;
  /** With the first chunk. */
  readonly lengthBytes: number | undefined;
  /** SHA-256 of the whole file; shorter: only a name for it. With the first chunk, if at all. */
  readonly sha: Uint8Array | undefined;
  /** Take only what is newer than what runs. */
  readonly isUpgradeOnly: boolean;
}

/** What the build has settled; bootloader/config.ts says more of each. */
export interface SmpSettings {
  readonly boardName: string;
  readonly isDevelopment: boolean;
  readonly codec: SmpCodec;
  /** Largest frame, header included. */
  readonly frameBytes: number;
  /** Frames that a client may have on their way; absent: 1. */
  readonly frameCount?: number | undefined;
  /** `undefined`: this board has no such thing. */
  readonly openConsole: ((this: void) => void) | undefined;
}

/** What tells of this start. */
export interface BoardStatus {
  /** `undefined` in recovery. */
  readonly runningSlot: number | undefined;
  /** Why the board is in recovery. */
  readonly reason: Reason;
  readonly isOnTrial: boolean;
  /** Full-cost starts that a trial has left after this one. */
  readonly attemptsLeft: number;
  readonly securityFloor: number;
}

/**
 * Slots are numbered as clients expect them: 0 is the one that runs, or that recovery keeps its hands off; 1 is the
 * free one, which uploads go to. Which slot of the flash that is changes with each update.
 */
export interface Management extends ManagementDoor {
  readonly settings: SmpSettings;
  readonly upload: UploadStatus;
  /** Logins and what they are for, on one wire. */
  loadTechnician(): Technician;
  readonly clock: ManagementClock;
  createServer(transport: Transport): SmpServer;
  describe(): BoardStatus;
  grants(transport: Transport): Grants;
  /** A client has sent a valid request: recovery stays. */
  noteClient(): void;

  slotSizeBytes(): number;
  /** The image in a slot; `undefined` where none is that could be named. Finishes an upload that is being verified. */
  listSlot(slot: number): SlotListing | undefined;

  /** Takes a chunk; None also where it is ignored because another offset is wanted. */
  takeChunk(chunk: UploadChunk, mayErase: boolean): Reason;
  /** Asks for a trial of the image in `slot`. */
  arm(slot: number, isPermanent: boolean): Reason;
  /** Confirms the running image. */
  confirm(): Reason;
  /** Ends the running trial, which resets, or arms the other image. */
  rollBack(): Reason;
  /** Empties the free slot. */
  eraseSlot(): Reason;
  /** Whether a client is in the middle of an upload, and was heard of a moment ago. */
  isBusy(): boolean;
  /** Restarts after the answer has left; into recovery if so wanted. */
  restart(intoRecovery: boolean): void;
  /** Empties the application's data. */
  resetData(): void;
  readJournal(visit: (record: Uint8Array) => void): void;

  /** Until the next login may be tried. */
  loginWaitSeconds(): number;
  /** 32 bytes that never come again and nobody can foretell; `undefined`: the journal takes no record. */
  createNonce(): Uint8Array | undefined;
  /** Checks a technician's signature, and records what came of it. */
  authenticate(keyName: Uint8Array, message: Uint8Array, signature: Uint8Array, sets: number): Uint8Array | undefined;
  /** Records a use. `false`: it cannot be recorded, and must not be done. */
  recordUse(set: CommandSet, keyHash: Uint8Array): boolean;
  readonly hash: HashPort;

  /** One slice of what was put off; `true` if more is to be done soon. */
  work(): boolean;
}
