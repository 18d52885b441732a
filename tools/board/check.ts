/** What a schema cannot say of a board file: each fault is a sentence. */

import type { BoardData, BoardFile, BoardPartition, FullBoardData } from "./board-data";
import { PARTITION_NAMES } from "./board-data";
import { WIRE_OVERHEAD } from "./frame-count";
import { planBoard } from "./layout";

/** Smallest slot of a board of the full class. */
const SLOT_BYTES_MIN = 65_536;

/** The journal turns over from page to page, so one page is not enough. */
const JOURNAL_PAGES_MIN = 2;
/** Below it, a note has to say why: pages wear faster, and less of the past is kept. */
const JOURNAL_PAGES_USUAL = 4;

/** The journal counts attempts in one byte, and 255 reads as erased. */
const TRIAL_STARTS_END = 255;

/** The size in the header of a Storage file has 24 bits. */
const STORAGE_FILE_BYTES_MAX = 0xffffff;

/** CPUs with which each driver of hal/espruino/chips goes. */
const DRIVER_CHIPS = { esp32: "esp32", nrf52: "nrf52", linux: "linux" } as const;

const hex = (value: number): string => `0x${value.toString(16)}`;

const endOf = ({ offsetBytes, sizeBytes }: BoardPartition): number => offsetBytes + sizeBytes;

function overlap(a: BoardPartition, b: BoardPartition): boolean {
  return a.offsetBytes < endOf(b) && b.offsetBytes < endOf(a);
}

/** Places that must consist of whole pages within the flash. */
function placeFaults(board: BoardData, what: string, place: BoardPartition): string[] {
  const { pageSizeBytes, sizeBytes: flashBytes } = board.flash;
  const faults: string[] = [];
  if (place.offsetBytes % pageSizeBytes !== 0) {
    faults.push(`${what} starts at ${hex(place.offsetBytes)}, which is not the start of a page.`);
  }
  if (place.sizeBytes % pageSizeBytes !== 0) {
    faults.push(`${what} is ${place.sizeBytes} bytes, which is not a whole number of pages.`);
  }
  if (endOf(place) > flashBytes) {
    faults.push(`${what} ends at ${hex(endOf(place))}, beyond the flash (${hex(flashBytes)}).`);
  }
  return faults;
}

function flashFaults(board: BoardData): string[] {
  const { sizeBytes, baseAddressBytes, pageSizeBytes, writeUnitBytes } = board.flash;
  const faults: string[] = [];
  if (pageSizeBytes % writeUnitBytes !== 0) {
    faults.push("A page is not a whole number of write units.");
  }
  if (sizeBytes % pageSizeBytes !== 0 || baseAddressBytes % pageSizeBytes !== 0) {
    faults.push("The flash does not start or end at the start of a page.");
  }
  faults.push(...placeFaults(board, "Storage", board.storage));
  for (const region of board.freeRegions) {
    const what = `The free region at ${hex(region.offsetBytes)}`;
    faults.push(...placeFaults(board, what, region));
    if (overlap(region, board.storage)) {
      faults.push(`${what} lies inside Storage: raw pages there make Storage wipe itself. Flash.getFree() of ESP32 ` +
        "names such a range, wrongly.");
    }
  }
  return faults;
}

function chipFaults(board: BoardData): string[] {
  const faults: string[] = [];
  const { watchdog, watchdogTimeoutMs, driver, chip } = board;
  if (watchdog.runningAtStartMs !== undefined && !watchdog.canBeStopped &&
    watchdogTimeoutMs > watchdog.runningAtStartMs) {
    faults.push(`The watchdog runs with ${watchdog.runningAtStartMs} ms before the interpreter starts and cannot be ` +
      `changed: watchdogTimeoutMs cannot be ${watchdogTimeoutMs}.`);
  }
  if (!chip.startsWith(DRIVER_CHIPS[driver.file])) {
    faults.push(`The driver ${driver.file} is none for the chip ${chip}.`);
  }
  return faults;
}

