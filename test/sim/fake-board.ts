/** A small board and the smallest bootloaders that show what the machine does. */

import type { BootConfig } from "../../bootloader/config";
import { VerifyMode } from "../../bootloader/config";
import type { BootInfo, Handover, RecoveryDoor } from "../../core/boot/handover";
import { createImageVerifier, SignaturePolicy } from "../../core/image/signatures";
import type { Board } from "../../hal/board";
import type { Hash } from "../../hal/hash";
import type { BoardDescription } from "../../sim/board-description";
import { Machine } from "../../sim/machine";
import type { BootFunction, MachineOptions } from "../../sim/machine-options";

const PAGE = 256;

export const FAKE_BOARD: BoardDescription = {
  name: "fake",
  chip: "esp32",
  geometry: { sizeBytes: 32 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4 },
  partitions: {
    boot: { offsetBytes: 0, sizeBytes: 2 * PAGE },
    journal: { offsetBytes: 2 * PAGE, sizeBytes: 2 * PAGE },
    slotA: { offsetBytes: 4 * PAGE, sizeBytes: 8 * PAGE },
    slotB: { offsetBytes: 12 * PAGE, sizeBytes: 8 * PAGE },
    data: { offsetBytes: 20 * PAGE, sizeBytes: 12 * PAGE },
  },
  knowsResetCauses: true,
  watchdogSurvivesSoftReset: false,
};

export const FAKE_CONFIG: BootConfig = {
  identity: new Uint8Array(12),
  trustedKeys: [],
  signaturePolicy: SignaturePolicy.Any,
  vendorId: undefined,
  classId: undefined,
  baseFloor: 0,
  verifyMode: VerifyMode.Full,
  watchdogTimeoutMs: 5000,
  trialDeadlineMs: 60000,
  knowsResetCauses: true,
  trialAttempts: 1,
  trialForgiven: 8,
};

const NO_HASH: Hash = {
  crc32: () => 0,
  sha256: () => new Uint8Array(32),
  sha256Region: () => new Uint8Array(32),
};

const NO_VERIFIER = createImageVerifier(() => true, () => true);

export function fakeMachine(boot: BootFunction, options: Partial<MachineOptions> = {}): Machine {
  return new Machine({
    board: FAKE_BOARD,
    config: FAKE_CONFIG,
    boot,
    hash: NO_HASH,
    verifier: NO_VERIFIER,
    ...options,
  });
}

export function fakeInfo(slot: number, trial: boolean): BootInfo {
  return {
    slot,
    version: { major: 1, minor: 2, revision: 3, build: 0 },
    digest: new Uint8Array([0xab, slot]),
    trial,
    attemptsLeft: 0,
    deadlineMs: 0,
    elapsedMs: 0,
    securityFloor: 0,
  };
}

/** A door that does just enough: kicks, reboots, dies. */
export function fakeDoor(board: Board, slot: number, trial: boolean): Handover {
  const info = fakeInfo(slot, trial);
  const writer = { begin: () => 0, write: () => 0, finish: () => 0, requestTrial: () => 0 };
  const reboot = (): number => {
    board.reset.reboot();
    return 0;
  };
  return {
    info,
    data: board.data,
    openManagement: () => undefined,
    openWriter: () => writer,
    confirm: () => 0,
    reject: reboot,
    requestRecovery: reboot,
    announceRestart: () => 0,
    announceSleep: () => 0,
    die: () => board.reset.reboot(),
    kickWatchdog: () => board.watchdog.kick(),
    uptimeMs: () => board.clock.uptimeMs(),
    every: (intervalMs, callback) => board.clock.every(intervalMs, callback),
    readJournal: () => undefined,
  };
}

/** Starts what stands at the beginning of slot A, up to the first erased byte, under the watchdog. */
export const startA: BootFunction = (board, config) => {
  board.watchdog.start(config.watchdogTimeoutMs);
  const door = fakeDoor(board, 0, false);
  board.program.onUncaughtError((text) => door.die(text));
  const content = board.slots[0].read(0, board.slots[0].sizeBytes);
  const end = content.indexOf(0xff);
  board.program.start(board.slots[0], 0, end < 0 ? content.length : end, door);
  return undefined;
};

/** As `startA`, without watchdog and without a handler for uncaught errors. */
export const startUnwatched: BootFunction = (board) => {
  const content = board.slots[0].read(0, board.slots[0].sizeBytes);
  board.program.start(board.slots[0], 0, content.indexOf(0xff), fakeDoor(board, 0, false));
  return undefined;
};

export const RECOVERY_DOOR = { reason: 162, restart: () => undefined } as unknown as RecoveryDoor;

/** A machine with this application in slot A. */
export function machineWith(script: string, options: Partial<MachineOptions> = {}, boot = startA): Machine {
  const machine = fakeMachine(boot, options);
  machine.chip.install(FAKE_BOARD.partitions["slotA"].offsetBytes, new Uint8Array(Buffer.from(script, "latin1")));
  return machine;
}
