/**
 * What a start needs only in rare cases: installing an image, recovery, a board without a journal. It is a file of its
 * own beside the bootloader, evaluated when it is first asked for, so that an ordinary start spends no memory on it;
 * the application gets its slot writer from here too, so that flash holds one. What the bootloader has anyway, it lends
 * to the service (Chain).
 */

import type { Handover, RecoveryDoor } from "../core/boot/handover";
import { hmacSha256 } from "../core/crypto/hmac";
import type { JudgedImage } from "../core/image/judge";
import type { Seal } from "../core/image/seal-kind";
import { makeRecord } from "../core/journal/record";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import { otherSlot } from "../core/slot";
import { visitJournal } from "./audit";
import type { Chain } from "./chain";
import { provision } from "./lost-journal";
import type { BoardManagement } from "./management";
import { openManagement } from "./open-management";
import { enterRecovery } from "./recovery";
import { findSeal, writeSeals } from "./seals";
import type { ManagedSlotWriter } from "./slot-writer";
import { createSlotWriter, noteRefusal } from "./slot-writer";

export interface Service {
  /** See lost-journal.ts. */
  provision(this: void, chain: Chain): void;
  /** See seals.ts. */
  findSeal(this: void, chain: Chain, slot: Slot, image: JudgedImage): Seal;
  writeSeals(this: void, chain: Chain, slot: Slot, image: JudgedImage): void;
  /** See recovery.ts. */
  enterRecovery(this: void, chain: Chain, reason: Reason): RecoveryDoor;
  /** A writer for the slot that the application does not run from; refused while the application is on trial. */
  createWriter(this: void, chain: Chain, runningSlot: Slot): ManagedSlotWriter;
  /** Management for the application that runs from `runningSlot`: one for all wires, so that they share an upload. */
  manage(this: void, chain: Chain, runningSlot: Slot, door: Handover): BoardManagement | undefined;
  readonly makeRecord: typeof makeRecord;
  readonly noteRefusal: typeof noteRefusal;
  readonly hmacSha256: typeof hmacSha256;
  /** See audit.ts. */
  visitJournal(this: void, chain: Chain, visit: (record: Uint8Array) => void): void;
}

function createWriter(chain: Chain, runningSlot: Slot): ManagedSlotWriter {
  return createSlotWriter(chain, otherSlot(runningSlot), true);
}

function manage(chain: Chain, runningSlot: Slot, door: Handover): BoardManagement | undefined {
  // The door remembers it: on some boards this file is evaluated anew each time.
  if (door.management === undefined) {
    const writer = createWriter(chain, runningSlot);
    door.management = openManagement(chain, runningSlot, otherSlot(runningSlot), writer, door, Reason.None);
  }
  return door.management as BoardManagement | undefined;
}

export function createService(): Service {
  return {
    provision, findSeal, writeSeals, enterRecovery, createWriter, visitJournal, manage, makeRecord, noteRefusal,
    hmacSha256,
  };
}
