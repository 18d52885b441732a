/** From reset to a running application, or to recovery. */

import type { Decision, SlotFacts } from "../core/boot/decide";
import { Action, decide } from "../core/boot/decide";
import type { RecoveryDoor } from "../core/boot/handover";
import { Seal } from "../core/boot/seal";
import { StateField, slotOffset, SlotStatus } from "../core/boot/state";
import { equalBytes } from "../core/bytes";
import type { ImageVerdict } from "../core/image/image";
import type { Journal } from "../core/journal/journal";
import { appendRecord, secureTail } from "../core/journal/journal";
import { makeRecord, RECORD_DIGEST_BYTES, RecordType } from "../core/journal/record";
import { DECISION_ROUNDS_MAX } from "../core/limits";
import { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import type { Board } from "../hal/board";
import type { Chain } from "./chain";
import { checkSlot, factsOf, openChain, sealSlot } from "./chain";
import type { BootConfig } from "./config";
import { handOver } from "./handover";
import type { Service } from "./service";

function appendAll(journal: Journal, records: Uint8Array[]): boolean {
  for (let i = 0; i < records.length; i++) {
    if (!appendRecord(journal, records[i])) {
      return false;
    }
  }
  return true;
}

/** Notes in the journal that keys or board model are not those of before. */
function noteIdentity(chain: Chain): void {
  const identity = chain.config.identity;
  if (!equalBytes(chain.journal.state, StateField.Identity, identity, 0, RECORD_DIGEST_BYTES)) {
    appendRecord(chain.journal, makeRecord(RecordType.IdentityChanged, Slot.None, 0, identity, 0));
  }
}

/** Decides, reads what the decision asks for, and has its records in flash before it returns. */
function settle(chain: Chain, verdicts: ImageVerdict[]): Decision {
  const facts: SlotFacts[] = [factsOf(verdicts[0]), factsOf(verdicts[1])];
  facts[0].known = false;
  facts[1].known = false;
  const cause = chain.board.reset.cause;
  const gesture = chain.board.pins.recoveryRequested();
  let journalWritable = secureTail(chain.journal);
  noteIdentity(chain);
  for (let round = 0; round < DECISION_ROUNDS_MAX; round++) {
    const decision = decide(facts, chain.journal.state, { cause, gesture, journalWritable }, chain.config);
    const slot = decision.slot;
    if (decision.action === Action.Verify) {
      verdicts[slot] = checkSlot(chain, slot, chain.config.verifyMode);
      facts[slot] = factsOf(verdicts[slot]);
    } else if (appendAll(chain.journal, decision.append) || !journalWritable) {
      return decision;
    } else {
      journalWritable = false;
    }
  }
  return { action: Action.Recovery, slot: Slot.None, reason: Reason.JournalUnwritable, append: [] };
}

/**
 * One start of the board. Returns when the application's first turn has run, or with the door of recovery.
 *
 * @param loadService gives the parts that an ordinary start does without; evaluated when it is first called
 * @returns what recovery offers, `undefined` if an application was started
 */
export function boot(board: Board, config: BootConfig, loadService: () => Service): RecoveryDoor | undefined {
  const chain = openChain(board, config, loadService);
  if (!chain.journal.usable) {
    loadService().rebuildJournal(chain);
  } else if (!chain.provisioning.provisioned) {
    loadService().markProvisioned(chain);
  }
  const unread: ImageVerdict = { reason: Reason.SlotEmpty, image: undefined };
  const verdicts = [unread, unread];
  const decision = settle(chain, verdicts);
  board.watchdog.start(config.watchdogTimeoutMs);
  const slot = decision.slot;
  if (decision.action === Action.Start) {
    const image = verdicts[slot].image;
    if (image !== undefined) {
      sealSlot(chain, slot, image, Seal.Verified);
      if (chain.journal.state[slotOffset(slot)] === SlotStatus.Confirmed) {
        sealSlot(chain, slot, image, Seal.Confirmed);
      }
      handOver(chain, slot, image);
      return undefined;
    }
  }
  return loadService().enterRecovery(chain, decision.reason);
}
