/** A board of memory drivers, for tests of the bootloader that need no faults. */

import type { BootConfig } from "../../bootloader/config";
import { ResetCause } from "../../core/boot/reset-cause";
import type { ImageVerifier } from "../../core/image/signatures";
import type { Board } from "../../hal/board";
import type { MemoryClock } from "../../hal/memory/clock";
import { createMemoryClock } from "../../hal/memory/clock";
import type { MemoryFlash } from "../../hal/memory/flash";
import { createMemoryFlash } from "../../hal/memory/flash";
import { createMemoryPins } from "../../hal/memory/pins";
import type { MemoryProgram } from "../../hal/memory/program";
import { createMemoryProgram } from "../../hal/memory/program";
import { createMemoryRandom } from "../../hal/memory/random";
import { createMemoryReset } from "../../hal/memory/reset";
import { createMemoryWatchdog } from "../../hal/memory/watchdog";
import { createTweetnaclVerifier } from "../../hal/tweetnacl/verifier";
import { createHostHash } from "../../tools/host-hash";
import { portableConfig } from "../engines/portable/boot-fixtures";
import { trustedKey } from "./vectors";

export interface MemoryBoard extends Board {
  readonly slots: MemoryFlash[];
  readonly journal: MemoryFlash;
  readonly provisioning: MemoryFlash;
  readonly program: MemoryProgram;
  readonly clock: MemoryClock;
}

export interface MemoryBoardOptions {
  readonly slotBytes?: number;
  readonly application?: (door: object) => void;
  readonly verifier?: ImageVerifier;
}

const PAGE_BYTES = 4096;

function partition(name: string, addressBytes: number, sizeBytes: number): MemoryFlash {
  return createMemoryFlash({ name, addressBytes, sizeBytes, pageSizeBytes: PAGE_BYTES, writeUnitBytes: 4 });
}

const HASH = createHostHash();
const VERIFIER = createTweetnaclVerifier();

export function createMemoryBoard(options: MemoryBoardOptions = {}): MemoryBoard {
  const slotBytes = options.slotBytes ?? 65536;
  return {
    slots: [partition("slotA", 0, slotBytes), partition("slotB", slotBytes, slotBytes)],
    journal: partition("journal", 0x100000, 2 * PAGE_BYTES),
    provisioning: partition("boot", 0x110000, PAGE_BYTES),
    data: partition("data", 0x120000, 2 * PAGE_BYTES),
    hash: HASH,
    verifier: options.verifier ?? VERIFIER,
    watchdog: createMemoryWatchdog(),
    reset: createMemoryReset(ResetCause.PowerOn),
    clock: createMemoryClock(),
    random: createMemoryRandom(1),
    pins: createMemoryPins(),
    program: createMemoryProgram(options.application ?? (() => undefined)),
  };
}

/** The same flash after a reset with another cause. */
export function restarted(board: MemoryBoard, cause: ResetCause, application?: (door: object) => void): MemoryBoard {
  return {
    ...board,
    watchdog: createMemoryWatchdog(),
    reset: createMemoryReset(cause),
    clock: createMemoryClock(),
    pins: createMemoryPins(),
    program: createMemoryProgram(application ?? (() => undefined)),
  };
}

/** Puts a file at the start of a slot, as a programmer on the bench would. */
export function putImage(flash: MemoryFlash, image: Uint8Array): void {
  const padded = new Uint8Array(Math.ceil(image.length / 4) * 4).fill(255);
  padded.set(image);
  flash.write(0, padded);
}

export function testConfig(changes: Partial<BootConfig> = {}): BootConfig {
  return {
    ...portableConfig(),
    identity: new Uint8Array(12).fill(7),
    trustedKeys: [trustedKey("sign-a"), trustedKey("sign-b")],
    ...changes,
  };
}
