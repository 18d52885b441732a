/** The two slots as clients see them: what is in them, and what is to start. */

import { slotDigest, slotOffset, SlotStatus, StateField, trialSlot } from "../core/boot/state";
import { readU16, readU32, startsWith } from "../core/bytes";
import { HeaderField, readVersion, signedSizeBytes, TLV_HEAD_BYTES, TLV_INFO_BYTES } from "../core/image/header";
import { Tlv } from "../core/image/image";
import { RecordType } from "../core/journal/record";
import { IMAGE_HEADER_BYTES, TLV_ENTRIES_MAX } from "../core/limits";
import type { FlashPort } from "../core/ports";
import { Reason } from "../core/reasons";
import { otherSlot, Slot } from "../core/slot";
import type { SlotListing } from "../core/smp/management";
import { appendNote } from "./management-log";
import type { ManagementSite } from "./management-site";
import { isOnTrial } from "./management-site";

const DIGEST_BYTES = 32;
const COUNTER_OFFSET = 16;

/** The slot that a client means by 0 or 1. */
export function slotOf(site: ManagementSite, number: number): Slot {
  return number === 0 ? otherSlot(site.freeSlot) : site.freeSlot;
}

/** The digest that the image's TLVs name; `undefined` if there is none. Nothing is verified. */
function readDigest(flash: FlashPort, header: Uint8Array): Uint8Array | undefined {
  let at = signedSizeBytes(header) + TLV_INFO_BYTES;
  for (let count = 0; count < TLV_ENTRIES_MAX && at + TLV_HEAD_BYTES + DIGEST_BYTES <= flash.sizeBytes; count++) {
    const head = flash.read(at, TLV_HEAD_BYTES);
    at += TLV_HEAD_BYTES;
    if (readU16(head, 0) === Tlv.Sha256) {
      return flash.read(at, DIGEST_BYTES);
    }
    at += readU16(head, 2);
  }
  return undefined;
}

/** See Management.listSlot. An image is listed if it is the one that the boot state knows. */
export function listSlot(site: ManagementSite, number: number): SlotListing | undefined {
  const slot = slotOf(site, number);
  const state = site.chain.ledger.state;
  const status: SlotStatus = state[slotOffset(slot)];
  const flash = site.chain.board.slots[slot];
  const header = flash.read(0, IMAGE_HEADER_BYTES);
  const digest = status === SlotStatus.Unknown ? undefined : readDigest(flash, header);
  if (digest === undefined || !startsWith(digest, slotDigest(state, slot))) {
    return undefined;
  }
  const isActive = slot === site.runningSlot;
  const isPending = status === SlotStatus.Trial && !isActive;
  return {
    version: readVersion(header, HeaderField.Version),
    digest,
    isActive,
    isConfirmed: state[StateField.Active] === slot,
    isPending,
    isPermanent: isPending && site.log.isPermanent,
    isBootable: status !== SlotStatus.Rejected,
  };
}

/** See Management.arm. */
export function armSlot(site: ManagementSite, number: number, isPermanent: boolean): Reason {
  const slot = slotOf(site, number);
  const state = site.chain.ledger.state;
  const status: SlotStatus = state[slotOffset(slot)];
  const counter = readU32(state, slotOffset(slot) + COUNTER_OFFSET);
  const log = site.log;
  if (status === SlotStatus.Unknown) {
    return Reason.SlotEmpty;
  }
  if (isOnTrial(site)) {
    return Reason.TrialRunning;
  }
  if (status === SlotStatus.Rejected) {
    return Reason.TrialRejected;
  }
  if (counter < readU32(state, StateField.Floor)) {
    return Reason.CounterBelowFloor;
  }
  const isActive = state[StateField.Active] === slot && trialSlot(state) === Slot.None;
  if (isActive || status === SlotStatus.Trial && (log.isPermanent || !isPermanent)) {
    // It starts anyway.
    return Reason.None;
  }
  const isWritten = appendNote(
    site.chain, RecordType.TrialRequested, slot, isPermanent ? 1 : 0, slotDigest(state, slot), counter,
  );
  if (isWritten) {
    log.isPermanent = isPermanent;
  }
  return isWritten ? Reason.None : Reason.JournalUnwritable;
}
