/**
 * Management over a wire: what an SMP server may do with this board (core/smp/management.ts), for the running
 * application and for recovery. A file of its own beside bootloader and service; what those have, they lend.
 */

import type { Handover } from "../core/boot/handover";
import { StateField, trialSlot } from "../core/boot/state";
import { readU32 } from "../core/bytes";
import { RecordType } from "../core/journal/record";
import { RESTART_DELAY_MS } from "../core/limits";
import { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import type { BoardStatus, Management } from "../core/smp/management";
import { UploadPhase } from "../core/smp/management";
import { grantsOf, Situation } from "../core/smp/policy";
import type { Chain } from "./chain";
import type { ManagementConfig } from "./config";
import { appendNote, readLog, renewAllowances } from "./management-log";
import type { LoginDesk } from "./management-login";
import { authenticate, createNonce, loginWaitSeconds } from "./management-login";
import type { ManagementSite } from "./management-site";
import { isOnTrial } from "./management-site";
import { armSlot, listSlot } from "./management-slots";
import type { Upload } from "./management-upload";
import {
  eraseFreeSlot, isUploadBusy, openUpload, settleUpload, takeChunk, workOnUpload,
} from "./management-upload";
import { isLit, RecoveryLight } from "./recovery-light";
import type { ManagedSlotWriter } from "./slot-writer";

/** A client that was heard of this lately is still there. */
const CONNECTED_MS = 10000;

/** What is to be done when the answer has left. */
const enum Errand {
  None = 0,
  Restart = 1,
  Recovery = 2,
  Rollback = 3,
}

/** With what recovery does beside it. */
export interface BoardManagement extends Management {
  /** One beat of recovery: what was put off, the way out of it, and whether the indicator is lit. */
  beat(): boolean;
}

export type CreateManagement = (
  this: void, chain: Chain, settings: ManagementConfig, runningSlot: Slot, freeSlot: Slot, writer: ManagedSlotWriter,
  door: Handover | undefined, reason: Reason,
) => BoardManagement;

interface Desk extends LoginDesk {
  readonly upload: Upload;
  errand: Errand;
  /** Uptime at which the errand is due. */
  dueMs: number;
  /** Offset of the next page of application data to erase. */
  wipedBytes: number;
  /** Uptime at which a client was heard of; 0: not since the start. */
  clientMs: number;
}

function describe(site: ManagementSite): BoardStatus {
  const running = site.runningSlot;
  const door = site.door;
  return {
    runningSlot: running === Slot.None ? undefined : running,
    reason: site.reason,
    isOnTrial: isOnTrial(site),
    attemptsLeft: door === undefined ? 0 : door.info.attemptsLeft,
    securityFloor: readU32(site.chain.ledger.state, StateField.Floor),
  };
}

function situationOf(site: ManagementSite): Situation {
  if (site.runningSlot === Slot.None) {
    return Situation.Recovery;
  }
  return isOnTrial(site) ? Situation.Trial : Situation.Confirmed;
}

function put(desk: Desk, errand: Errand): void {
  desk.errand = errand;
  desk.dueMs = desk.site.chain.board.clock.uptimeMs() + RESTART_DELAY_MS;
}

/** See Management.rollBack. */
function rollBack(desk: Desk): Reason {
  const site = desk.site;
  if (isOnTrial(site)) {
    put(desk, Errand.Rollback);
    return Reason.None;
  }
  settleUpload(desk.upload);
  return armSlot(site, 1, false);
}

/** Does what the answer had to leave before. */
function run(desk: Desk): void {
  const site = desk.site;
  const chain = site.chain;
  const door = site.door;
  const errand = desk.errand;
  desk.errand = Errand.None;
  settleUpload(desk.upload);
  if (errand === Errand.Rollback && door !== undefined) {
    door.reject("over the wire");
  } else if (errand === Errand.Recovery) {
    appendNote(chain, RecordType.RecoveryRequested, Slot.None, 0, undefined, 0);
  } else if (door !== undefined && !isOnTrial(site) && chain.ledger.state[StateField.Announced] === 0) {
    // An unannounced one would be a death of the confirmed image. A trial that is restarted has failed, as everywhere.
    door.announceRestart();
  }
  chain.board.reset.reboot();
}

/** See Management.work. */
function work(desk: Desk): boolean {
  const board = desk.site.chain.board;
  const data = board.data;
  const now = board.clock.uptimeMs();
  renewAllowances(desk.site.chain, desk.site.log, now);
  if (desk.wipedBytes < data.sizeBytes) {
    board.watchdog.kick();
    data.erasePage(desk.wipedBytes);
    desk.wipedBytes += data.pageSizeBytes;
    return true;
  }
  if (workOnUpload(desk.upload)) {
    return true;
  }
  if (desk.errand !== Errand.None && now >= desk.dueMs) {
    run(desk);
  }
  return desk.errand !== Errand.None;
}

/** Whether a restart would start an image. */
function canStart(desk: Desk): boolean {
  const chain = desk.site.chain;
  const state = chain.ledger.state;
  const active: Slot = state[StateField.Active];
  return trialSlot(state) !== Slot.None ||
    active <= Slot.B && chain.checkSlot(chain, active, chain.config.verifyMode).reason === Reason.None;
}

function lightOf(desk: Desk, now: number): RecoveryLight {
  const phase = desk.upload.status.phase;
  if (phase === UploadPhase.Receiving || phase === UploadPhase.Verifying) {
    return RecoveryLight.Busy;
  }
  if (phase === UploadPhase.Refused) {
    return RecoveryLight.Refused;
  }
  if (phase === UploadPhase.Done) {
    return RecoveryLight.Done;
  }
  if (desk.clientMs > 0 && now - desk.clientMs < CONNECTED_MS) {
    return RecoveryLight.Connected;
  }
  return desk.site.reason === Reason.NothingBootable ? RecoveryLight.Empty : RecoveryLight.Waiting;
}

function beat(desk: Desk): boolean {
  const site = desk.site;
  const board = site.chain.board;
  const now = board.clock.uptimeMs();
  const timeoutMs = site.settings.recoveryTimeoutMs;
  work(desk);
  if (timeoutMs > 0 && now - desk.clientMs >= timeoutMs) {
    // Looks again after the same time, and nobody is connected.
    desk.clientMs = now - CONNECTED_MS;
    if (canStart(desk)) {
      board.reset.reboot();
    }
  }
  return isLit(lightOf(desk, now), now);
}

function openDesk(site: ManagementSite): Desk {
  return {
    site,
    upload: openUpload(site),
    failedMs: 0,
    nonces: 0,
    errand: Errand.None,
    dueMs: 0,
    wipedBytes: site.chain.board.data.sizeBytes,
    clientMs: 0,
  };
}

/** See `openManagement` for the parameters. */
export function createManagement(
  chain: Chain, settings: ManagementConfig, runningSlot: Slot, freeSlot: Slot, writer: ManagedSlotWriter,
  door: Handover | undefined, reason: Reason,
): BoardManagement {
  const site: ManagementSite = {
    chain, settings, runningSlot, freeSlot, writer, door, reason, log: readLog(chain, freeSlot),
  };
  const desk = openDesk(site);
  const board = chain.board;
  const management: BoardManagement = {
    settings,
    hash: board.hash,
    upload: desk.upload.status,
    createServer: (transport) => settings.loadServer()(management, { transport }),
    serve: (link, framing) => settings.loadLink()(management, link, framing),
    loadTechnician: () => settings.loadTechnician()(management),
    clock: board.clock,
    describe: () => describe(site),
    grants: (transport) => grantsOf(settings.policy, transport, situationOf(site)),
    noteClient: () => { desk.clientMs = board.clock.uptimeMs(); },
    slotSizeBytes: () => desk.upload.flash.sizeBytes,
    listSlot(slot: number) {
      settleUpload(desk.upload);
      return listSlot(site, slot);
    },
    takeChunk: (chunk, mayErase) => takeChunk(desk.upload, chunk, mayErase),
    arm: (slot, isPermanent) => armSlot(site, slot, isPermanent),
    confirm: () => door === undefined ? Reason.SlotEmpty : door.confirm(),
    rollBack: () => rollBack(desk),
    eraseSlot: () => eraseFreeSlot(desk.upload),
    isBusy: () => isUploadBusy(desk.upload),
    restart: (intoRecovery) => { put(desk, intoRecovery ? Errand.Recovery : Errand.Restart); },
    resetData(): void {
      desk.wipedBytes = 0;
      if (door !== undefined) {
        put(desk, Errand.Restart);
      }
    },
    readJournal: (visit) => { chain.loadService().visitJournal(chain, visit); },
    loginWaitSeconds: () => loginWaitSeconds(desk),
    createNonce: () => createNonce(desk),
    authenticate: (keyName, message, signature, sets) => authenticate(desk, keyName, message, signature, sets),
    recordUse: (set, keyHash) => appendNote(chain, RecordType.PrivilegedUse, Slot.None, set, keyHash, 0),
    work: () => work(desk),
    beat: () => beat(desk),
  };
  return management;
}
