/** From reset to a running application, or to recovery. */

import type { Decision } from "../core/boot/decide";
import { Action, decide } from "../core/boot/decide";
import type { RecoveryDoor } from "../core/boot/handover";
import { StateField } from "../core/boot/state";
import { startsWith } from "../core/bytes";
import type { JudgedImage } from "../core/image/judge";
import { unreadImage } from "../core/image/judge";
import { appendRecord, secureTail } from "../core/journal/journal";
import { digestAt } from "../core/journal/record";
import { DECISION_ROUNDS_MAX } from "../core/limits";
import { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import type { Board } from "../hal/board";
import type { Chain } from "./chain";
import { checkSlot, openChain } from "./chain";
import type { BootConfig } from "./config";
import { handOver } from "./handover";
import type { Service } from "./service";

/** Decides, reads what the decision asks for, and has its records in flash before it returns. */
function settle(chain: Chain, images: JudgedImage[]): Decision {
  const board = chain.board;
  const config = chain.config;
  const journal = chain.ledger;
  const reset = {
    cause: board.reset.cause,
    gesture: board.pins.recoveryRequested(),
    journalWritable: secureTail(journal),
  };
  for (let round = 0; round < DECISION_ROUNDS_MAX; round++) {
    const decision = decide(images, journal.state, reset, config);
    const slot = decision.slot;
    if (decision.action === Action.Verify) {
      images[slot] = checkSlot(chain, slot, config.verifyMode);
    } else {
      let isWritten = true;
      for (let i = 0; i < decision.append.length; i++) {
        isWritten = isWritten && appendRecord(journal, decision.append[i]);
      }
      if (isWritten || !reset.journalWritable) {
        return decision;
      }
      reset.journalWritable = false;
    }
  }
  return { action: Action.Recovery, slot: Slot.None, reason: Reason.JournalUnwritable, append: [] };
}

/**
 * One start of the board up to the point where the application takes over.
 *
 * @param loadService gives the parts that an ordinary start does without; evaluated when it is first called
 * @param start called last, with what is to be started; not if recovery is entered
 * @returns what recovery offers, `undefined` if `start` was called
 */
export function bootUpTo(
  board: Board, config: BootConfig, loadService: () => Service,
  start: (this: void, chain: Chain, slot: Slot, image: JudgedImage) => void,
): RecoveryDoor | undefined {
  const chain = openChain(board, config, loadService);
  const journal = chain.ledger;
  const hasIdentity = startsWith(digestAt(journal.state, StateField.Identity), config.identity);
  const isProvisioned = journal.usable && hasIdentity && chain.device.provisioned;
  const images = [unreadImage(), unreadImage()];
  // Whatever the start before wrote may have earned a seal.
  chain.needsSeals = journal.tail !== undefined;
  if (!isProvisioned) {
    loadService().provision(chain);
  }
  const decision = settle(chain, images);
  const slot = decision.slot;
  board.watchdog.start(config.watchdogTimeoutMs);
  if (decision.action !== Action.Start) {
    return loadService().enterRecovery(chain, decision.reason);
  }
  if (chain.needsSeals && chain.device.deviceKey !== undefined) {
    loadService().writeSeals(chain, slot, images[slot]);
  }
  start(chain, slot, images[slot]);
  return undefined;
}

/**
 * One start of the board. Returns when the application's first turn has run, or with the door of recovery.
 *
 * @param loadService as for `bootUpTo`
 * @returns what recovery offers, `undefined` if an application was started
 */
export function boot(board: Board, config: BootConfig, loadService: () => Service): RecoveryDoor | undefined {
  return bootUpTo(board, config, loadService, handOver);
}
