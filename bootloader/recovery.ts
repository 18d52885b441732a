/**
 * Recovery: no application runs, the indicator shows it, and a door stands open for whoever repairs the board. It is
 * left by a reset, or by itself after a time without a client. The board's driver puts management on its wires.
 */

import type { RecoveryDoor } from "../core/boot/handover";
import { slotOffset, SlotStatus, StateField } from "../core/boot/state";
import type { Reason } from "../core/reasons";
import { otherSlot, Slot } from "../core/slot";
import { visitJournal } from "./audit";
import type { Chain } from "./chain";
import { openManagement } from "./open-management";
import { RECOVERY_BLINK_MS } from "./recovery-light";
import { createSlotWriter } from "./slot-writer";

/** The slot that may be written: never the confirmed image's, and rather one that holds nothing of use. */
function repairSlot(chain: Chain): Slot {
  const state = chain.ledger.state;
  const active = state[StateField.Active];
  if (active <= Slot.B) {
    return otherSlot(active);
  }
  return state[slotOffset(Slot.A)] === SlotStatus.Unknown ? Slot.A : Slot.B;
}

/** Opens recovery because of `reason`. */
export function enterRecovery(chain: Chain, reason: Reason): RecoveryDoor {
  const board = chain.board;
  const freeSlot = repairSlot(chain);
  const writer = createSlotWriter(chain, freeSlot, false);
  const management = openManagement(chain, Slot.None, freeSlot, writer, undefined, reason);
  let lit = true;
  board.pins.indicate(lit);
  board.clock.every(RECOVERY_BLINK_MS, function (): void {
    board.watchdog.kick();
    lit = management === undefined ? !lit : management.beat();
    board.pins.indicate(lit);
  });
  return {
    reason,
    writer,
    management,
    restart(): void {
      board.reset.reboot();
    },
    readJournal(visit: (record: Uint8Array) => void): void {
      visitJournal(chain, visit);
    },
  };
}
