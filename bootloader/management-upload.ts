/** Uploads over a wire: which file is on its way into the free slot, how far it is, and where it goes on. */

import { slotOffset, SlotStatus, StateField, trialSlot } from "../core/boot/state";
import { alignUp, copyBytes, readU32, startsWith, viewBytes } from "../core/bytes";
import { checkHeader, HeaderField, readVersion } from "../core/image/header";
import { IMAGE_MAGIC, ImageFlag } from "../core/image/image";
import { Seal } from "../core/image/seal-kind";
import { trailerStart } from "../core/image/trailer";
import { compareVersions } from "../core/image/version";
import { RECORD_DIGEST_BYTES, RecordField, RecordType } from "../core/journal/record";
import { IMAGE_HEADER_BYTES, UPLOAD_MARKS_MAX } from "../core/limits";
import { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import type { UploadChunk, UploadStatus } from "../core/smp/management";
import { UploadPhase } from "../core/smp/management";
import { u32And } from "../core/u32";
import type { FlashPartition } from "../hal/flash";
import type { Chain } from "./chain";
import { VerifyMode } from "./config";
import { appendNote, countErase } from "./management-log";
import type { ManagementSite } from "./management-site";
import { isOnTrial } from "./management-site";

const SHA256_BYTES = 32;
/** A client that was heard of this lately is in the middle of its upload. */
const BUSY_MS = 3000;
/** Chunks further apart leave the time to erase a page (85 ms on an nRF52) between any two. */
const PAUSE_MS = 100;

/** An upload and all that belongs to it; changes only through the functions of this file. */
export interface Upload {
  readonly site: ManagementSite;
  readonly flash: FlashPartition;
  readonly status: UploadStatus;
  /** The whole digest, where the client gave it. */
  sha: Uint8Array | undefined;
  /** Header of the file that is on its way. */
  header: Uint8Array | undefined;
  /** Whether the writer is at `nextBytes`; after a restart it has to be taken there first. */
  isOpen: boolean;
  /** Whether the slot is being emptied for its own sake. */
  isErasing: boolean;
  /** Up to here at least, pages were erased ahead. */
  erasedBytes: number;
  /** Uptime at which the last chunk came. */
  heardMs: number;
  /** Between the last two. */
  pauseMs: number;
}

/** Why an upload must not begin, as far as its first chunk tells; None if it may. Nothing was erased yet. */
function refusalOf(site: ManagementSite, chunk: UploadChunk): Reason {
  const flash = site.chain.board.slots[site.freeSlot];
  const header = viewBytes(chunk.data, 0, IMAGE_HEADER_BYTES);
  const lengthBytes = chunk.lengthBytes;
  const running = site.runningSlot;
  if (isOnTrial(site)) {
    return Reason.TrialRunning;
  }
  if (lengthBytes === undefined || lengthBytes > flash.sizeBytes) {
    return Reason.ImageTooLarge;
  }
  const reason = checkHeader(header, Math.min(trailerStart(flash.sizeBytes), lengthBytes));
  if (reason !== Reason.None) {
    return reason;
  }
  const demandsAddress = u32And(header[HeaderField.Flags + 1], ImageFlag.RomFixed / 256) !== 0;
  if (demandsAddress && readU32(header, HeaderField.LoadAddress) !== flash.addressBytes) {
    return Reason.WrongAddress;
  }
  if (chunk.isUpgradeOnly && running !== Slot.None) {
    const current = site.chain.board.slots[running].read(0, IMAGE_HEADER_BYTES);
    const order = compareVersions(
      readVersion(header, HeaderField.Version), readVersion(current, HeaderField.Version),
    );
    return order > 0 ? Reason.None : Reason.VersionNotNewer;
  }
  return Reason.None;
}

/** The chain for a check that leaves signatures out: everything else is cheap enough to be done before the answer. */
function withoutSignatures(chain: Chain): Chain {
  return {
    board: chain.board,
    config: chain.config,
    ledger: chain.ledger,
    block: chain.block,
    loadService: () => ({ findSeal: () => Seal.Verified }),
  } as unknown as Chain;
}

function slotStatus(upload: Upload): SlotStatus {
  return upload.site.chain.ledger.state[slotOffset(upload.site.freeSlot)];
}

/** Whether the slot holds an image that may be asked for. */
function holdsImage(upload: Upload): boolean {
  const status = slotStatus(upload);
  return status === SlotStatus.Installed || status === SlotStatus.Trial;
}

function mark(upload: Upload, bytes: number): void {
  const site = upload.site;
  site.log.markBytes = bytes;
  appendNote(site.chain, RecordType.UploadProgress, site.freeSlot, 0, upload.status.file, bytes);
}

function giveUp(upload: Upload, reason: Reason): Reason {
  upload.status.phase = UploadPhase.Refused;
  upload.status.reason = reason;
  upload.isOpen = false;
  return reason;
}

/** As `giveUp`, where the writer does not know yet. */
function refuse(upload: Upload, reason: Reason): Reason {
  const chain = upload.site.chain;
  giveUp(upload, reason);
  chain.writing = undefined;
  // An erase that is cut short may leave a page that reads as if nothing had happened.
  mark(upload, 0);
  upload.flash.erasePage(0);
  return chain.loadService().noteRefusal(chain, reason);
}

function finish(upload: Upload): void {
  const site = upload.site;
  const writer = site.writer;
  const reason = writer.finish();
  upload.isOpen = false;
  if (reason !== Reason.None) {
    giveUp(upload, reason);
  } else {
    const state = site.chain.ledger.state;
    const hasNone = state[StateField.Active] === Slot.None && trialSlot(state) === Slot.None;
    upload.status.phase = UploadPhase.Done;
    // Where nothing else can start, a restart is all that some clients ask for.
    if (hasNone || site.reason === Reason.NothingBootable) {
      writer.requestTrial();
    }
  }
}

/** Whether the first chunk is that of the upload that is under way or done. */
function isKnown(upload: Upload, chunk: UploadChunk, file: Uint8Array): boolean {
  const status = upload.status;
  const phase = status.phase;
  const isGone = phase === UploadPhase.Done && !holdsImage(upload);
  if (phase === UploadPhase.Idle || phase === UploadPhase.Refused || isGone) {
    return false;
  }
  // Without a name only a repetition of the first chunk can be told from another file.
  const isRepeated = upload.header !== undefined && startsWith(chunk.data, upload.header) &&
    status.nextBytes === chunk.data.length;
  const isNamed = chunk.sha !== undefined && chunk.sha.length > 0;
  return chunk.lengthBytes === status.lengthBytes && startsWith(file, status.file) && (isRepeated || isNamed);
}

/** Why the slot must not be erased once more; None if it may. */
function limitOf(site: ManagementSite, mayErase: boolean): Reason {
  return mayErase || site.log.erases < site.settings.erasesPerDay ? Reason.None : Reason.EraseLimit;
}

function wholeSha(chunk: UploadChunk): Uint8Array | undefined {
  const sha = chunk.sha;
  return sha !== undefined && sha.length === SHA256_BYTES ? copyBytes(sha, 0, SHA256_BYTES) : undefined;
}

function begin(upload: Upload, chunk: UploadChunk, file: Uint8Array, mayErase: boolean): Reason {
  const site = upload.site;
  const log = site.log;
  const status = upload.status;
  const lengthBytes = chunk.lengthBytes as number;
  let reason = refusalOf(site, chunk);
  reason = reason === Reason.None ? limitOf(site, mayErase) : reason;
  reason = reason === Reason.None
    ? site.writer.begin(lengthBytes, log.erases + 1, file)
    : site.chain.loadService().noteRefusal(site.chain, reason);
  status.reason = reason;
  if (reason !== Reason.None) {
    // What is under way goes on.
    if (status.phase !== UploadPhase.Receiving && status.phase !== UploadPhase.Verifying) {
      status.phase = UploadPhase.Refused;
      status.lengthBytes = 0;
    }
    return reason;
  }
  log.erases++;
  log.markBytes = 0;
  upload.erasedBytes = 0;
  upload.isOpen = true;
  upload.header = copyBytes(chunk.data, 0, IMAGE_HEADER_BYTES);
  upload.sha = wholeSha(chunk);
  status.file.set(file, 0);
  status.phase = UploadPhase.Receiving;
  status.nextBytes = 0;
  status.lengthBytes = lengthBytes;
  status.isMatch = undefined;
  return Reason.None;
}

/** Takes the writer to where the upload was before a restart. */
function reopen(upload: Upload, mayErase: boolean): Reason {
  const site = upload.site;
  const reason = limitOf(site, mayErase);
  if (reason === Reason.None) {
    countErase(site.chain, site.log);
    // The last word of the log, whatever a mark behind it on an older page may read as one day.
    mark(upload, upload.status.nextBytes);
    site.writer.resume(upload.status.lengthBytes, upload.status.nextBytes);
    upload.isOpen = true;
  }
  return reason;
}

/** All bytes are there: checks what can be checked at once. */
function complete(upload: Upload): Reason {
  const chain = upload.site.chain;
  const status = upload.status;
  upload.site.writer.sink.flush();
  if (upload.sha !== undefined) {
    status.isMatch = startsWith(chain.board.hash.sha256Region(upload.flash, 0, status.lengthBytes), upload.sha);
    if (!status.isMatch) {
      refuse(upload, Reason.DigestMismatch);
      return Reason.None;
    }
  }
  const reason = chain.checkSlot(withoutSignatures(chain), upload.site.freeSlot, VerifyMode.Seal).reason;
  if (reason !== Reason.None) {
    return refuse(upload, reason);
  }
  status.phase = UploadPhase.Verifying;
  return Reason.None;
}

function store(upload: Upload, data: Uint8Array): Reason {
  const status = upload.status;
  const writer = upload.site.writer;
  if (status.nextBytes + data.length > status.lengthBytes) {
    return Reason.SizeMismatch;
  }
  const reason = writer.write(data);
  if (reason !== Reason.None) {
    return giveUp(upload, reason);
  }
  status.nextBytes += data.length;
  if (status.nextBytes === status.lengthBytes) {
    return complete(upload);
  }
  const page = upload.flash.pageSizeBytes;
  const programmed = writer.sink.usedBytes;
  const whole = programmed - programmed % page;
  if (whole >= upload.site.log.markBytes + alignUp(status.lengthBytes / UPLOAD_MARKS_MAX, page)) {
    mark(upload, whole);
  }
  return Reason.None;
}

function silentMs(upload: Upload): number {
  return upload.site.chain.board.clock.uptimeMs() - upload.heardMs;
}

/** Takes up what the journal says of the start before. */
export function openUpload(site: ManagementSite): Upload {
  const log = site.log;
  const record = log.begin;
  const flash = site.chain.board.slots[site.freeSlot];
  const status: UploadStatus = {
    phase: UploadPhase.Idle, reason: Reason.None, nextBytes: 0, lengthBytes: 0,
    file: new Uint8Array(RECORD_DIGEST_BYTES), isMatch: undefined,
  };
  const upload: Upload = {
    site, flash, status, sha: undefined, header: undefined, isOpen: false, isErasing: false, erasedBytes: 0,
    heardMs: 0, pauseMs: 0,
  };
  const lengthBytes = record === undefined ? 0 : readU32(record, RecordField.Value);
  // What was refused has lost its first page, and does not go on.
  const goesOn = log.isInstalled
    ? holdsImage(upload)
    : slotStatus(upload) === SlotStatus.Unknown && log.markBytes > 0 && log.markBytes < lengthBytes &&
      readU32(flash.read(0, 4), 0) === IMAGE_MAGIC;
  if (record !== undefined && goesOn) {
    status.phase = log.isInstalled ? UploadPhase.Done : UploadPhase.Receiving;
    status.lengthBytes = lengthBytes;
    status.nextBytes = log.isInstalled ? lengthBytes : log.markBytes;
    status.file.set(viewBytes(record, RecordField.Digest, RECORD_DIGEST_BYTES), 0);
  } else {
    log.markBytes = 0;
  }
  return upload;
}

/** See Management.takeChunk. */
export function takeChunk(upload: Upload, chunk: UploadChunk, mayErase: boolean): Reason {
  const status = upload.status;
  const phase = status.phase;
  const isBroken = phase === UploadPhase.Refused;
  upload.pauseMs = silentMs(upload);
  upload.heardMs += upload.pauseMs;
  if (chunk.offsetBytes === 0 && chunk.lengthBytes !== undefined) {
    const file = new Uint8Array(RECORD_DIGEST_BYTES);
    const sha = chunk.sha;
    if (sha !== undefined) {
      file.set(viewBytes(sha, 0, Math.min(sha.length, RECORD_DIGEST_BYTES)), 0);
    }
    if (isKnown(upload, chunk, file)) {
      upload.sha = wholeSha(chunk);
      status.isMatch = upload.sha !== undefined && phase !== UploadPhase.Receiving ? true : undefined;
      return Reason.None;
    }
    const reason = begin(upload, chunk, file, mayErase);
    return reason === Reason.None ? store(upload, chunk.data) : reason;
  }
  if (isBroken && chunk.offsetBytes + chunk.data.length === status.lengthBytes) {
    // The answer to the last chunk was lost.
    return status.isMatch === false ? Reason.None : status.reason;
  }
  if (isBroken || phase === UploadPhase.Idle) {
    status.nextBytes = 0;
    status.isMatch = undefined;
  }
  if (phase !== UploadPhase.Receiving || chunk.offsetBytes !== status.nextBytes) {
    return Reason.None;
  }
  const reason = upload.isOpen ? Reason.None : reopen(upload, mayErase);
  return reason === Reason.None ? store(upload, chunk.data) : reason;
}

/** See Management.eraseSlot. */
export function eraseFreeSlot(upload: Upload): Reason {
  const site = upload.site;
  const status = upload.status;
  if (isOnTrial(site)) {
    return Reason.TrialRunning;
  }
  if (slotStatus(upload) === SlotStatus.Trial) {
    return Reason.SlotInUse;
  }
  const reason = site.writer.begin(0, site.log.erases + 1);
  if (reason === Reason.None) {
    site.log.erases++;
    site.log.markBytes = 0;
    upload.isOpen = false;
    upload.isErasing = true;
    status.phase = UploadPhase.Idle;
    status.nextBytes = 0;
    status.lengthBytes = 0;
  }
  return reason;
}

export function isUploadBusy(upload: Upload): boolean {
  return upload.status.phase === UploadPhase.Receiving && upload.isOpen && silentMs(upload) < BUSY_MS;
}

/** Finishes what is being verified. */
export function settleUpload(upload: Upload): void {
  if (upload.status.phase === UploadPhase.Verifying) {
    finish(upload);
  }
}

/**
 * Whether to erase a page now. Where chunks come one upon the other, only what the next one needs, so that no two
 * erases fall between two chunks; all else where there is time, or at the end, before the verdict.
 */
function isTimeToErase(upload: Upload): boolean {
  const status = upload.status;
  const neededBytes = Math.min(status.nextBytes + upload.flash.pageSizeBytes, status.lengthBytes);
  return upload.erasedBytes < neededBytes || status.phase !== UploadPhase.Receiving || upload.pauseMs > PAUSE_MS;
}

/** One slice of erasing ahead or verifying; `true` if there is more. */
export function workOnUpload(upload: Upload): boolean {
  const site = upload.site;
  const sink = site.writer.sink;
  const page = upload.flash.pageSizeBytes;
  if ((upload.isOpen || upload.isErasing) && site.chain.writing === sink && isTimeToErase(upload)) {
    upload.erasedBytes = Math.max(upload.erasedBytes, alignUp(sink.usedBytes, page)) + page;
    if (sink.eraseNext()) {
      return true;
    }
  }
  upload.isErasing = false;
  settleUpload(upload);
  return false;
}
