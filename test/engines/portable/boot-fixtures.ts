/** Small boards for the suites that run on every engine: a journal in RAM, and facts about slots made by hand. */

import type { BootConfig, ManagementConfig } from "../../../bootloader/config";
import { VerifyMode } from "../../../bootloader/config";
import type { SlotFacts } from "../../../core/boot/decide";
import { emptyState, setSlot, SlotStatus, StateField } from "../../../core/boot/state";
import { writeU32 } from "../../../core/bytes";
import { SignaturePolicy } from "../../../core/image/signatures";
import { Reason } from "../../../core/reasons";
import { Slot } from "../../../core/slot";
import type { MemoryFlash } from "../../../hal/memory/flash";
import { createMemoryFlash } from "../../../hal/memory/flash";

export const PAGE_BYTES = 1024;
const SLOT_PAGES = 4;

function memoryFlash(name: string, addressBytes: number, pages: number): MemoryFlash {
  const sizeBytes = pages * PAGE_BYTES;
  return createMemoryFlash({ name, addressBytes, sizeBytes, pageSizeBytes: PAGE_BYTES, writeUnitBytes: 4 });
}

export function journalFlash(pages: number): MemoryFlash {
  return memoryFlash("journal", 0, pages);
}

/** All flash of a board: it outlives resets. */
export interface PortableFlash {
  readonly slots: MemoryFlash[];
  readonly journal: MemoryFlash;
  readonly provisioning: MemoryFlash;
  readonly data: MemoryFlash;
}

export function portableFlash(): PortableFlash {
  return {
    slots: [memoryFlash("slotA", 0, SLOT_PAGES), memoryFlash("slotB", SLOT_PAGES * PAGE_BYTES, SLOT_PAGES)],
    journal: memoryFlash("journal", 0x10000, 2),
    provisioning: memoryFlash("boot", 0x20000, 1),
    data: memoryFlash("data", 0x30000, 1),
  };
}

/** A digest that is `tag` in every byte. */
export function digestOf(tag: number): Uint8Array {
  const digest = new Uint8Array(32);
  digest.fill(tag);
  return digest;
}

/** What both images of the suites name as their key. */
export const KEY_HASH = digestOf(5);

/** A bootloader that trusts that key. */
export function portableConfig(management?: ManagementConfig): BootConfig {
  return {
    identity: new Uint8Array(12),
    trustedKeys: [{ publicKey: new Uint8Array(32), keyHash: KEY_HASH }],
    signaturePolicy: SignaturePolicy.Any,
    vendorId: undefined,
    classId: undefined,
    baseFloor: 0,
    verifyMode: VerifyMode.Full,
    watchdogTimeoutMs: 8000,
    trialDeadlineMs: 600000,
    knowsResetCauses: true,
    trialAttempts: 1,
    trialForgiven: 8,
    management,
  };
}

/** Slot A confirmed with digest 1 and counter 3; slot B unknown; floor 3. */
export function confirmedState(): Uint8Array {
  const state = emptyState();
  writeU32(state, StateField.Floor, 3);
  state[StateField.Active] = Slot.A;
  setSlot(state, Slot.A, SlotStatus.Confirmed, digestOf(1), 3);
  return state;
}

/** As `confirmedState`, with a trial of digest 2 and counter 4 asked for in slot B. */
export function trialState(): Uint8Array {
  const state = confirmedState();
  setSlot(state, Slot.B, SlotStatus.Trial, digestOf(2), 4);
  return state;
}

export function goodSlot(tag: number, counter: number): SlotFacts {
  return { known: true, reason: Reason.None, digest: digestOf(tag), counter };
}

export function badSlot(reason: Reason): SlotFacts {
  return { known: true, reason, digest: new Uint8Array(0), counter: 0 };
}

export function unreadSlot(): SlotFacts {
  return { known: false, reason: Reason.None, digest: new Uint8Array(0), counter: 0 };
}
