/**
 * A board on the bench: flash that stays, and a bootloader that is started as often as the test likes. Flash is that
 * of the memory drivers, or a chip of the simulator where faults are wanted.
 */

import type { BootConfig } from "../../bootloader/config";
import { boot } from "../../bootloader/main";
import { createService } from "../../bootloader/service";
import type { Handover, RecoveryDoor, SlotWriter } from "../../core/boot/handover";
import { encodeProvisioning } from "../../core/boot/provisioning";
import { ResetCause } from "../../core/boot/reset-cause";
import type { StateView } from "../../core/boot/state-view";
import { viewState } from "../../core/boot/state-view";
import { visitJournal } from "../../core/journal/audit";
import { openJournal } from "../../core/journal/journal";
import type { RecordType } from "../../core/journal/record";
import type { JournalRecord } from "../../core/journal/record-view";
import { viewRecord } from "../../core/journal/record-view";
import type { ImageVerifier } from "../../core/image/signatures";
import { createImageVerifier } from "../../core/image/signatures";
import { Reason } from "../../core/reasons";
import type { Slot } from "../../core/slot";
import type { FlashPartition } from "../../hal/flash";
import type { Hash } from "../../hal/hash";
import { createMemoryClock } from "../../hal/memory/clock";
import type { MemoryClock } from "../../hal/memory/clock";
import { createMemoryPins } from "../../hal/memory/pins";
import type { MemoryPins } from "../../hal/memory/pins";
import { createMemoryProgram } from "../../hal/memory/program";
import type { MemoryProgram, MemoryProgramStart } from "../../hal/memory/program";
import { createMemoryRandom } from "../../hal/memory/random";
import { createMemoryReset, MEMORY_REBOOT } from "../../hal/memory/reset";
import { createMemoryWatchdog } from "../../hal/memory/watchdog";
import type { MemoryWatchdog } from "../../hal/memory/watchdog";
import { NorFlash } from "../../sim/flash";
import type { FlashFaults } from "../../sim/flash-geometry";
import { createPartition } from "../../sim/partition";
import { createHostHash } from "../../tools/host-hash";
import { nodeVerifier } from "../core/image/mcuboot-vectors";
import { createMemoryBoard, testConfig } from "../support/memory-board";

const CONFIG = testConfig();

/** `testConfig` without reading the keys again. */
export function configWith(changes: Partial<BootConfig> = {}): BootConfig {
  return { ...CONFIG, ...changes };
}

export interface BenchFlash {
  readonly slots: FlashPartition[];
  readonly journal: FlashPartition;
  readonly provisioning: FlashPartition;
  readonly data: FlashPartition;
}

/** One start of the board. */
export interface Start {
  /** What was started; `undefined`: nothing. */
  readonly program: MemoryProgramStart | undefined;
  readonly slot: Slot | undefined;
  /** The application's door; asking for it fails the test if nothing was started. */
  door(): Handover;
  /** The door of recovery; asking for it fails the test if the board is not in recovery. */
  recovery(): RecoveryDoor;
  /** Why the board is in recovery; None if it is not. */
  readonly reason: Reason;
  readonly clock: MemoryClock;
  readonly watchdog: MemoryWatchdog;
  readonly pins: MemoryPins;
  readonly engine: MemoryProgram;
  /** Whether the application reset the board in its first turn. */
  readonly rebooted: boolean;
}

export interface StartOptions {
  readonly application?: (door: Handover, watchdog: MemoryWatchdog) => void;
  readonly gesture?: boolean;
}

function absent(what: string): never {
  throw new Error(what);
}

/** Runs `action`, and says whether it ended in a reset. */
export function resets(action: () => void): boolean {
  try {
    action();
  } catch (error) {
    if (error !== MEMORY_REBOOT) {
      throw error;
    }
    return true;
  }
  return false;
}

export class Bench {
  /** Signatures checked since the bench was set up. */
  verifications = 0;
  hash: Hash = createHostHash();
  private readonly verifier: ImageVerifier = createImageVerifier(
    (key, message, signature) => {
      this.verifications++;
      return nodeVerifier.verify(key, message, signature);
    },
    () => true,
  );

  constructor(
    readonly flash: BenchFlash,
    public config: BootConfig = configWith(),
  ) {}