/** Whether the layout names each partition once, and a place for each. Without that there is no plan to look at. */
function layoutFaults(board: FullBoardData): string[] {
  const { outside, inside, storageFile, slotBytes } = board.layout;
  const faults: string[] = [];
  for (const name of PARTITION_NAMES) {
    const times = [...outside, ...inside].filter((other) => other === name).length;
    if (times !== 1) {
      faults.push(`The layout names partition ${name} ${times} times instead of once.`);
    }
  }
  if (inside.length > 0 !== (storageFile !== undefined)) {
    faults.push("A Storage file is named if, and only if, partitions lie inside of Storage: raw pages elsewhere in " +
      "Storage make it wipe itself.");
  }
  if (outside.length > 0 && board.freeRegions.length === 0) {
    faults.push("Partitions are to lie outside of Storage, but there is no free region.");
  }
  if (slotBytes === undefined && outside.includes("slotA") !== outside.includes("slotB")) {
    faults.push("Slots in different places need slotBytes.");
  }
  return faults;
}

function overlapFaults(board: BoardFile): string[] {
  const sorted = [...PARTITION_NAMES].sort(
    (a, b) => board.partitions[a].offsetBytes - board.partitions[b].offsetBytes,
  );
  return sorted.slice(1).flatMap((after, i) => {
    const before = sorted[i];
    const isApart = endOf(board.partitions[before]) <= board.partitions[after].offsetBytes;
    return isApart ? [] : [`Partitions ${before} and ${after} overlap.`];
  });
}

/** Whether partitions stay in the region or the file that they are meant for. */
function roomFaults(board: BoardFile): string[] {
  const { partitions, layout, storage, storageFile, freeRegions } = board;
  const faults: string[] = [];
  const region = freeRegions[0];
  for (const name of layout.outside) {
    if (overlap(partitions[name], storage)) {
      faults.push(`Partition ${name} lies in Storage, but in no file: raw pages there make Storage wipe itself.`);
    } else if (region === undefined || endOf(partitions[name]) > endOf(region)) {
      faults.push(`Partition ${name} ends at ${hex(endOf(partitions[name]))}, beyond the free region.`);
    }
  }
  if (storageFile !== undefined) {
    if (endOf(storageFile) > endOf(storage)) {
      faults.push(`The file ${storageFile.name} ends at ${hex(endOf(storageFile))}, beyond Storage ` +
        `(${hex(endOf(storage))}).`);
    }
    if (storageFile.sizeBytes > STORAGE_FILE_BYTES_MAX) {
      faults.push(`The file ${storageFile.name} has ${storageFile.sizeBytes} bytes: too large for a Storage file.`);
    }
  }
  return faults;
}

function slotFaults(board: BoardFile): string[] {
  const { slotA } = board.partitions;
  const faults: string[] = [];
  if (slotA.sizeBytes < SLOT_BYTES_MIN) {
    faults.push(
      `A slot has ${slotA.sizeBytes} bytes, fewer than ${SLOT_BYTES_MIN}. A/B does not fit on such boards, and ` +
        "a form with one slot and recovery does not exist yet.",
    );
  }
  if (board.layout.outside.some((name) => name.startsWith("slot")) && !board.flash.isMapped) {
    faults.push("Slots outside of Storage cannot be run from where they are: the flash is not mapped there. They " +
      "have to lie inside the Storage file.");
  }
  return faults;
}

function journalFaults({ layout, notes }: BoardFile): string[] {
  if (layout.journalPages < JOURNAL_PAGES_MIN) {
    return [`Partition journal is smaller than ${JOURNAL_PAGES_MIN} pages.`];
  }
  const isExplained = notes.some((note) => note.startsWith("Journal:"));
  return layout.journalPages >= JOURNAL_PAGES_USUAL || isExplained
    ? []
    : [`The journal has fewer than ${JOURNAL_PAGES_USUAL} pages, and no note that begins with "Journal:" says why.`];
}

