/**
 * Recovery: no application runs, the indicator shows it, and a door stands open for whoever repairs the board. It is
 * left by a reset. The wire protocol that serves the door is put on top of it.
 */

import type { RecoveryDoor } from "../core/boot/handover";
import { slotOffset, SlotStatus, StateField } from "../core/boot/state";
import { Reason } from "../core/reasons";
import { otherSlot, Slot } from "../core/slot";
import { visitJournal } from "./audit";
import type { Chain } from "./chain";
import { createSlotWriter } from "./slot-writer";

/** Half a period of the indicator; also how often the watchdog is kicked, which proves that timers run. */
export const RECOVERY_BLINK_MS = 250;

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
  let lit = true;
  board.pins.indicate(lit);
  board.clock.every(RECOVERY_BLINK_MS, function (): void {
    lit = !lit;
    board.pins.indicate(lit);
    board.watchdog.kick();
  });
  return {
    reason,
    writer: createSlotWriter(chain, repairSlot(chain), function (): Reason {
      return Reason.None;
    }),
    restart(): void {
      board.reset.reboot();
    },
    readJournal(visit: (record: Uint8Array) => void): void {
      visitJournal(chain, visit);
    },
  };
}
