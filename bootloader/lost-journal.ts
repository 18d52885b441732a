/** Boards whose journal says nothing: factory boards before their first start, and boards that lost it. */

import { encodeProvisioning } from "../core/boot/provisioning";
import type { LostSlotFacts } from "../core/boot/rebuild";
import { FactoryRank, stateFromFactory, stateFromLoss } from "../core/boot/rebuild";
import { Seal, sealIsValid } from "../core/boot/seal";
import { StateField } from "../core/boot/state";
import { readTrailer, TrailerFlag, TrailerMagic } from "../core/image/trailer";
import { appendRecord, formatJournal } from "../core/journal/journal";
import { makeRecord, RecordType } from "../core/journal/record";
import { Slot } from "../core/slot";
import type { FlashPartition } from "../hal/flash";
import type { Chain } from "./chain";
import { baseFloorOf, checkSlot, factsOf } from "./chain";
import { VerifyMode } from "./config";

function factoryRank(flash: FlashPartition): FactoryRank {
  const trailer = readTrailer(flash);
  if (trailer.magic !== TrailerMagic.Good) {
    return FactoryRank.Unasked;
  }
  if (trailer.imageOk === TrailerFlag.Set) {
    return FactoryRank.Confirmed;
  }
  return trailer.copyDone === TrailerFlag.Set ? FactoryRank.FailedTrial : FactoryRank.Trial;
}

function lostFacts(chain: Chain, slot: Slot): LostSlotFacts {
  const board = chain.board;
  const flash = board.slots[slot];
  const verdict = checkSlot(chain, slot, VerifyMode.Full);
  const image = verdict.image;
  const facts = factsOf(verdict);
  const key = chain.provisioning.deviceKey;
  return {
    known: true,
    reason: facts.reason,
    digest: facts.digest,
    counter: facts.counter,
    version: image === undefined ? { major: 0, minor: 0, revision: 0, build: 0 } : image.header.version,
    factoryRank: factoryRank(flash),
    sealedConfirmed: image !== undefined && sealIsValid(flash, board.hash, key, slot, image, Seal.Confirmed),
  };
}

/** Says in the boot partition that this board is provisioned, so that a lost journal is known as lost. */
export function markProvisioned(chain: Chain): void {
  if (!chain.provisioning.provisioned) {
    chain.board.provisioning.write(0, encodeProvisioning(chain.config.baseFloor, undefined, chain.board.hash));
  }
}

/**
 * Reads both slots in full, works out the state that the journal would have said, and writes it. A board with no
 * image to start stays as it is until one is installed, so that a factory image may still come.
 */
export function rebuildJournal(chain: Chain): void {
  const facts = [lostFacts(chain, Slot.A), lostFacts(chain, Slot.B)];
  const provisioned = chain.provisioning.provisioned;
  const floor = baseFloorOf(chain);
  const state = provisioned ? stateFromLoss(facts, floor) : stateFromFactory(facts, floor);
  state.set(chain.config.identity, StateField.Identity);
  chain.journal.state = state;
  if (state[StateField.Active] !== Slot.None && formatJournal(chain.journal, state)) {
    if (provisioned) {
      appendRecord(chain.journal, makeRecord(RecordType.JournalLost, Slot.None, 0, undefined, 0));
    }
    markProvisioned(chain);
  }
}