function hashFaults(board: BoardFile): string[] {
  const { engine, signatures, optionalFiles, layout, storage, flash, notes } = board;
  const faults: string[] = [];
  const isHybrid = signatures.schemes.length > 1;
  if (signatures.schemes.includes("lms") && !(engine.nativeSha256 && (engine.nativeSha512 || !isHybrid))) {
    faults.push("LMS needs native hashes: SHA-256, and SHA-512 as well where Ed25519 is checked beside it.");
  }
  const isMapped = layout.inside.includes("slotA") ? storage.isMapped : flash.isMapped;
  const fitsNative = engine.nativeSha256 && (isMapped || board.partitions.slotA.sizeBytes <= board.hashBufferBytes);
  if (!fitsNative && !optionalFiles.includes("sha256")) {
    faults.push("Images can be longer than a native hash can take here: the board needs the file sha256.");
  }
  if (!engine.nativeSha256 && board.verifyMode === "seal" && !notes.some((note) => note.startsWith("Seal:"))) {
    faults.push('A seal covers a CRC-32 only, without a native SHA-256, and no note that begins with "Seal:" says so.');
  }
  return faults;
}

function storageGuardFaults({ optionalFiles }: BoardFile): string[] {
  const guards = optionalFiles.filter((name) => name === "storage" || name === "read-only-storage");
  return guards.length === 1
    ? []
    : ["A board needs one of the files storage and read-only-storage: an application that writes to Espruino's own " +
      "Storage makes it compact, and power that fails then wipes it."];
}

function wireFaults(board: BoardFile): string[] {
  const { engine, smp, recovery, bleMtuBytes, watchdogTimeoutMs, layout, flash, freeRegions } = board;
  const faults: string[] = [];
  if (smp !== undefined && smp.serial === undefined && smp.ble !== true) {
    faults.push("Management over a wire needs a wire: smp.serial, smp.ble, or both.");
  }
  if (smp?.ble === true && bleMtuBytes === undefined) {
    faults.push("Recovery over Bluetooth needs bleMtuBytes.");
  }
  const windowMs = recovery?.serialWindowMs ?? 0;
  if (windowMs > 0 && smp?.serial === undefined) {
    faults.push("A serial window needs smp.serial.");
  }
  if (smp?.serial !== undefined && smp.bufBytes * WIRE_OVERHEAD > engine.inputBufferBytes) {
    faults.push(`A frame of ${smp.bufBytes} bytes in console framing is more than the input buffer holds ` +
      `(${engine.inputBufferBytes} bytes): what arrives while the interpreter works would be lost.`);
  }
  if (windowMs * 2 > watchdogTimeoutMs) {
    faults.push(`Nothing kicks the watchdog in the serial window: ${windowMs} ms are more than half of its time-out.`);
  }
  if (layout.bootFiles !== undefined && !(flash.isMapped && freeRegions.length > 1)) {
    faults.push("Files can stand outside of Storage only where flash is mapped, and in a second free region.");
  }
  return faults;
}

function trialFaults({ trial }: BoardFile): string[] {
  const starts = trial === undefined ? 0 : trial.attempts + trial.forgiven;
  return starts < TRIAL_STARTS_END ? [] : [`A trial may have fewer than ${TRIAL_STARTS_END} starts, not ${starts}.`];
}

/** Faults of a file that fits the schema. */
export function planFaults(board: BoardData | FullBoardData): string[] {
  const faults = [...flashFaults(board), ...chipFaults(board)];
  if (!("layout" in board)) {
    return faults;
  }
  const layout = layoutFaults(board);
  if (layout.length > 0) {
    return [...faults, ...layout];
  }
  const planned = planBoard(board);
  for (const name of PARTITION_NAMES) {
    faults.push(...placeFaults(planned, `Partition ${name}`, planned.partitions[name]));
  }
  return [
    ...faults, ...overlapFaults(planned), ...roomFaults(planned), ...slotFaults(planned), ...journalFaults(planned),
    ...hashFaults(planned), ...storageGuardFaults(planned), ...trialFaults(planned),
    ...wireFaults(planned),
  ];
}
