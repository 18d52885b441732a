/** The whole boot chain on memory drivers: install, trial, confirmation, rollback, recovery. */

import { boot } from "../../../bootloader/main";
import { createService } from "../../../bootloader/service";
import type { Handover, RecoveryDoor } from "../../../core/boot/handover";
import { ResetCause } from "../../../core/boot/reset-cause";
import { SlotStatus } from "../../../core/boot/state";
import { viewState } from "../../../core/boot/state-view";
import { equalBytes, writeU16, writeU32 } from "../../../core/bytes";
import { createImageVerifier } from "../../../core/image/signatures";
import { openJournal } from "../../../core/journal/journal";
import type { TrustedKey } from "../../../core/ports";
import { Reason } from "../../../core/reasons";
import { Slot } from "../../../core/slot";
import type { Board } from "../../../hal/board";
import { createMemoryClock } from "../../../hal/memory/clock";
import { createMemoryHash } from "../../../hal/memory/hash";
import { createMemoryPins } from "../../../hal/memory/pins";
import { createMemoryProgram } from "../../../hal/memory/program";
import { createMemoryRandom } from "../../../hal/memory/random";
import { createMemoryReset, MEMORY_REBOOT } from "../../../hal/memory/reset";
import { createMemoryWatchdog } from "../../../hal/memory/watchdog";
import type { PortableFlash } from "./boot-fixtures";
import { KEY_HASH, portableConfig, portableFlash } from "./boot-fixtures";
import type { Check, Suite } from "./check";

const PAYLOAD_BYTES = 700;

/** Flash that outlives resets, and what the last start did. */
interface Bench extends PortableFlash {
  started: Slot;
  recovery: RecoveryDoor | undefined;
  verifications: number;
}

function createBench(): Bench {
  const flash = portableFlash();
  return {
    slots: flash.slots,
    journal: flash.journal,
    provisioning: flash.provisioning,
    data: flash.data,
    started: Slot.None,
    recovery: undefined,
    verifications: 0,
  };
}

const HASH = createMemoryHash();

/** The stand-in for a signature: the signed digest twice. Real signatures are proved on Node. */
function signatureOf(message: Uint8Array): Uint8Array {
  const signature = new Uint8Array(64);
  signature.set(message, 0);
  signature.set(message, 32);
  return signature;
}

const CONFIG = portableConfig();

function writeTlv(image: Uint8Array, offset: number, type: number, value: Uint8Array): number {
  writeU16(image, offset, type);
  writeU16(image, offset + 2, value.length);
  image.set(value, offset + 4);
  return offset + 4 + value.length;
}

/** A signed image with security counter, laid out by hand after docs/spec-image.md. */
function makeImage(major: number, counter: number): Uint8Array {
  const bodyEnd = 32 + PAYLOAD_BYTES;
  const image = new Uint8Array(bodyEnd + 12 + 4 + 36 + 36 + 68);
  writeU32(image, 0, 0x96f3b83d);
  writeU16(image, 8, 32);
  writeU16(image, 10, 12);
  writeU32(image, 12, PAYLOAD_BYTES);
  image[20] = major;
  image.fill(major, 32, bodyEnd);
  writeU16(image, bodyEnd, 0x6908);
  writeU16(image, bodyEnd + 2, 12);
  const counterBytes = new Uint8Array(4);
  writeU32(counterBytes, 0, counter);
  writeTlv(image, bodyEnd + 4, 0x50, counterBytes);
  const tlvs = bodyEnd + 12;
  const digest = HASH.sha256(image.subarray(0, tlvs));
  writeU16(image, tlvs, 0x6907);
  writeU16(image, tlvs + 2, 4 + 36 + 36 + 68);
  const behindDigest = writeTlv(image, tlvs + 4, 0x10, digest);
  const behindKey = writeTlv(image, behindDigest, 0x01, KEY_HASH);
  writeTlv(image, behindKey, 0x24, signatureOf(digest));
  return image;
}

