/** From reset to a running application, or to recovery. */

import type { Decision } from "../core/boot/decide";
import { Action, decide } from "../core/boot/decide";
import type { RecoveryDoor } from "../core/boot/handover";
import { readProvisioning } from "../core/boot/provisioning";
import { StateField } from "../core/boot/state";
import { startsWith } from "../core/bytes";
import type { JudgedImage } from "../core/image/judge";
import { unreadImage } from "../core/image/judge";
import type { Journal } from "../core/journal/journal";
import { appendRecord, openJournal, secureTail } from "../core/journal/journal";
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

type Outcome = Omit<Decision, "append">;

/** Decides, reads what the decision asks for, and has its records in flash before it returns. */
function settle(chain: Chain, board: Board, config: BootConfig, journal: Journal, images: JudgedImage[]): Outcome {
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
  return { action: Action.Recovery, slot: Slot.None, reason: Reason.JournalUnwritable };
}

/**
 * One start of the board. Returns when the application's first turn has run, or with the door of recovery.
 *
 * @param loadService gives the parts that an ordinary start does without; evaluated when it is first called
 * @returns what recovery offers, `undefined` if an application was started
 */
export type Boot =
  (this: void, board: Board, config: BootConfig, loadService: () => Service) => RecoveryDoor | undefined;

/** What is done with the image that may start. */
export type StartImage = (this: void, chain: Chain, slot: Slot, image: JudgedImage) => void;

/** @param start called last, with what is to be started; not if recovery is entered */
export function createBoot(start: StartImage): Boot {
  return function (board: Board, config: BootConfig, loadService: () => Service): RecoveryDoor | undefined {
    const journal = openJournal(board.journal, board.hash);
    const block = readProvisioning(board.provisioning, board.hash);
    const chain = openChain(board, config, journal, block, loadService);
    const hasIdentity = startsWith(digestAt(journal.state, StateField.Identity), config.identity);
    const isProvisioned = journal.usable && hasIdentity && chain.block.provisioned;
    const images = [unreadImage(), unreadImage()];
    // Whatever the start before wrote may have earned a seal.
    chain.needsSeals = journal.tail !== undefined;
    if (!isProvisioned) {
      loadService().provision(chain);
    }
    const decision = settle(chain, board, config, journal, images);
    const slot = decision.slot;
    board.watchdog.start(config.watchdogTimeoutMs);
    if (decision.action !== Action.Start) {
      return loadService().enterRecovery(chain, decision.reason);
    }
    if (chain.needsSeals && chain.block.deviceKey !== undefined) {
      loadService().writeSeals(chain, slot, images[slot]);
    }
    start(chain, slot, images[slot]);
    return undefined;
  };
}

export const boot = createBoot(handOver);

/** One start of the board up to the point where the application takes over; see `createBoot`. */
export function bootUpTo(
  board: Board, config: BootConfig, loadService: () => Service, start: StartImage,
): RecoveryDoor | undefined {
  return createBoot(start)(board, config, loadService);
}
