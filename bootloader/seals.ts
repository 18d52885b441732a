/** Seals of images on this board. */

import { useSeal } from "../core/boot/seal";
import { slotOffset, SlotStatus } from "../core/boot/state";
import type { JudgedImage } from "../core/image/judge";
import { Seal } from "../core/image/seal-kind";
import type { Slot } from "../core/slot";
import type { Chain } from "./chain";
import type { BootConfig } from "./config";
import { VerifyMode } from "./config";

/** See `useSeal`. */
export function sealWith(chain: Chain, slot: Slot, image: JudgedImage, kind: Seal, mayWrite: boolean): boolean {
  const board = chain.board;
  const sealer = { deviceKey: chain.block.deviceKey, identity: chain.config.identity };
  return useSeal(board.slots[slot], board.hash, sealer, slot, image, kind, mayWrite);
}

/** The seal of a verified image on a board with this configuration. */
export function verifiedSeal(config: BootConfig): Seal {
  return config.verifyMode === VerifyMode.SealCrc32 ? Seal.VerifiedContent : Seal.Verified;
}

/** The seal that stands for the check of the image in `slot`. Where it is missing, it is to be written. */
export function findSeal(chain: Chain, slot: Slot, image: JudgedImage): Seal {
  const kind = verifiedSeal(chain.config);
  if (sealWith(chain, slot, image, kind, false)) {
    return kind;
  }
  chain.needsSeals = true;
  return Seal.None;
}

/** Writes the seals that a verified image has earned, where the device has a key and none stand there yet. */
export function writeSeals(chain: Chain, slot: Slot, image: JudgedImage): void {
  sealWith(chain, slot, image, verifiedSeal(chain.config), true);
  if (chain.ledger.state[slotOffset(slot)] === SlotStatus.Confirmed) {
    sealWith(chain, slot, image, Seal.Confirmed, true);
  }
}
