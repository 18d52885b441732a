/** Boards whose journal says nothing: factory boards before their first start, and boards that lost it. */

import { encodeProvisioning } from "../core/boot/provisioning";
import type { LostSlotFacts } from "../core/boot/rebuild";
import { FactoryRank, stateFromFactory, stateFromLoss } from "../core/boot/rebuild";
import { Seal } from "../core/image/seal-kind";
import { StateField } from "../core/boot/state";
import { startsWith } from "../core/bytes";
import { HeaderField, readVersion } from "../core/image/header";
import {
  readTrailerFlag, TRAILER_MAGIC_BYTES, trailerAlignment, TrailerField, TrailerFlag,
} from "../core/image/trailer";
import { digestAt, makeRecord, RecordType } from "../core/journal/record";
import { Reason } from "../core/reasons";
import { Slot } from "../core/slot";
import type { FlashPartition } from "../hal/flash";
import type { Chain } from "./chain";
import { VerifyMode } from "./config";
import { sealWith } from "./seals";

function factoryRank(flash: FlashPartition): FactoryRank {
  const maxAlign = trailerAlignment(flash.read(flash.sizeBytes - TRAILER_MAGIC_BYTES, TRAILER_MAGIC_BYTES));
  if (maxAlign === 0) {
    return FactoryRank.Unasked;
  }
  if (readTrailerFlag(flash, maxAlign, TrailerField.ImageOk) === TrailerFlag.Set) {
    return FactoryRank.Confirmed;
  }
  const isOver = readTrailerFlag(flash, maxAlign, TrailerField.CopyDone) === TrailerFlag.Set;
  return isOver ? FactoryRank.FailedTrial : FactoryRank.Trial;
}

function lostFacts(chain: Chain, slot: Slot): LostSlotFacts {
  const image = chain.checkSlot(chain, slot, VerifyMode.Full);
  const verifies = image.reason === Reason.None;
  return {
    known: true,
    reason: image.reason,
    digest: image.digest,
    counter: image.counter,
    version: readVersion(image.header, HeaderField.Version),
    factoryRank: factoryRank(chain.board.slots[slot]),
    sealedConfirmed: verifies && sealWith(chain, slot, image, Seal.Confirmed, false),
  };
}

/**
 * Reads both slots in full, works out the state that the journal would have said, and writes it. A board with no
 * image to start stays as it is until one is installed, so that a factory image may still come.
 */
function rebuildJournal(chain: Chain): void {
  const journal = chain.ledger;
  const config = chain.config;
  const facts = [lostFacts(chain, Slot.A), lostFacts(chain, Slot.B)];
  const provisioned = chain.block.provisioned;
  const floor = Math.max(config.baseFloor, chain.block.baseFloor);
  const state = provisioned ? stateFromLoss(facts, floor) : stateFromFactory(facts, floor);
  state.set(config.identity, StateField.Identity);
  journal.state = state;
  if (state[StateField.Active] !== Slot.None && chain.formatJournal(journal, state) && provisioned) {
    chain.appendRecord(journal, makeRecord(RecordType.JournalLost, Slot.None, 0, undefined, 0));
  }
}

/**
 * Gives a board its journal if it has none, the mark in the boot partition that it has been provisioned, so that a lost
 * journal is known as lost, and the identity that its bootloader has now: keys or board model may not be those of
 * before. A board without an image to start gets none of these.
 *
 * The first start is also where the verifier shows that it tells good signatures from bad ones on this board.
 */
export function provision(chain: Chain): void {
  const journal = chain.ledger;
  const board = chain.board;
  const identity = chain.config.identity;
  chain.needsSeals = true;
  board.verifier.selfTest();
  if (!journal.usable) {
    rebuildJournal(chain);
  }
  if (journal.usable) {
    if (!chain.block.provisioned) {
      board.provisioning.write(0, encodeProvisioning(chain.config.baseFloor, undefined, board.hash));
    }
    if (!startsWith(digestAt(journal.state, StateField.Identity), identity) && chain.secureTail(journal)) {
      chain.appendRecord(journal, makeRecord(RecordType.IdentityChanged, Slot.None, 0, identity, 0));
    }
  }
}
