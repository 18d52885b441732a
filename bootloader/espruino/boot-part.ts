/**
 * From reset to the decision, on Espruino: a file of its own that is dropped before the application starts. It comes
 * back when the application installs an image, since the service needs its functions.
 */

import type { Handover, RecoveryDoor, SlotWriter } from "../../core/boot/handover";
import type { KeyStore } from "../../core/boot/key-store";
import { readKeyStore } from "../../core/boot/key-store";
import { copyBytes } from "../../core/bytes";
import type { RegionHash } from "../../core/crypto/region-hash";
import type { JudgedImage } from "../../core/image/judge";
import { unreadImage } from "../../core/image/judge";
import { appendRecord, formatJournal, openJournal, secureTail } from "../../core/journal/journal";
import { readPage } from "../../core/journal/page";
import { makeRecord, RecordType } from "../../core/journal/record";
import type { HashPort } from "../../core/ports";
import { ResetCause } from "../../core/boot/reset-cause";
import { Slot } from "../../core/slot";
import type { ImageVerifier } from "../../core/image/signatures";
import type { Board } from "../../hal/board";
import type { createResidentBoard } from "../../hal/espruino/board";
import { completeBoard, isAsPlanned } from "../../hal/espruino/board";
import { findForeignFiles, removeForeignFiles } from "../../hal/espruino/boot-files";
import { openConsole } from "../../hal/espruino/console";
import { EspruinoPartition, giveFunctions } from "../../hal/espruino/flash";
import { createHash } from "../../hal/espruino/hash";
import type { Hash } from "../../hal/hash";
import type { Interpreter } from "../../hal/espruino/interpreter";
import { textToBytes } from "../../hal/espruino/interpreter";
import { after } from "../../hal/espruino/timers";
import type { MakeVerifier } from "../../hal/espruino/lazy-verifier";
import { createLazyVerifier } from "../../hal/espruino/lazy-verifier";
import type { Chip } from "../../hal/espruino/plan";
import type { Evaluate } from "../../hal/espruino/program";
import type { MakeRegionHash } from "../../hal/espruino/region-hash";
import type { Chain } from "../chain";
import { checkSlot } from "../chain";
import type { BootConfig, ManagementConfig } from "../config";
import { bootUpTo } from "../main";
import type { Service } from "../service";
import type { BoardManagement } from "../management";
import type { BoardConfig, FilePlace, LoadFile } from "./files";
import { BootFile, placeOf, readFile } from "./files";
import { managementSettings } from "./management-settings";
import { countPowerCycle } from "./power-cycles";
import type { OpenWindow, Wire } from "./serial-window";

/** How often the watchdog is kicked on a board that must not be written. */
const STANDSTILL_KICK_MS = 250;

declare const global: {
  /** For whoever repairs the board over the console. */
  recovery?: RecoveryDoor | undefined;
};

/**
 * What serves recovery over the board's wires.
 *
 * @param wire the serial one, if the window has opened it and heard a client there
 */
type ServeRecovery = (this: void, door: RecoveryDoor, board: Board, wire: Wire | undefined) => void;

/** What is to be started. */
export interface Start {
  /** CRC-32 of the file of the application's Storage; 0: it gets Espruino's. */
  readonly storageCrc: number;
  /** Whether the start has to be noted as one that lasted. */
  readonly countsCycles: boolean;
  readonly chain: Chain;
  readonly slot: Slot;
  readonly image: JudgedImage;
}

export interface BootPart {
  /**
   * Decides; `undefined` where no application is to start, and everything is done that is to be done, or where a client
   * may still speak up.
   *
   * @param later called with what is to be started when nobody did
   */
  begin(this: void, later: (this: void, start: Start) => void): Start | undefined;
  /** The service with all it needs, for `chain`, which has only what stays in memory. */
  lendService(this: void, chain: Chain): Service;
}

export type MakeBootPart = (
  this: void, interpreter: Interpreter, config: BoardConfig, load: LoadFile,
  makeResident: typeof createResidentBoard, evaluate: Evaluate, existing: Board | undefined,
) => BootPart;

/** What an application's door needs of the configuration. */
function residentConfig(config: BootConfig): BootConfig {
  const kept: Pick<BootConfig, "knowsResetCauses" | "trialAttempts" | "trialDeadlineMs"> = {
    knowsResetCauses: config.knowsResetCauses,
    trialAttempts: config.trialAttempts,
    trialDeadlineMs: config.trialDeadlineMs,
  };
  return kept as BootConfig;
}

