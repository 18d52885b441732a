/** The boot state with names, for reports and tests. Not part of the bootloader. */

import { copyBytes, readU32 } from "../bytes";
import { RECORD_DIGEST_BYTES } from "../journal/record";
import type { Slot } from "../slot";
import type { SlotStatus } from "./state";
import { slotDigest, slotOffset, StateField } from "./state";

export interface SlotView {
  readonly status: SlotStatus;
  readonly digest: Uint8Array;
  readonly counter: number;
}

export interface StateView {
  readonly active: Slot;
  readonly floor: number;
  readonly identity: Uint8Array;
  /** Slot A, slot B. */
  readonly slots: SlotView[];
  readonly attempts: number;
  readonly failures: number;
  readonly powerLosses: number;
  readonly wakes: number;
  readonly elapsedMs: number;
  readonly announced: boolean;
  readonly deaths: number;
  readonly recoveryRequested: boolean;
  /** How often a refusal of each kind was written down; kinds are reasons modulo 12. */
  readonly refusals: Uint8Array;
}

function viewSlot(state: Uint8Array, slot: Slot): SlotView {
  return {
    status: state[slotOffset(slot)],
    digest: copyBytes(slotDigest(state, slot), 0, RECORD_DIGEST_BYTES),
    counter: readU32(state, slotOffset(slot) + 16),
  };
}

/** @param state a state block of 96 bytes */
export function viewState(state: Uint8Array): StateView {
  return {
    active: state[StateField.Active],
    floor: readU32(state, StateField.Floor),
    identity: copyBytes(state, StateField.Identity, RECORD_DIGEST_BYTES),
    slots: [viewSlot(state, 0), viewSlot(state, 1)],
    attempts: state[StateField.Attempts],
    failures: state[StateField.Failures],
    powerLosses: state[StateField.PowerLosses],
    wakes: state[StateField.Wakes],
    elapsedMs: readU32(state, StateField.ElapsedMs),
    announced: state[StateField.Announced] === 1,
    deaths: state[StateField.Deaths],
    recoveryRequested: state[StateField.RecoveryRequested] === 1,
    refusals: copyBytes(state, StateField.Refusals, RECORD_DIGEST_BYTES),
  };
}
