/** A virtual board for a search: put into any state, run for one boot, with all that happened written down. */

import type { BootConfig, ManagementConfig } from "../../bootloader/config";
import { verifiedSeal } from "../../bootloader/seals";
import type { TrialBudget } from "../../core/boot/decide";
import type { Handover, RecoveryDoor } from "../../core/boot/handover";
import { parseVersion } from "../../core/image/version";
import type { ImageVerifier } from "../../core/image/signatures";
import type { Hash } from "../../hal/hash";
import { describeBoard, placesOf } from "../board-description";
import type { MachinePlaces } from "../board-description";
import type { FlashPage } from "../flash-page";
import { Machine } from "../machine";
import type { BootFunction, MachineSnapshot } from "../machine-options";
import { createPartition } from "../partition";
import type { PartitionPlace } from "../partition";
import type { CutPlan, FlashOperation } from "../power";
import { bootConfigOf, createSigningKey, provision, signApplication } from "../provision";
import type { ProvisionedBoardFile } from "../provision";
import type { BootReport } from "../report";
import { agePage } from "./aging";
import { BEHAVIOURS } from "./behaviours";
import { compactBoard } from "./compact-board";
import { createFastHash } from "./fast-hash";
import { prepareStory } from "./first-state";
import type { Ghost } from "./ghost";
import { journalForm } from "./journal-form";
import type { CountLimits } from "./management-form";
import type { BootMove } from "./moves";
import { ReadMemory } from "./read-memory";
import type { Scene } from "./scene";
import { headBytesOf, SlotForms } from "./slot-form";
import type { KnownImage } from "./slot-form";
import { FAILURES_KEPT } from "./state-text";
import type { ExploreStory } from "./stories";
import type { TechnicianKeys } from "./technician-key";
import { createTechnicianKeys, withHostLogins } from "./technician-key";
import { Watch } from "./watch";
import { idle, wireManagement } from "./wire-board";

export interface ExploreSetting {
  readonly board: ProvisionedBoardFile;
  readonly boot: BootFunction;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  readonly config?: Partial<BootConfig> | undefined;
  /** Changes to management, in stories with a wire. */
  readonly management?: Partial<ManagementConfig> | undefined;
  /** Whether to take the board's flash as it is, with slots of all their pages. Default: compact-board.ts. */
  readonly isWhole?: boolean | undefined;
}

/** Flash pages that are part of a state: the journal's, then the head of slot A, then that of slot B. */
export type TrackedPages = readonly FlashPage[];

/** One flash operation of a boot, and what there was before it. */
export interface RecordedOperation {
  readonly operation: FlashOperation;
  /** All pages of the chip. */
  readonly before: readonly FlashPage[];
  readonly ghost: Ghost;
}

export interface Run {
  readonly report: BootReport | undefined;
  readonly operations: readonly RecordedOperation[];
  /** All pages of the chip. */
  readonly after: readonly FlashPage[];
  readonly ghost: Ghost;
  /** Operations before the application, or the door of recovery, had its say. */
  readonly operationsBeforeStart: number;
  /** Number of the image that runs; -1: recovery, or nothing. */
  readonly image: number;
  readonly onTrial: boolean;
  readonly reads: readonly { readonly offsetBytes: number; readonly lengthBytes: number }[];
  readonly violations: readonly string[];
}

/** Payload of an image: two chunks of the slot writer with header and signature. */
const PAYLOAD_BYTES = 640;
/** Whole pages of an image that comes over a wire, which goes on at a page when it is interrupted. */
const WIRE_IMAGE_PAGES = 2;
const SEED = new Uint8Array(32).fill(0x5a);
/** Stands in slot B before anything was installed, so that nothing can be written without an erase. */
const OLD_JUNK = 0x5a;
const READ_STATE = 1;
/** Power losses that a trial is forgiven: enough that there is a first and a last one (R13). */
const FORGIVEN = 2;

