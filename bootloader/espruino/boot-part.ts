/**
 * From reset to the decision, on Espruino: a file of its own that is dropped before the application starts. It comes
 * back when the application installs an image, since the service needs its functions.
 */

import type { RecoveryDoor, SlotWriter } from "../../core/boot/handover";
import type { KeyStore } from "../../core/boot/key-store";
import { readKeyStore } from "../../core/boot/key-store";
import type { Sha256 } from "../../core/crypto/sha256";
import type { JudgedImage } from "../../core/image/judge";
import { unreadImage } from "../../core/image/judge";
import { appendRecord, formatJournal, openJournal, secureTail } from "../../core/journal/journal";
import { readPage } from "../../core/journal/page";
import { makeRecord, RecordType } from "../../core/journal/record";
import type { HashPort } from "../../core/ports";
import { Slot } from "../../core/slot";
import type { ImageVerifier } from "../../core/image/signatures";
import type { Board } from "../../hal/board";
import { completeBoard, isAsPlanned } from "../../hal/espruino/board";
import { findForeignFiles, removeForeignFiles } from "../../hal/espruino/boot-files";
import { openConsole } from "../../hal/espruino/console";
import { createHash } from "../../hal/espruino/hash";
import type { Hash } from "../../hal/hash";
import type { Interpreter } from "../../hal/espruino/interpreter";
import { textToBytes } from "../../hal/espruino/interpreter";
import type { MakeVerifier } from "../../hal/espruino/lazy-verifier";
import { createLazyVerifier } from "../../hal/espruino/lazy-verifier";
import type { BoardPlan, Chip } from "../../hal/espruino/plan";
import type { Chain } from "../chain";
import { checkSlot } from "../chain";
import { bootUpTo } from "../main";
import type { Service } from "../service";
import type { BoardConfig, LoadFile } from "./files";
import { BootFile } from "./files";

/** How often the watchdog is kicked on a board that must not be written. */
const STANDSTILL_KICK_MS = 250;

declare const global: {
  /** For whoever repairs the board over the console. */
  recovery?: RecoveryDoor | undefined;
};

/** What serves recovery over a wire. */
type ServeRecovery = (this: void, door: RecoveryDoor, board: Board) => void;

/** What is to be started. */
export interface Start {
  /** CRC-32 of the file of the application's Storage; 0: it gets Espruino's. */
  readonly storageCrc: number;
  readonly chain: Chain;
  readonly slot: Slot;
  readonly image: JudgedImage;
}

export interface BootPart {
  /** Decides; `undefined` where no application is to start, and everything is done that is to be done. */
  begin(this: void): Start | undefined;
  /** The service with all it needs, for `chain`, which has only what stays in memory. */
  lendService(this: void, chain: Chain): Service;
}

export type MakeBootPart = (
  this: void, interpreter: Interpreter, config: BoardConfig, load: LoadFile,
  makeResident: (this: void, plan: BoardPlan, chip: Chip) => Board, existing: Board | undefined,
) => BootPart;

/** What an application's door needs of an image that was judged: not its signatures. */
function withoutValues(image: JudgedImage): JudgedImage {
  const kept = unreadImage();
  kept.known = true;
  kept.reason = image.reason;
  kept.digest = image.digest;
  kept.counter = image.counter;
  kept.totalSizeBytes = image.totalSizeBytes;
  kept.header = image.header;
  return kept;
}

/** What all of this file works with. */
interface Parts {
  readonly interpreter: Interpreter;
  readonly config: BoardConfig;
  readonly load: LoadFile;
  readonly chip: Chip;
  /** What stays in memory. */
  readonly resident: Board;
  /** All of it. */
  readonly board: Board;
}

function makeVerifier(parts: Omit<Parts, "board">, hash: Hash): ImageVerifier {
  const crcs = parts.config.crcs;
  return createLazyVerifier(hash, parts.resident.watchdog, function (): MakeVerifier {
    return parts.load(BootFile.Verifier, crcs.verifierCrc) as MakeVerifier;
  }, function (): KeyStore | undefined {
    const text = parts.interpreter.storageRead(BootFile.Keys);
    // The store's own CRC-32 says whether it is whole; that of the configuration, whether it is the right one.
    return text === undefined || parts.interpreter.crc32(text) !== crcs.keysCrc
      ? undefined
      : readKeyStore(textToBytes(text), hash);
  });
}