/** One start; the application is `run`. A reset in it ends the start. */
function start(bench: Bench, cause: ResetCause, run: (door: Handover) => void): void {
  bench.started = Slot.None;
  bench.recovery = undefined;
  const board: Board = {
    slots: bench.slots,
    journal: bench.journal,
    provisioning: bench.provisioning,
    data: bench.data,
    hash: HASH,
    verifier: createImageVerifier(
      (_key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean => {
        bench.verifications++;
        return equalBytes(signature, 0, signatureOf(message), 0, 64);
      },
      (): boolean => true,
    ),
    watchdog: createMemoryWatchdog(),
    reset: createMemoryReset(cause),
    clock: createMemoryClock(),
    random: createMemoryRandom(1),
    pins: createMemoryPins(),
    program: createMemoryProgram((door: object) => {
      const handover = door as Handover;
      bench.started = handover.info.slot;
      run(handover);
    }),
  };
  try {
    bench.recovery = boot(board, CONFIG, () => createService());
  } catch (error) {
    if (error !== MEMORY_REBOOT) {
      throw error;
    }
  }
}

function idle(): void {
  // An application that does nothing.
}

/** Writes an image in uneven pieces and asks for its trial. */
function install(door: Handover, image: Uint8Array): Reason {
  const writer = door.openWriter();
  let reason = writer.begin(image.length);
  for (let at = 0; at < image.length && reason === Reason.None; at += 111) {
    reason = writer.write(image.subarray(at, Math.min(at + 111, image.length)));
  }
  if (reason === Reason.None) {
    reason = writer.finish();
  }
  return reason === Reason.None ? writer.requestTrial() : reason;
}

/** A bench whose slot A holds a confirmed image 1 with counter 1, and where an update to 2 was asked for. */
function benchWithTrial(check: Check): Bench {
  const bench = createBench();
  bench.slots[0].write(0, makeImage(1, 1));
  start(bench, ResetCause.PowerOn, (door: Handover) => {
    check.equal(install(door, makeImage(2, 2)), Reason.None, "install");
  });
  check.equal(bench.started, Slot.A, "factory image");
  return bench;
}

function runUpdateCases(check: Check): void {
  check.test("an update is installed, tried and confirmed, and stays", () => {
    const bench = benchWithTrial(check);
    start(bench, ResetCause.Software, (door: Handover) => {
      check.equal(door.info.trial, true, "on trial");
      check.equal(door.info.version.major, 2, "version");
      check.equal(door.openWriter().begin(100), Reason.TrialRunning, "no install during a trial");
      check.equal(door.confirm(), Reason.None, "confirm");
      check.equal(door.info.trial, false, "no trial any more");
    });
    check.equal(bench.started, Slot.B, "trial");
    start(bench, ResetCause.PowerOn, idle);
    check.equal(bench.started, Slot.B, "after power-on");
    check.equal(viewState(openJournal(bench.journal, HASH).state).floor, 2, "floor");
  });
  check.test("a trial that ends by the watchdog is rolled back and not tried again", () => {
    const bench = benchWithTrial(check);
    start(bench, ResetCause.Software, idle);
    check.equal(bench.started, Slot.B, "trial");
    start(bench, ResetCause.Watchdog, idle);
    check.equal(bench.started, Slot.A, "rolled back");
    start(bench, ResetCause.PowerOn, idle);
    check.equal(bench.started, Slot.A, "and stays");
    const state = viewState(openJournal(bench.journal, HASH).state);
    check.equal(state.slots[1].status, SlotStatus.Rejected, "slot B");
  });
  check.test("a power loss does not end a trial", () => {
    const bench = benchWithTrial(check);
    start(bench, ResetCause.Software, idle);
    start(bench, ResetCause.PowerOn, idle);
    check.equal(bench.started, Slot.B, "trial goes on");
  });
  check.test("an application that gives up is rolled back, and the reset counts against nobody", () => {
    const bench = benchWithTrial(check);
    start(bench, ResetCause.Software, (door: Handover) => {
      door.reject("no sensor");
    });
    start(bench, ResetCause.Software, idle);
    check.equal(bench.started, Slot.A, "rolled back");
    check.equal(viewState(openJournal(bench.journal, HASH).state).deaths, 0, "deaths");
  });
}

function runRefusalCases(check: Check): void {
  check.test("a damaged image is refused by name, and the confirmed one goes on", () => {
    const bench = createBench();
    bench.slots[0].write(0, makeImage(1, 1));
    const damaged = makeImage(2, 2);
    damaged[100] = 0;
    start(bench, ResetCause.PowerOn, (door: Handover) => {
      check.equal(install(door, damaged), Reason.DigestMismatch, "reason");
    });
    start(bench, ResetCause.PowerOn, idle);
    check.equal(bench.started, Slot.A, "confirmed image");
  });
  check.test("an image below the floor is refused", () => {
    const bench = benchWithTrial(check);
    start(bench, ResetCause.Software, (door: Handover) => {
      door.confirm();
      check.equal(install(door, makeImage(3, 1)), Reason.CounterBelowFloor, "reason");
    });
  });
  check.test("five deaths lead to recovery, whose writer repairs the board", () => {
    const bench = createBench();
    bench.slots[0].write(0, makeImage(1, 1));
    start(bench, ResetCause.PowerOn, idle);
    for (let deaths = 1; deaths < 5; deaths++) {
      start(bench, ResetCause.Watchdog, idle);
      check.equal(bench.started, Slot.A, "still started");
    }
    start(bench, ResetCause.Watchdog, idle);
    check.equal(bench.started, Slot.None, "nothing starts");
    const recovery = bench.recovery;
    check.isTrue(recovery !== undefined, "recovery");
    if (recovery !== undefined) {
      check.equal(recovery.reason, Reason.DiedRepeatedly, "reason");
      const image = makeImage(2, 2);
      check.equal(recovery.writer.begin(image.length), Reason.None, "begin");
      check.equal(recovery.writer.write(image), Reason.None, "write");
      check.equal(recovery.writer.finish(), Reason.None, "finish");
      check.equal(recovery.writer.requestTrial(), Reason.None, "trial");
    }
    start(bench, ResetCause.Software, idle);
    check.equal(bench.started, Slot.B, "repaired");
  });
  check.test("a board without any image goes to recovery and writes nothing", () => {
    const bench = createBench();
    start(bench, ResetCause.PowerOn, idle);
    check.isTrue(bench.recovery !== undefined, "recovery");
    check.equal(bench.journal.writeCount(), 0, "journal");
    check.equal(bench.provisioning.writeCount(), 0, "provisioning block");
  });
}

export const bootSuite: Suite = {
  name: "boot",
  run(check: Check): void {
    runUpdateCases(check);
    runRefusalCases(check);
  },
};
