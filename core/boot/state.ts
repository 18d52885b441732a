/**
 * The boot state: what the journal's records add up to, and the fold that adds them. It is a block of 96 bytes, the
 * same in RAM and, as a checkpoint, at the start of a journal page (SPEC.md, "State block"), so that there is one
 * form to store, to compare and to enumerate. state-view.ts gives it names for people.
 */

import { readU32, viewBytes, writeU32 } from "../bytes";
import { digestAt, RecordField, RecordType } from "../journal/record";
import { STATE_BYTES } from "../limits";
import { Reason } from "../reasons";
import { otherSlot, Slot } from "../slot";

/** Offsets in the state block. Sequence (u32), type and CRC (last u32) are filled in when it is written. */
export const enum StateField {
  Type = 4,
  /** The confirmed slot, or Slot.None. */
  Active = 5,
  /** 12 bytes that name board model and keys. */
  Identity = 8,
  /** u32: no image with a lower security counter starts. */
  Floor = 20,
  /** u32: milliseconds awake of the running attempt before announced restarts. */
  ElapsedMs = 24,
  /** Starts of the pending trial so far. */
  Attempts = 28,
  Failures = 29,
  PowerLosses = 30,
  Wakes = 31,
  /** 1: the next start is expected, so it is no failure of anybody. */
  Announced = 32,
  /** Bad ends of the confirmed image without a healthy period between them. */
  Deaths = 33,
  RecoveryRequested = 34,
  /** 12 bytes, one a kind of refusal: how often it was written down, which is at 1, 2, 4, 8 ... of them. */
  Refusals = 36,
  /** Slot A: u8 status, 3 bytes zero, 12 bytes of the image's digest, u32 counter. */
  Slots = 48,
}

/** Bytes of one slot in the state block. */
export const STATE_SLOT_BYTES = 20;
const SLOT_DIGEST = 4;
const SLOT_COUNTER = 16;

/** What is known of a slot. Numbers on flash: never renumber. */
export const enum SlotStatus {
  /** Nothing that may start: never written, being written, refused. */
  Unknown = 0,
  /** Holds a verified image; nobody asked for a trial. */
  Installed = 1,
  /** A trial was asked for and is not decided. */
  Trial = 2,
  /** Was confirmed on this board. */
  Confirmed = 3,
  /** Failed its trial; starts again only if it is installed again. */
  Rejected = 4,
}

/** Why an attempt was started, as the Attempt record's detail. */
export const enum AttemptKind {
  First = 0,
  /** The attempt before counted in full. */
  AfterFailure = 1,
  /** The attempt before ended by a blink of the mains. */
  AfterPowerLoss = 2,
}

export function emptyState(): Uint8Array {
  const state = new Uint8Array(STATE_BYTES);
  state[StateField.Type] = RecordType.Checkpoint;
  state[StateField.Active] = Slot.None;
  return state;
}

/** Offset of a slot's status in the block. */
export function slotOffset(slot: Slot): number {
  return StateField.Slots + slot * STATE_SLOT_BYTES;
}

/** The 12 bytes of digest that the state knows of a slot. */
export function slotDigest(state: Uint8Array, slot: Slot): Uint8Array {
  return digestAt(state, slotOffset(slot) + SLOT_DIGEST);
}

/** Sets what is known of a slot. */
export function setSlot(
  state: Uint8Array,
  slot: Slot,
  status: SlotStatus,
  digest: Uint8Array,
  counter: number,
): void {
  const offset = slotOffset(slot);
  state[offset] = status;
  state.set(digestAt(digest, 0), offset + SLOT_DIGEST);
  writeU32(state, offset + SLOT_COUNTER, counter);
}

/** The slot of the pending trial, or None. */
export function trialSlot(state: Uint8Array): Slot {
  if (state[StateField.Slots] === SlotStatus.Trial) {
    return Slot.A;
  }
  return state[StateField.Slots + STATE_SLOT_BYTES] === SlotStatus.Trial ? Slot.B : Slot.None;
}