  start(cause: ResetCause = ResetCause.PowerOn, options: StartOptions = {}): Start {
    const application = options.application ?? (() => undefined);
    const [clock, watchdog, pins] = [createMemoryClock(), createMemoryWatchdog(), createMemoryPins()];
    const engine = createMemoryProgram((door) => application(door as Handover, watchdog));
    pins.setGesture(options.gesture ?? false);
    const board = {
      ...this.flash,
      hash: this.hash,
      verifier: this.verifier,
      watchdog,
      reset: createMemoryReset(cause),
      clock,
      random: createMemoryRandom(1),
      pins,
      program: engine,
    };
    let recovery: RecoveryDoor | undefined;
    const rebooted = resets(() => {
      recovery = boot(board, this.config, createService);
    });
    const program = engine.starts[0];
    return {
      program,
      slot: program === undefined ? undefined : this.flash.slots.indexOf(program.slot),
      door: () => (program?.door ?? absent("no application was started")) as Handover,
      recovery: () => recovery ?? absent("the board is not in recovery"),
      reason: recovery?.reason ?? Reason.None,
      clock,
      watchdog,
      pins,
      engine,
      rebooted,
    };
  }

  /** The state as the journal says it now. */
  state(): StateView {
    return viewState(openJournal(this.flash.journal, this.hash).state);
  }

  records(): JournalRecord[] {
    const records: JournalRecord[] = [];
    visitJournal(this.flash.journal, this.hash, (record) => records.push(viewRecord(record)));
    return records;
  }

  /** The newest record of a type. */
  newest(type: RecordType): JournalRecord | undefined {
    return this.records().findLast((record) => record.type === type);
  }

  slotBytes(slot: Slot): Uint8Array {
    return this.flash.slots[slot].read(0, this.flash.slots[slot].sizeBytes);
  }

  /** Puts bytes in place of all that a partition holds, as a programmer on the bench would. */
  flashByHand(partition: FlashPartition, bytes: Uint8Array): void {
    for (let offset = 0; offset < partition.sizeBytes; offset += partition.pageSizeBytes) {
      partition.erasePage(offset);
    }
    const whole = new Uint8Array(Math.ceil(bytes.length / 32) * 32).fill(0xff);
    whole.set(bytes);
    partition.write(0, whole);
  }

  /** Writes the provisioning block, as the host does: base floor and device key. */
  provision(baseFloor: number, deviceKey?: Uint8Array): void {
    this.flashByHand(this.flash.provisioning, encodeProvisioning(baseFloor, deviceKey, this.hash));
  }

  eraseJournal(): void {
    for (let offset = 0; offset < this.flash.journal.sizeBytes; offset += this.flash.journal.pageSizeBytes) {
      this.flash.journal.erasePage(offset);
    }
  }
}

/** A bench with the memory drivers: slots of 16 KB, pages of 4 KB. */
export function memoryBench(config?: BootConfig): Bench {
  return new Bench(createMemoryBoard({ slotBytes: 16384 }), config);
}

export interface NorBench {
  readonly bench: Bench;
  readonly chip: NorFlash;
}

/** A bench with a simulated chip: slots of 4 KB, pages of 1 KB, a journal of two pages. */
export function norBench(faults?: FlashFaults, config?: BootConfig, slotBytes = 4096): NorBench {
  const page = 1024;
  const sizes = { slotA: slotBytes, slotB: slotBytes, journal: 2 * page, provisioning: page, data: page };
  const chip = new NorFlash({ sizeBytes: 2 * slotBytes + 4 * page, pageSizeBytes: page, writeUnitBytes: 4 }, faults);
  let end = 0;
  const [a, b, journal, provisioning, data] = Object.entries(sizes).map(([name, sizeBytes]) => {
    const partition = createPartition(chip, name, { offsetBytes: end, sizeBytes });
    end += sizeBytes;
    return partition;
  });
  return { bench: new Bench({ slots: [a, b], journal, provisioning, data }, config), chip };
}

/** Sends a file through a writer: the first refusal, or None. */
export function send(writer: SlotWriter, file: Uint8Array, chunkBytes = 512): Reason {
  let reason = writer.begin(file.length);
  for (let offset = 0; offset < file.length && reason === Reason.None; offset += chunkBytes) {
    reason = writer.write(file.subarray(offset, offset + chunkBytes));
  }
  return reason === Reason.None ? writer.finish() : reason;
}

/** Installs an image from the running application and asks for its trial; the board is to be started next. */
export function install(start: Start, image: Uint8Array): Reason {
  const writer = start.door().openWriter();
  const reason = send(writer, image);
  return reason === Reason.None ? writer.requestTrial() : reason;
}

/** Installs an image, tries it and confirms it. Gives the start in which it was confirmed. */
export function update(bench: Bench, image: Uint8Array): Start {
  const reason = install(bench.start(), image);
  if (reason !== Reason.None) {
    absent(`the image was refused: reason ${reason}`);
  }
  const trial = bench.start(ResetCause.Software);
  if (trial.door().confirm() !== Reason.None) {
    absent("the trial could not be confirmed");
  }
  return trial;
}
