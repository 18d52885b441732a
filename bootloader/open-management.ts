/** The way from the service to management, which is a file of its own. */

import type { Handover } from "../core/boot/handover";
import type { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import type { Chain } from "./chain";
import type { BoardManagement } from "./management";
import type { ManagedSlotWriter } from "./slot-writer";

/**
 * `undefined` on a board that is not managed over a wire.
 *
 * @param runningSlot None in recovery
 * @param writer of `freeSlot`
 * @param door the running application's; `undefined` in recovery
 * @param reason why the board is in recovery
 */
export function openManagement(
  chain: Chain, runningSlot: Slot, freeSlot: Slot, writer: ManagedSlotWriter, door: Handover | undefined,
  reason: Reason,
): BoardManagement | undefined {
  const settings = chain.config.management;
  return settings === undefined
    ? undefined
    : settings.loadManagement()(chain, settings, runningSlot, freeSlot, writer, door, reason);
}