/** What an application's door needs of an image that was judged: not its signatures. */
function withoutValues(image: JudgedImage): JudgedImage {
  const kept = unreadImage();
  kept.known = true;
  kept.reason = image.reason;
  // A view of the TLVs would keep all of them.
  kept.digest = copyBytes(image.digest, 0, image.digest.length);
  kept.counter = image.counter;
  kept.totalSizeBytes = image.totalSizeBytes;
  kept.header = image.header;
  return kept;
}

/** What all of this file works with. */
interface Parts {
  readonly interpreter: Interpreter;
  readonly config: BoardConfig;
  /** Evaluates a file, wherever it stands. */
  load(this: void, name: BootFile, crc32: number, inRam?: boolean): unknown;
  /** A key store; `undefined` if there is none, or a damaged one. */
  readKeys(this: void, name: BootFile, crc32: number, hash: HashPort): KeyStore | undefined;
  readonly chip: Chip;
  /** What stays in memory. */
  readonly resident: Board;
  /** All of it. */
  readonly board: Board;
  /** Partitions that work by this file's functions until an application starts. */
  readonly borrowed: readonly object[];
  /** What they have otherwise. */
  readonly prototype: object;
  /** Whether recovery is asked for otherwise than by the gesture. */
  isRequested: boolean;
  /** Where a client was heard of before the decision. */
  wire: Wire | undefined;
}

function makeVerifier(
  load: Parts["load"], readKeys: Parts["readKeys"], config: BoardConfig, resident: Board, hash: Hash,
): ImageVerifier {
  const crcs = config.crcs;
  return createLazyVerifier(
    hash, resident.watchdog,
    () => load(BootFile.Verifier, crcs.verifierCrc) as MakeVerifier,
    () => readKeys(BootFile.Keys, crcs.keysCrc, hash),
  );
}