/** Sets what is known of a slot, and makes it the confirmed one. The floor rises to its counter. */
export function activateSlot(state: Uint8Array, slot: Slot, digest: Uint8Array, counter: number): void {
  setSlot(state, slot, SlotStatus.Confirmed, digest, counter);
  state[StateField.Active] = slot;
  writeU32(state, StateField.Floor, Math.max(readU32(state, StateField.Floor), counter));
}

/** The records about a trial of one slot or the other, and about which one is confirmed. */
function applySlotRecord(state: Uint8Array, record: Uint8Array, type: RecordType, slot: Slot): void {
  const offset = slotOffset(slot);
  if (type < RecordType.Rejected) {
    // Digest and value of a record lie as digest and counter of a slot do.
    state.set(viewBytes(record, RecordField.Type, STATE_SLOT_BYTES), offset);
    state.fill(0, offset, offset + (type === RecordType.InstallBegin ? STATE_SLOT_BYTES : SLOT_DIGEST));
  }
  if (type !== RecordType.Fallback) {
    state[offset] = type - RecordType.InstallBegin;
  }
  if (type === RecordType.InstallBegin) {
    if (state[StateField.Active] === slot) {
      state[StateField.Active] = Slot.None;
    }
  } else if (type === RecordType.TrialRequested) {
    // Only one trial can be pending: a later request takes the place of an earlier one.
    const other = slotOffset(otherSlot(slot));
    if (state[other] === SlotStatus.Trial) {
      state[other] = SlotStatus.Installed;
    }
    state.fill(0, StateField.ElapsedMs, StateField.Announced);
    state[StateField.Announced] = 1;
  } else if (type === RecordType.Rejected) {
    // The application resets after giving up; the bootloader goes on in the same start.
    state[StateField.Announced] = record[RecordField.Detail] === Reason.RejectedByApplication ? 1 : 0;
  } else if (type >= RecordType.Confirmed) {
    state[StateField.Active] = slot;
    state[StateField.Deaths] = 0;
    if (type === RecordType.Confirmed) {
      const floor = Math.max(readU32(state, StateField.Floor), readU32(record, RecordField.Value));
      writeU32(state, StateField.Floor, floor);
      state.fill(0, StateField.ElapsedMs, StateField.Deaths);
    }
  }
}

/**
 * Adds one record to a state that the caller owns: the fold's step, a pure function of state and record apart from
 * writing its result in place. Records of a type it does not know change nothing.
 */
export function applyRecord(state: Uint8Array, record: Uint8Array): void {
  const type = record[RecordField.Type];
  const slot = record[RecordField.Slot];
  if (type >= RecordType.InstallBegin && type <= RecordType.Fallback) {
    if (slot <= Slot.B) {
      applySlotRecord(state, record, type, slot);
    }
  } else if (type === RecordType.Attempt) {
    const kind = record[RecordField.Detail];
    state[StateField.Attempts]++;
    if (kind !== AttemptKind.First) {
      state[StateField.Attempts + kind]++;
    }
    state.fill(0, StateField.ElapsedMs, StateField.Attempts);
    state[StateField.Announced] = 0;
  } else if (type === RecordType.Wake) {
    state[StateField.Wakes]++;
    state[StateField.Announced] = 0;
  } else if (type === RecordType.Announced) {
    state.set(viewBytes(record, RecordField.Value, 4), StateField.ElapsedMs);
    state[StateField.Announced] = 1;
  } else if (type === RecordType.Death) {
    state[StateField.Deaths]++;
  } else if (type === RecordType.Healthy) {
    state[StateField.Deaths] = 0;
  } else if (type === RecordType.RecoveryRequested) {
    state[StateField.RecoveryRequested] = 1;
  } else if (type === RecordType.RecoveryEntered) {
    // The way out of recovery is a reset that is nobody's failure, into an image with all its chances.
    state[StateField.Announced] = 1;
    state.fill(0, StateField.Deaths, StateField.RecoveryRequested + 1);
  } else if (type === RecordType.Refusal) {
    state.set(digestAt(record, RecordField.Digest), StateField.Refusals);
  } else if (type === RecordType.IdentityChanged) {
    state.set(digestAt(record, RecordField.Digest), StateField.Identity);
  }
}
