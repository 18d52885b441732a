/** Seals of images on this board. */

import { Seal, useSeal } from "../core/boot/seal";
import { slotOffset, SlotStatus } from "../core/boot/state";
import type { JudgedImage } from "../core/image/judge";
import type { Slot } from "../core/slot";
import type { Chain } from "./chain";

/** See `useSeal`. */
export function sealWith(chain: Chain, slot: Slot, image: JudgedImage, kind: Seal, mayWrite: boolean): boolean {
  const board = chain.board;
  const sealer = { deviceKey: chain.block.deviceKey, identity: chain.config.identity };
  return useSeal(board.slots[slot], board.hash, sealer, slot, image, kind, mayWrite);
}

/** Writes the seals that a verified image has earned, where the device has a key and none stand there yet. */
export function writeSeals(chain: Chain, slot: Slot, image: JudgedImage): void {
  sealWith(chain, slot, image, Seal.Verified, true);
  if (chain.ledger.state[slotOffset(slot)] === SlotStatus.Confirmed) {
    sealWith(chain, slot, image, Seal.Confirmed, true);
  }
}