/** The application's place is taken by whoever repairs the board: over a wire, or over the console. */
function serve(parts: Parts, door: RecoveryDoor | undefined): void {
  const recoveryCrc = parts.config.crcs.recoveryCrc;
  if (door !== undefined && recoveryCrc !== 0) {
    (parts.load(BootFile.Recovery, recoveryCrc) as ServeRecovery)(door, parts.board);
  } else {
    global.recovery = door;
    openConsole(parts.config.plan.consoleName);
  }
}

/** On a board that must not be written: neither an application nor recovery. */
function standStill(parts: Parts): void {
  const watchdog = parts.board.watchdog;
  parts.chip.setIndicator(true);
  parts.board.clock.every(STANDSTILL_KICK_MS, function (): void {
    watchdog.kick();
  });
  serve(parts, undefined);
}

/** Removes boot files that are none of ours, and starts anew, since some of them have run. */
function expelForeign(parts: Parts, foreign: number): void {
  const board = parts.board;
  removeForeignFiles(foreign);
  const journal = openJournal(board.journal, board.hash);
  if (secureTail(journal)) {
    appendRecord(journal, makeRecord(RecordType.ForeignFiles, Slot.None, foreign, undefined, 0));
  }
  // Where they cannot be removed, starting anew would never end.
  if (findForeignFiles(parts.interpreter, parts.config.crcs.boot1Crc) === 0) {
    board.reset.reboot();
  }
  serve(parts, undefined);
}

function decideStart(parts: Parts, loadService: () => Service): Start | undefined {
  const resident = parts.resident;
  const config = parts.config;
  let start: Start | undefined;
  const door = bootUpTo(parts.board, config.bootConfig, loadService, function (chain, slot, image): void {
    const ledger = chain.ledger;
    // What stays in memory must not hold what is to go.
    (ledger as { hasher: HashPort }).hasher = resident.hash;
    parts.chip.lockPages(slot);
    start = {
      storageCrc: config.crcs.storageCrc,
      chain: { board: resident, config: chain.config, ledger, device: chain.device } as Chain,
      slot,
      image: withoutValues(image),
    };
  });
  if (door !== undefined) {
    serve(parts, door);
  }
  return start;
}

function lendService(parts: Parts, chain: Chain, loadService: () => Service): Service {
  const raw = loadService();
  const lent: Chain = {
    board: parts.board,
    config: chain.config,
    ledger: chain.ledger,
    device: chain.device,
    loadService,
    checkSlot,
    appendRecord,
    formatJournal,
    secureTail,
    readPage,
  };
  return {
    createWriter(_chain: Chain, runningSlot: Slot): SlotWriter {
      return raw.createWriter(lent, runningSlot);
    },
    writeSeals(_chain: Chain, slot: Slot, image: JudgedImage): void {
      raw.writeSeals(lent, slot, image);
    },
    visitJournal(_chain: Chain, visit: (record: Uint8Array) => void): void {
      raw.visitJournal(lent, visit);
    },
  } as Service;
}

/**
 * @param load evaluates a file of the bootloader
 * @param makeResident makes the part of the board that stays in memory
 * @param existing that part, if it was made before
 */
export function createBootPart(
  interpreter: Interpreter, config: BoardConfig, load: LoadFile,
  makeResident: (this: void, plan: BoardPlan, chip: Chip) => Board, existing: Board | undefined,
): BootPart {
  const plan = config.plan;
  const crcs = config.crcs;
  const chip = config.makeChip();
  const resident = existing === undefined ? makeResident(plan, chip) : existing;
  const hash = createHash(interpreter, plan, function (): Sha256 {
    return (load(BootFile.Sha256, crcs.sha256Crc) as () => Sha256)();
  });
  const verifier = makeVerifier({ interpreter, config, load, chip, resident }, hash);
  const board = completeBoard(interpreter, plan, chip, resident, hash, verifier);
  const parts: Parts = { interpreter, config, load, chip, resident, board };
  let service: Service | undefined;

  function loadService(): Service {
    service = service === undefined ? (load(BootFile.Service, crcs.serviceCrc) as () => Service)() : service;
    return service;
  }

  return {
    begin(): Start | undefined {
      if (!isAsPlanned(interpreter, plan)) {
        standStill(parts);
        return undefined;
      }
      chip.prepareWatchdog();
      resident.watchdog.start(config.bootConfig.watchdogTimeoutMs);
      const foreign = findForeignFiles(interpreter, crcs.boot1Crc);
      if (foreign !== 0) {
        expelForeign(parts, foreign);
        return undefined;
      }
      return decideStart(parts, loadService);
    },
    lendService(chain: Chain): Service {
      return lendService(parts, chain, loadService);
    },
  };
}