function planOf({ cut }: BootMove): CutPlan | undefined {
  if (cut === undefined) {
    return undefined;
  }
  const { operation: atOperation, tornBytes } = cut;
  if (tornBytes === undefined) {
    return { atOperation, when: "after" };
  }
  return tornBytes < 0 ? { atOperation, when: "before" } : { atOperation, when: "torn", tornBytes };
}

export class ExploreWorld {
  readonly machine: Machine;
  readonly images: readonly KnownImage[];
  readonly places: MachinePlaces;
  readonly slotForms: readonly SlotForms[];
  readonly pageBytes: number;
  /** Numbers of the pages of a state. */
  readonly tracked: readonly number[];
  readonly journalPages: number;
  readonly headPages: number;
  readonly budget: TrialBudget;
  /** Whether seals are part of a state: not where nobody reads them as long as the journal stands (R14). */
  readonly sealsMatter: boolean;
  readonly firstPages: TrackedPages;
  readonly firstGhost: Ghost;
  /** `undefined` in stories without a wire. */
  readonly countLimits: CountLimits | undefined;
  /** What the run under way is watched by. */
  private watch: Watch;
  private move: BootMove | undefined;
  private readonly readMemory = new ReadMemory();
  private readonly origin: MachineSnapshot;
  private readonly hash: Hash;
  private readonly keys: TechnicianKeys;

  constructor(setting: ExploreSetting, readonly story: ExploreStory) {
    this.hash = createFastHash(setting.hash);
    const key = createSigningKey(this.hash, SEED);
    this.pageBytes = setting.board.flash.pageSizeBytes;
    this.keys = createTechnicianKeys(this.hash);
    const { wire } = story;
    this.countLimits = wire && { erasesMax: wire.erasesMax ?? 1, failuresMax: FAILURES_KEPT };
    const payloadBytes = wire === undefined ? PAYLOAD_BYTES : WIRE_IMAGE_PAGES * this.pageBytes;
    this.images = story.images.map(({ version, counter }, i) => {
      const payload = new Uint8Array(payloadBytes).map((_, k) => (k * 7 + i * 31) & 0xff);
      const application = { payload, version: parseVersion(version)!, securityCounter: counter };
      return { name: String(i), counter, ...signApplication(application, key, this.hash) };
    });
    const headBytes = headBytesOf(this.images);
    const board = setting.isWhole === true ? setting.board : compactBoard(setting.board, headBytes);
    const config = bootConfigOf(board, [key.trusted], this.hash, {
      trialForgiven: FORGIVEN, management: wire && wireManagement(wire, setting, this.keys), ...setting.config,
    });
    const verifier = wire === undefined ? setting.verifier : withHostLogins(setting.verifier, this.keys);
    const description = describeBoard(board);
    this.budget = config;
    this.sealsMatter = board.verifyMode === "seal" || story.flipsMax > 0 || !story.sealed;
    this.places = placesOf(description);
    this.machine = new Machine({
      board: description,
      config,
      boot: setting.boot,
      hash: this.hash,
      verifier,
      horizonMs: 0,
      models: () => () => this.behave(undefined),
      observe: (event) => {
        if (event.kind === "start") {
          this.watch.started(event.slot.addressBytes === this.machine.hal.slots[0].addressBytes ? 0 : 1, event.door);
        }
      },
    });
    this.machine.chip.takeBytes = (lengthBytes) => this.readMemory.take(lengthBytes);
    const deviceKey = this.hash.sha256(SEED);
    const sealer = { deviceKey, identity: config.identity };
    const slotBytes = this.places.slots[0].sizeBytes;
    const device = { sealer, hash: this.hash, slotBytes, verifiedSeal: verifiedSeal(config) };
    this.slotForms = [0, 1].map((slot) => new SlotForms(this.images, slot, this.pageBytes, device));
    this.headPages = Math.ceil(headBytes / this.pageBytes);
    this.journalPages = this.places.journal.sizeBytes / this.pageBytes;
    this.tracked = [
      ...this.pageNumbers(this.places.journal, this.journalPages),
      ...this.pageNumbers(this.places.slots[0], this.headPages),
      ...this.pageNumbers(this.places.slots[1], this.headPages),
    ];
    const { chip } = this.machine;
    chip.install(this.places.slots[1].offsetBytes, new Uint8Array(slotBytes).fill(OLD_JUNK));
    const image = this.images[0].bytes;
    provision(chip, { board: description, config, hash: this.hash, verifier: setting.verifier, image, deviceKey });
    if (story.sealed) {
      this.slotForms[0].places[0].seals.forEach(({ offsetBytes, bytes }) =>
        chip.install(this.places.slots[0].offsetBytes + offsetBytes, bytes));
    }
    const journal = createPartition(chip, "journal", this.places.journal);
    const { hash, images } = this;
    this.firstGhost = prepareStory(story, { chip, journal, slotB: this.places.slots[1], images, hash });
    this.origin = this.machine.snapshot();
    this.firstPages = this.pick(this.origin.flash.pages);
    this.watch = new Watch(this, this.firstPages, this.firstGhost, undefined);
  }