/** The application's place is taken by whoever repairs the board: over a wire, or over the console. */
function serve(parts: Parts, door: RecoveryDoor | undefined): void {
  const recoveryCrc = parts.config.crcs.recoveryCrc;
  if (door !== undefined && recoveryCrc !== 0) {
    (parts.load(BootFile.Recovery, recoveryCrc) as ServeRecovery)(door, parts.board, parts.wire);
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
    giveFunctions(parts.borrowed, parts.prototype);
    parts.chip.lockPages(slot);
    start = {
      storageCrc: config.crcs.storageCrc,
      countsCycles: config.powerCycles > 0,
      chain: { board: resident, config: residentConfig(chain.config), ledger, block: chain.block } as Chain,
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
  /** In place of what writes: what stays in memory must not hold that. */
  const token = {};
  let writing: object | undefined;
  const lent: Chain = {
    board: parts.board,
    // With management, which what stays in memory does without.
    config: parts.config.bootConfig,
    ledger: chain.ledger,
    block: chain.block,
    loadService,
    checkSlot,
    appendRecord,
    formatJournal,
    secureTail,
    readPage,
    // Every service that is lent must know of what another one has begun.
    // This folder is never Lua, which has no accessors.
    // eslint-disable-next-line no-restricted-syntax
    get writing(): object | undefined {
      return chain.writing === token ? writing : undefined;
    },
    // eslint-disable-next-line no-restricted-syntax
    set writing(sink: object | undefined) {
      writing = sink;
      chain.writing = token;
    },
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
    manage: (_chain: Chain, runningSlot: Slot, door: Handover): BoardManagement | undefined =>
      raw.manage(lent, runningSlot, door),
  } as Service;
}

/** Waits for a client on the serial wire, as long as the board's window is, and then decides. */
function waitForClient(parts: Parts, loadService: () => Service, later: (this: void, start: Start) => void): void {
  const open = parts.load(BootFile.Window, parts.config.crcs.windowCrc) as OpenWindow;
  open(function (wire: Wire | undefined): void {
    parts.wire = wire;
    parts.isRequested = parts.isRequested || wire !== undefined;
    const start = decideStart(parts, loadService);
    if (start !== undefined) {
      // From a timer of its own, so that the application does not run within what the window was.
      after(0, function (): void {
        later(start);
      });
    }
  });
}

/** The files, wherever they stand. */
function fileAccess(
  interpreter: Interpreter, config: BoardConfig, load: LoadFile, copies: readonly FilePlace[],
): Pick<Parts, "load" | "readKeys"> {
  return {
    load(name: BootFile, crc32: number, inRam?: boolean): unknown {
      const copy = placeOf(copies, name);
      return copy === undefined
        ? load(name, crc32, placeOf(config.places, name), inRam)
        : load(name, crc32, copy, true);
    },
    readKeys(name: BootFile, crc32: number, hash: HashPort): KeyStore | undefined {
      // The store's own CRC-32 says whether it is whole; that of the configuration, whether it is the right one.
      const copy = placeOf(copies, name);
      const bytes = copy === undefined ? undefined : interpreter.flashRead(copy.sizeBytes, copy.address);
      if (bytes !== undefined && interpreter.crc32(bytes) === crc32) {
        return readKeyStore(bytes, hash);
      }
      const text = readFile(interpreter, name, placeOf(config.places, name));
      return text === undefined || interpreter.crc32(text) !== crc32
        ? undefined
        : readKeyStore(textToBytes(text), hash);
    },
  };
}

/** All that a start works with, up to what it finds out. */
function collectParts(
  interpreter: Interpreter, config: BoardConfig, load: LoadFile,
  makeResident: typeof createResidentBoard, evaluate: Evaluate, existing: Board | undefined,
): Parts {
  const plan = config.plan;
  const chip = config.makeChip();
  const resident = existing === undefined ? makeResident(interpreter, plan, chip, evaluate) : existing;
  // What an application asks for stays as long as it uses it: in flash, where it takes fewer variables.
  const copies = existing === undefined ? config.copies : [];
  const files = fileAccess(interpreter, config, load, copies);
  const hash = createHash(interpreter, plan, function (): RegionHash {
    const makeRegionHash = files.load(BootFile.Sha256, config.crcs.sha256Crc) as MakeRegionHash;
    return makeRegionHash(() => { resident.watchdog.kick(); });
  });
  const verifier = makeVerifier(files.load, files.readKeys, config, resident, hash);
  const board = completeBoard(interpreter, plan, chip, resident, hash, verifier);
  // Where this file runs from RAM, its functions do, and those that stay are read from flash at each call.
  const borrowed = copies.length > 0 ? [resident.slots[0], resident.slots[1], resident.journal] : [];
  const prototype = Object.getPrototypeOf(resident.journal) as object;
  giveFunctions(borrowed, EspruinoPartition.prototype);
  const parts: Parts = {
    interpreter, config, load: files.load, readKeys: files.readKeys, chip, resident, board, borrowed, prototype,
    isRequested: false, wire: undefined,
  };
  board.pins.recoveryRequested = () => parts.isRequested || chip.isGestureMade();
  (config.bootConfig as { management: ManagementConfig | undefined }).management = managementSettings(
    config, files.load, () => files.readKeys(BootFile.TechnicianKeys, config.crcs.technicianKeysCrc, hash),
  );
  return parts;
}

/**
 * @param load evaluates a file of the bootloader
 * @param makeResident makes the part of the board that stays in memory; `evaluate` is for it
 * @param existing that part, if it was made before
 */
export function createBootPart(
  interpreter: Interpreter, config: BoardConfig, load: LoadFile,
  makeResident: typeof createResidentBoard, evaluate: Evaluate, existing: Board | undefined,
): BootPart {
  const crcs = config.crcs;
  const parts = collectParts(interpreter, config, load, makeResident, evaluate, existing);
  let service: Service | undefined;

  function loadService(): Service {
    service = service === undefined ? (parts.load(BootFile.Service, crcs.serviceCrc) as () => Service)() : service;
    return service;
  }

  return {
    begin(later: (this: void, start: Start) => void): Start | undefined {
      if (!isAsPlanned(interpreter, config.plan)) {
        standStill(parts);
        return undefined;
      }
      parts.chip.prepareWatchdog();
      parts.resident.watchdog.start(config.bootConfig.watchdogTimeoutMs);
      const foreign = findForeignFiles(interpreter, crcs.boot1Crc);
      if (foreign !== 0) {
        expelForeign(parts, foreign);
        return undefined;
      }
      parts.isRequested = config.powerCycles > 0 && countPowerCycle(parts.board, config.powerCycles);
      if (crcs.windowCrc === 0 || parts.resident.reset.cause === ResetCause.DeepSleepWake) {
        return decideStart(parts, loadService);
      }
      waitForClient(parts, loadService, later);
      return undefined;
    },
    lendService(chain: Chain): Service {
      return lendService(parts, chain, loadService);
    },
  };
}
