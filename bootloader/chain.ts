/** What one start of the bootloader works with: the board, the journal's state, and how slots are checked. */

import type { Provisioning } from "../core/boot/provisioning";
import { StateField } from "../core/boot/state";
import { readU32 } from "../core/bytes";
import type { JudgedImage } from "../core/image/judge";
import { judgeImage } from "../core/image/judge";
import { Seal } from "../core/image/seal-kind";
import { trailerStart } from "../core/image/trailer";
import type { Journal } from "../core/journal/journal";
import { appendRecord, formatJournal, secureTail } from "../core/journal/journal";
import { readPage } from "../core/journal/page";
import { VERIFY_TRIES_MAX } from "../core/limits";
import { Reason } from "../core/reasons";
import type { Slot } from "../core/slot";
import type { Board } from "../hal/board";
import type { BootConfig } from "./config";
import { VerifyMode } from "./config";
import type { Service } from "./service";

/** Checks the image in `slot` as `mode` says, more than once before a failure counts. Kicks the watchdog each time. */
export function checkSlot(chain: Chain, slot: Slot, mode: VerifyMode): JudgedImage {
  const board = chain.board;
  const config = chain.config;
  const flash = board.slots[slot];
  const stateFloor = readU32(chain.ledger.state, StateField.Floor);
  const floor = Math.max(stateFloor, config.baseFloor, chain.block.baseFloor);

  function findSeal(image: JudgedImage): Seal {
    return mode === VerifyMode.Full ? Seal.None : chain.loadService().findSeal(chain, slot, image);
  }

  const maxSizeBytes = trailerStart(flash.sizeBytes);
  let image: JudgedImage;
  let tries = 0;
  do {
    board.watchdog.kick();
    image = judgeImage(flash, board, config, maxSizeBytes, floor, findSeal);
    tries++;
  } while (image.reason !== Reason.None && tries < VERIFY_TRIES_MAX);
  return image;
}

/** All that a start knows, and what its service would otherwise have a copy of: the service is a file of its own. */
export interface Chain {
  readonly board: Board;
  readonly config: BootConfig;
  /** The journal. Its state is the boot state also where no journal could be written. */
  readonly ledger: Journal;
  /** The provisioning block: what the host wrote into the boot partition. */
  readonly block: Provisioning;
  /** Whether the image that starts may lack seals that it has earned. */
  needsSeals?: boolean;
  /** Whoever began to write a slot last. */
  writing?: object | undefined;
  /** Evaluates the service file when it is first called. */
  loadService(this: void): Service;
  readonly checkSlot: typeof checkSlot;
  readonly appendRecord: typeof appendRecord;
  readonly formatJournal: typeof formatJournal;
  readonly secureTail: typeof secureTail;
  readonly readPage: typeof readPage;
}

export function openChain(
  board: Board, config: BootConfig, ledger: Journal, block: Provisioning, loadService: () => Service,
): Chain {
  return {
    board,
    config,
    ledger,
    block,
    loadService,
    checkSlot,
    appendRecord,
    formatJournal,
    secureTail,
    readPage,
  };
}
