/** A board that exists only as far as a server can see: for tests of what is answered, in which form. */

import { createHash } from "node:crypto";
import { HeaderField, readVersion } from "../../../core/image/header";
import { Reason } from "../../../core/reasons";
import type { Management, SlotListing, UploadChunk, UploadStatus } from "../../../core/smp/management";
import { UploadPhase } from "../../../core/smp/management";
import { createPortableCodec } from "../../../core/smp/portable-codec";
import { grantsOf, Situation } from "../../../core/smp/policy";
import { createSmpServer } from "../../../core/smp/server";
import { createTechnician } from "../../../core/smp/technician";
import { createHostHash } from "../../../tools/host-hash";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface FakeManagement extends Management {
  readonly slots: (Mutable<SlotListing> | undefined)[];
  /** Bytes of the upload so far. */
  file: Uint8Array;
  /** What `restart` was called with. */
  readonly restarts: boolean[];
  readonly done: string[];
  /** What is refused from now on. */
  refusal: Reason;
  busy: boolean;
  nowMs: number;
  loginWorks: boolean;
  waitSeconds: number;
  beats: (() => void)[];
}

export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  parts.forEach((part) => hash.update(part));
  return new Uint8Array(hash.digest());
}

/** The start state of the recorded sessions: slot 0 holds 1.2.3, confirmed; slot 1 is empty. */
export function createFakeManagement(frameBytes = 2048): FakeManagement {
  const status: UploadStatus = {
    phase: UploadPhase.Idle, reason: Reason.None, nextBytes: 0, lengthBytes: 0, file: new Uint8Array(12),
    isMatch: undefined,
  };
  let sha: Uint8Array | undefined;
  const running = {
    version: { major: 1, minor: 2, revision: 3, build: 0 }, digest: sha256("one"), isActive: true, isConfirmed: true,
    isPending: false, isPermanent: false, isBootable: true,
  };

  function finish(): void {
    const { file } = fake;
    status.phase = UploadPhase.Done;
    status.isMatch = sha === undefined ? undefined : Buffer.from(sha).equals(sha256(file));
    const end = 32 + Buffer.from(file).readUInt32LE(12);
    fake.slots[1] = {
      version: readVersion(file, HeaderField.Version), digest: sha256(file.subarray(0, end)), isActive: false,
      isConfirmed: false, isPending: false, isPermanent: false, isBootable: true,
    };
  }

  function takeChunk(chunk: UploadChunk): Reason {
    if (fake.refusal !== Reason.None) {
      return fake.refusal;
    }
    if (chunk.offsetBytes === 0 && chunk.lengthBytes !== undefined) {
      const isSame = sha !== undefined && chunk.sha !== undefined && Buffer.from(sha).equals(chunk.sha);
      if (!isSame || chunk.lengthBytes !== status.lengthBytes) {
        sha = chunk.sha === undefined ? undefined : chunk.sha.slice();
        Object.assign(status, { phase: 1, lengthBytes: chunk.lengthBytes, nextBytes: 0, isMatch: undefined });
        fake.file = new Uint8Array(chunk.lengthBytes);
      }
    }
    if (chunk.offsetBytes === status.nextBytes && status.phase === UploadPhase.Receiving) {
      if (chunk.offsetBytes + chunk.data.length > status.lengthBytes) {
        return Reason.SizeMismatch;
      }
      fake.file.set(chunk.data, chunk.offsetBytes);
      status.nextBytes += chunk.data.length;
      if (status.nextBytes === status.lengthBytes) {
        finish();
      }
    }
    return Reason.None;
  }

  const fake: FakeManagement = {
    slots: [running, undefined],
    file: new Uint8Array(0),
    restarts: [],
    done: [],
    refusal: Reason.None,
    busy: false,
    nowMs: 1000,
    loginWorks: true,
    waitSeconds: 0,
    beats: [],
    settings: {
      boardName: "fake", isDevelopment: false, codec: createPortableCodec(), frameBytes, openConsole: () => undefined,
    },
    hash: createHostHash(),
    upload: status,
    loadTechnician: () => createTechnician(fake),
    serve: () => {
      throw new Error("not here");
    },
    clock: { uptimeMs: () => fake.nowMs, every: (_intervalMs, callback) => void fake.beats.push(callback) },
    createServer: (transport) => createSmpServer(fake, { transport }),
    describe: () => ({
      runningSlot: 0, reason: 0, isOnTrial: false, attemptsLeft: 0, securityFloor: 3,
    }),
    grants: (transport) => grantsOf([], transport, Situation.Confirmed),
    noteClient: () => undefined,
    slotSizeBytes: () => 65536,
    listSlot: (slot) => fake.slots[slot],
    takeChunk,
    arm(slot, isPermanent): Reason {
      const listing = fake.slots[slot];
      if (listing !== undefined && fake.refusal === Reason.None) {
        listing.isPending = true;
        listing.isPermanent ||= isPermanent;
      }
      return fake.refusal;
    },
    confirm: () => fake.refusal,
    rollBack: () => fake.refusal,
    eraseSlot(): Reason {
      fake.slots[1] = undefined;
      fake.done.push("erase");
      return fake.refusal;
    },
    isBusy: () => fake.busy,
    restart: (intoRecovery) => void fake.restarts.push(intoRecovery),
    resetData: () => void fake.done.push("reset data"),
    readJournal: () => undefined,
    loginWaitSeconds: () => fake.waitSeconds,
    createNonce: () => new Uint8Array(32).fill(9),
    authenticate: () => (fake.loginWorks ? new Uint8Array(32) : undefined),
    recordUse: () => true,
    work: () => false,
  };
  return fake;
}
