/**
 * What a start needs only in rare cases: installing an image, recovery, a journal that is gone. It is a file of its
 * own beside the bootloader, evaluated when it is first asked for, so that an ordinary start spends no memory on it;
 * the application gets its slot writer from here too, so that flash holds one.
 */

import type { RecoveryDoor, SlotWriter } from "../core/boot/handover";
import { visitJournal } from "../core/journal/audit";
import type { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import type { Chain } from "./chain";
import { markProvisioned, rebuildJournal } from "./lost-journal";
import { enterRecovery } from "./recovery";
import { createSlotWriter } from "./slot-writer";

export interface Service {
  /** See lost-journal.ts. */
  rebuildJournal(chain: Chain): void;
  markProvisioned(chain: Chain): void;
  /** See recovery.ts. */
  enterRecovery(chain: Chain, reason: Reason): RecoveryDoor;
  /** See slot-writer.ts. */
  createSlotWriter(chain: Chain, slot: Slot, refusal: () => Reason): SlotWriter;
  /** See core/journal/audit.ts. */
  visitJournal(chain: Chain, visit: (record: Uint8Array) => void): void;
}

export function createService(): Service {
  return {
    rebuildJournal(chain: Chain): void {
      rebuildJournal(chain);
    },
    markProvisioned(chain: Chain): void {
      markProvisioned(chain);
    },
    enterRecovery(chain: Chain, reason: Reason): RecoveryDoor {
      return enterRecovery(chain, reason);
    },
    createSlotWriter(chain: Chain, slot: Slot, refusal: () => Reason): SlotWriter {
      return createSlotWriter(chain, slot, refusal);
    },
    visitJournal(chain: Chain, visit: (record: Uint8Array) => void): void {
      visitJournal(chain.journal.flash, chain.journal.hash, visit);
    },
  };
}