  /** The pages of a state among all of the chip. */
  pick(all: readonly FlashPage[]): TrackedPages {
    return this.tracked.map((number) => all[number]);
  }

  /** The state as the chip holds it now: `known` itself, if that is the same. */
  pickNow(known: TrackedPages): TrackedPages {
    return this.pickLike(this.machine.chip.snapshot().pages, known);
  }

  /** The pages of a state: `known` itself, if those are the same. */
  pickLike(all: readonly FlashPage[], known: TrackedPages): TrackedPages {
    return this.tracked.every((number, i) => all[number] === known[i]) ? known : this.pick(all);
  }

  journalOf(pages: TrackedPages): TrackedPages {
    return pages.slice(0, this.journalPages);
  }

  slotOf(pages: TrackedPages, slot: number): TrackedPages {
    const first = this.journalPages + slot * this.headPages;
    return pages.slice(first, first + this.headPages);
  }

  /** All pages of the chip in a state; those outside the state are as in the first one. */
  spread(pages: TrackedPages): FlashPage[] {
    const all = this.origin.flash.pages.slice();
    this.tracked.forEach((number, i) => {
      all[number] = pages[i];
    });
    return all;
  }

  /**
   * Runs one boot from a state.
   *
   * @param isCut whether power fails where the move says; otherwise the boot runs to its end
   */
  run(pages: TrackedPages, ghost: Ghost, move: BootMove, isCut = false): Run {
    const { machine } = this;
    const { chip } = machine;
    const watch = new Watch(this, pages, ghost, move);
    this.watch = watch;
    this.move = move;
    this.readMemory.reset();
    machine.restore({ ...this.origin, flash: this.flashOf(this.spread(pages), move) });
    machine.pins.setGesture(move.gesture);
    const operations: RecordedOperation[] = [];
    const reads: { offsetBytes: number; lengthBytes: number }[] = [];
    let operationsBeforeStart = -1;
    watch.onDoor = () => {
      operationsBeforeStart = operations.length;
    };
    chip.onOperation = (operation) => {
      watch.wire?.before(operation);
      operations.push({ operation, before: chip.snapshot().pages, ghost: watch.ghost });
      watch.operation(operation);
    };
    chip.onRead = (offsetBytes, bytes) => {
      reads.push({ offsetBytes, lengthBytes: bytes.length });
      this.disturb(reads.length - 1, offsetBytes, bytes);
    };
    const report = this.bootOnce(move, watch, isCut ? planOf(move) : undefined);
    chip.onOperation = undefined;
    chip.onRead = undefined;
    return {
      report,
      operations,
      after: chip.snapshot().pages,
      ghost: watch.ghost,
      operationsBeforeStart: operationsBeforeStart < 0 ? operations.length : operationsBeforeStart,
      image: watch.image,
      onTrial: watch.onTrial,
      reads,
      violations: watch.violations,
    };
  }

  /** The pages after a cut inside an operation. */
  tear(run: Run, operationNumber: number, tornBytes: number): readonly FlashPage[] {
    const { operation, before } = run.operations[operationNumber];
    const { chip } = this.machine;
    chip.restore({ ...this.origin.flash, pages: before });
    if (operation.kind === "erase") {
      chip.leaveTornErase(operation.offsetBytes, tornBytes);
    } else {
      chip.leaveTornWrite(operation.offsetBytes, this.writtenBytes(run, operationNumber), tornBytes);
    }
    return chip.snapshot().pages;
  }

