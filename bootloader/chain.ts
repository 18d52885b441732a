/** What one start of the bootloader works with: the board, the journal's state, and how slots are checked. */

import type { SlotFacts } from "../core/boot/decide";
import type { Provisioning } from "../core/boot/provisioning";
import { readProvisioning } from "../core/boot/provisioning";
import { Seal, sealIsValid, writeSeal } from "../core/boot/seal";
import { StateField } from "../core/boot/state";
import { readU32 } from "../core/bytes";
import type { ImageFacts, ImageVerdict } from "../core/image/image";
import { readImage, verifyImage } from "../core/image/reader";
import { trailerStart } from "../core/image/trailer";
import type { Journal } from "../core/journal/journal";
import { openJournal } from "../core/journal/journal";
import { VERIFY_TRIES_MAX } from "../core/limits";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import type { Board } from "../hal/board";
import type { BootConfig } from "./config";
import { VerifyMode } from "./config";
import type { Service } from "./service";

export interface Chain {
  readonly board: Board;
  readonly config: BootConfig;
  /** Its state is the boot state also where no journal could be written. */
  readonly journal: Journal;
  readonly provisioning: Provisioning;
  /** Evaluates the service file; main.ts. */
  loadService(): Service;
}

export function openChain(board: Board, config: BootConfig, loadService: () => Service): Chain {
  return {
    board,
    config,
    loadService(): Service {
      return loadService();
    },
    journal: openJournal(board.journal, board.hash),
    provisioning: readProvisioning(board.provisioning, board.hash),
  };
}

/** The floor that holds whatever the journal says. */
export function baseFloorOf(chain: Chain): number {
  return Math.max(chain.config.baseFloor, chain.provisioning.baseFloor);
}

function checkOnce(chain: Chain, slot: Slot, mode: VerifyMode): ImageVerdict {
  const board = chain.board;
  const flash = board.slots[slot];
  const floor = Math.max(readU32(chain.journal.state, StateField.Floor), baseFloorOf(chain));
  const policy = {
    maxSizeBytes: trailerStart(flash.sizeBytes),
    slotAddress: flash.addressBytes,
    trustedKeys: chain.config.trustedKeys,
    // As long as nothing ever raised the floor, an image without a counter is as good as one with counter 0.
    counterFloor: floor === 0 ? undefined : floor,
    vendorId: chain.config.vendorId,
    classId: chain.config.classId,
  };
  if (mode === VerifyMode.Seal) {
    const verdict = readImage(flash, policy, board.hash);
    const image = verdict.image;
    if (
      image === undefined ||
      sealIsValid(flash, board.hash, chain.provisioning.deviceKey, slot, image, Seal.Verified)
    ) {
      return verdict;
    }
  }
  return verifyImage(flash, policy, board.hash, board.verifier);
}

/** Checks the image in `slot` as `mode` says, more than once before a failure counts. Kicks the watchdog each time. */
export function checkSlot(chain: Chain, slot: Slot, mode: VerifyMode): ImageVerdict {
  let verdict: ImageVerdict = { reason: Reason.SlotEmpty, image: undefined };
  for (let tries = 0; tries < VERIFY_TRIES_MAX && verdict.image === undefined; tries++) {
    chain.board.watchdog.kick();
    verdict = checkOnce(chain, slot, mode);
  }
  return verdict;
}

/** The security counter of an image; none counts as 0. */
export function counterOf(image: ImageFacts): number {
  return image.securityCounter === undefined ? 0 : image.securityCounter;
}

/** What the decision needs to know of a slot that was read. */
export function factsOf(verdict: ImageVerdict): SlotFacts {
  const image = verdict.image;
  return {
    known: true,
    reason: verdict.reason,
    digest: image === undefined ? new Uint8Array(0) : image.digest,
    counter: image === undefined ? 0 : counterOf(image),
  };
}

/** Writes a seal behind an image that earned it, where the device has a key and none stands there yet. */
export function sealSlot(chain: Chain, slot: Slot, image: ImageFacts, kind: Seal): void {
  const board = chain.board;
  writeSeal(board.slots[slot], board.hash, chain.provisioning.deviceKey, slot, image, kind);
}
