/** The two places an image can live in. Numbers, because they stand in journal records. */
export const enum Slot {
  A = 0,
  B = 1,
  None = 255,
}

/** @param slot A or B */
export function otherSlot(slot: Slot): Slot {
  return Slot.B - slot;
}