  /** What an operation of a run wrote: bits are only cleared, so that it stands there afterwards. */
  writtenBytes(run: Run, operationNumber: number): Uint8Array {
    const { offsetBytes, lengthBytes } = run.operations[operationNumber].operation;
    const after = run.operations[operationNumber + 1]?.before ?? run.after;
    const from = offsetBytes % this.pageBytes;
    return after[Math.floor(offsetBytes / this.pageBytes)].bytes.slice(from, from + lengthBytes);
  }

  /** The state after so many positions of the journal's page in use were used up. */
  age(pages: TrackedPages, positions: number): TrackedPages {
    const { page } = journalForm(this.journalOf(pages));
    const aged = pages.slice();
    aged[page] = agePage(pages[page], positions, this.machine.chip.geometry.writeUnitBytes);
    return aged;
  }

  /** The state with one bit of a slot inverted. */
  flip(pages: TrackedPages, slot: number, offsetBytes: number): TrackedPages {
    const { chip } = this.machine;
    chip.restore({ ...this.origin.flash, pages: this.spread(pages) });
    chip.flipBit(this.places.slots[slot].offsetBytes + offsetBytes, 0);
    return this.pick(chip.snapshot().pages);
  }

  private pageNumbers(place: PartitionPlace, count: number): number[] {
    const first = place.offsetBytes / this.pageBytes;
    return Array.from({ length: count }, (_, i) => first + i);
  }

  private flashOf(pages: readonly FlashPage[], move: BootMove): MachineSnapshot["flash"] {
    const isLate = move.reads === "late";
    return {
      pages,
      readState: READ_STATE,
      alternatingPhase: isLate,
      unstableReads: move.reads === "late" ? "alternating" : move.reads,
    };
  }

  private bootOnce(move: BootMove, watch: Watch, cut: CutPlan | undefined): BootReport | undefined {
    try {
      const report = this.machine.runBoot({
        cause: move.cause,
        cut,
        repair: (door) => {
          watch.enteredRecovery(door);
          this.behave(door);
        },
      });
      watch.ended(report);
      return report;
    } catch (error) {
      watch.broken(error);
      return undefined;
    }
  }

  private behave(recovery: RecoveryDoor | undefined): void {
    const { watch, images } = this;
    const door = recovery === undefined ? watch.door : undefined;
    BEHAVIOURS[this.move!.behaviour].run({
      door,
      recovery,
      images,
      wire: this.openWire(door, recovery),
      confirmed: () => watch.confirmed(),
      installed: (image) => watch.installed(image),
      changesData: () => watch.changesData(),
    });
  }

  /** Every start of a board with a wire opens management, whether somebody is at the wire or not. */
  private openWire(door: Handover | undefined, recovery: RecoveryDoor | undefined): Scene["wire"] {
    const { watch, keys, hash } = this;
    const management = recovery?.management ?? door?.openManagement();
    if (watch.wire === undefined || management === undefined) {
      return undefined;
    }
    watch.wire.opened();
    return {
      management,
      keys,
      sha256: (bytes) => hash.sha256(bytes),
      wait: (milliseconds) => idle(this.machine, milliseconds),
      facts: watch.wire,
    };
  }

  private disturb(readNumber: number, offsetBytes: number, bytes: Uint8Array): void {
    const disturbance = this.move!.disturbance;
    if (disturbance === undefined || bytes.length === 0) {
      return;
    }
    if (disturbance.kind === "read") {
      if (disturbance.readNumber === readNumber) {
        bytes[disturbance.byte] ^= 1;
      }
    } else {
      const place = this.places.slots[disturbance.slot];
      if (offsetBytes >= place.offsetBytes && offsetBytes < place.offsetBytes + place.sizeBytes) {
        bytes[0] ^= 1;
      }
    }
  }
}
