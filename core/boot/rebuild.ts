/**
 * The boot state of a board whose journal says nothing: a factory board that was never provisioned, or a provisioned
 * one whose journal was lost. Pure; the caller reads the slots and writes the journal.
 */

import { writeU32 } from "../bytes";
import { compareVersions } from "../image/version";
import type { Version } from "../image/image";
import { Reason } from "../reasons";
import { otherSlot, Slot } from "../slot";
import type { SlotFacts } from "./decide";
import { activateSlot, emptyState, setSlot, SlotStatus, StateField } from "./state";

/** How a factory image asks to be started, by its MCUboot trailer. Ordered: a higher rank is asked for more. */
export const enum FactoryRank {
  /** Its trial under another bootloader was not confirmed: magic and copy_done, no image_ok. */
  FailedTrial = 0,
  /** No trailer magic. */
  Unasked = 1,
  /** `imgtool --pad`: magic alone. */
  Trial = 2,
  /** `imgtool --confirm`: magic and image_ok. */
  Confirmed = 3,
}

/** What is known of a slot when the journal cannot help. */
export interface LostSlotFacts extends SlotFacts {
  version: Version;
  factoryRank: FactoryRank;
  /** It carries a valid seal of a confirmed image (seal.ts). */
  sealedConfirmed: boolean;
}

function adopt(state: Uint8Array, slots: LostSlotFacts[], slot: Slot, status: SlotStatus): void {
  setSlot(state, slot, status, slots[slot].digest, slots[slot].counter);
}

function activate(state: Uint8Array, slots: LostSlotFacts[], slot: Slot): void {
  activateSlot(state, slot, slots[slot].digest, slots[slot].counter);
}

function emptyStateAbove(baseFloor: number): Uint8Array {
  const state = emptyState();
  writeU32(state, StateField.Floor, baseFloor);
  return state;
}

/** The slot that MCUboot would look at first: the higher version, slot A if they are equal. Only verified ones. */
function firstByVersion(slots: LostSlotFacts[]): Slot {
  const a = slots[0].reason === Reason.None;
  const b = slots[1].reason === Reason.None;
  if (a && (!b || compareVersions(slots[0].version, slots[1].version) >= 0)) {
    return Slot.A;
  }
  return b ? Slot.B : Slot.None;
}

/**
 * A board that was never provisioned, by the trailers of its factory images. What MCUboot would start, starts; where
 * MCUboot would erase the last image and start nothing, that image starts (docs/mcuboot-differences.md).
 *
 * @returns a state without an active slot if no image verifies
 */
export function stateFromFactory(slots: LostSlotFacts[], baseFloor: number): Uint8Array {
  const state = emptyStateAbove(baseFloor);
  const first = firstByVersion(slots);
  if (first === Slot.None) {
    return state;
  }
  let chosen: Slot = first;
  let rest = otherSlot(first);
  const restVerifies = slots[rest].reason === Reason.None;
  const firstRank = slots[first].factoryRank;
  if (restVerifies && firstRank < FactoryRank.Trial && slots[rest].factoryRank > firstRank) {
    chosen = rest;
    rest = first;
  }
  const restRank = slots[rest].factoryRank;
  if (slots[chosen].factoryRank === FactoryRank.Trial && restVerifies && restRank !== FactoryRank.FailedTrial) {
    activate(state, slots, rest);
    adopt(state, slots, chosen, SlotStatus.Trial);
    return state;
  }
  activate(state, slots, chosen);
  if (restVerifies) {
    // Confirmed factory images in both slots are each other's fallback.
    adopt(state, slots, rest, restRank === FactoryRank.Confirmed ? SlotStatus.Confirmed : SlotStatus.Installed);
  }
  return state;
}

/**
 * A provisioned board whose journal is gone: the image with the seal of a confirmed one, else the verified image with
 * the highest security counter. Losing the journal must be no way to an older image, so the floor comes up to the
 * image that was taken.
 *
 * @returns a state without an active slot if no image verifies
 */
export function stateFromLoss(slots: LostSlotFacts[], baseFloor: number): Uint8Array {
  const state = emptyStateAbove(baseFloor);
  const first = firstByVersion(slots);
  if (first === Slot.None) {
    return state;
  }
  let chosen: Slot = first;
  let rest = otherSlot(first);
  const restVerifies = slots[rest].reason === Reason.None;
  const sameRank = slots[rest].sealedConfirmed === slots[first].sealedConfirmed;
  const restIsNewer = sameRank && slots[rest].counter > slots[first].counter;
  if (restVerifies && (restIsNewer || (slots[rest].sealedConfirmed && !sameRank))) {
    chosen = rest;
    rest = first;
  }
  activate(state, slots, chosen);
  if (restVerifies) {
    adopt(state, slots, rest, slots[rest].sealedConfirmed ? SlotStatus.Confirmed : SlotStatus.Installed);
  }
  return state;
}
