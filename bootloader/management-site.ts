/** What the parts of management share. */

import type { Handover } from "../core/boot/handover";
import { slotOffset, SlotStatus } from "../core/boot/state";
import type { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import type { Chain } from "./chain";
import type { ManagementConfig } from "./config";
import type { ManagementLog } from "./management-log";
import type { ManagedSlotWriter } from "./slot-writer";

export interface ManagementSite {
  readonly chain: Chain;
  readonly settings: ManagementConfig;
  /** None in recovery. */
  readonly runningSlot: Slot;
  readonly freeSlot: Slot;
  /** Of the free slot. */
  readonly writer: ManagedSlotWriter;
  /** The running application's; `undefined` in recovery. */
  readonly door: Handover | undefined;
  /** Why the board is in recovery. */
  readonly reason: Reason;
  readonly log: ManagementLog;
}

/** Whether the running image is on trial: the state says so, not what the application was told. */
export function isOnTrial(site: ManagementSite): boolean {
  const running = site.runningSlot;
  return running !== Slot.None && site.chain.ledger.state[slotOffset(running)] === SlotStatus.Trial;
}
