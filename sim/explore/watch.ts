/**
 * What must hold in every boot and in every state, whatever happened before: checked on the chip itself and on what the
 * bootloader hands over. docs/explore.md lists the rules.
 */

import type { Handover, RecoveryDoor } from "../../core/boot/handover";
import { allowedAttempts } from "../../core/boot/decide";
import { ResetCause } from "../../core/boot/reset-cause";
import type { StateView } from "../../core/boot/state-view";
import { viewState } from "../../core/boot/state-view";
import { SlotStatus } from "../../core/boot/state";
import { Reason } from "../../core/reasons";
import { otherSlot, Slot } from "../../core/slot";
import type { FlashOperation } from "../power";
import { FlashRuleError } from "../flash-rules";
import type { PartitionPlace } from "../partition";
import type { BootReport } from "../report";
import { versionText } from "../report";
import type { Ghost } from "./ghost";
import { confirmImage, hasBit } from "./ghost";
import { certainState } from "./journal-form";
import type { BootMove } from "./moves";
import { WIRE_BEHAVIOURS } from "./wire-behaviours";
import type { Watched } from "./wire-watch";
import { WireWatch } from "./wire-watch";
import type { ExploreWorld, TrackedPages } from "./world";

/** Journal pages that one boot may erase, and records that it may write: wear is bounded by these. */
const JOURNAL_ERASES_MAX = 2;
const JOURNAL_WRITES_MAX = 24;
const DEATHS_BEFORE_RECOVERY = 3;

const SLOT_NAMES = "AB";

/** Whether a behaviour goes over a wire. */
function isWireLetter(letter: string | undefined): boolean {
  return letter !== undefined && letter in WIRE_BEHAVIOURS;
}

function within(place: PartitionPlace, offsetBytes: number): boolean {
  return offsetBytes >= place.offsetBytes && offsetBytes < place.offsetBytes + place.sizeBytes;
}

/** Boots from one state, and its rules, ask for the same view again and again. */
const views = new WeakMap<TrackedPages, StateView | undefined>();

/** The boot state that is certain, with names. */
export function certainView(world: ExploreWorld, pages: TrackedPages): StateView | undefined {
  if (!views.has(pages)) {
    const state = certainState(world.journalOf(pages));
    views.set(pages, state === undefined ? undefined : viewState(state));
  }
  return views.get(pages);
}

/** What must hold between two boots. @returns what does not */
export function stateViolations(world: ExploreWorld, pages: TrackedPages, ghost: Ghost): string[] {
  const state = certainView(world, pages);
  if (state === undefined) {
    return ["no page of the journal surely holds the state any more"];
  }
  const found: string[] = [];
  if (state.floor < ghost.floor) {
    found.push(`the journal's security floor fell from ${ghost.floor} to ${state.floor}`);
  }
  const active = world.slotForms[state.active]?.form(world.slotOf(pages, state.active)).image ?? -1;
  const isRight = active >= 0 && (active === ghost.confirmed || active === ghost.trial);
  if (!isRight && ghost.flips === 0) {
    found.push(`the confirmed image ${ghost.confirmed} is lost: the active slot holds image ${active}`);
  }
  return found;
}

export class Watch implements Watched {
  readonly violations: string[] = [];
  /** `undefined` in stories without a wire. */
  readonly wire: WireWatch | undefined;
  ghost: Ghost;
  door: Handover | undefined;
  /** Number of the image that runs; -1: recovery, or nothing. */
  image = -1;
  onTrial = false;
  /** Called when the application, or the door of recovery, is about to have its say. */
  onDoor: (() => void) | undefined;
  private recovery: RecoveryDoor | undefined;
  private runningSlot = -1;
  /** In recovery: the slot of the confirmed image. */
  private activeSlot = -1;
  private mayWriteData = false;
  private trialPends = false;
  private journalErases = 0;
  private journalWrites = 0;
  private readonly before: StateView | undefined;

  constructor(
    readonly world: ExploreWorld,
    private readonly pages: TrackedPages,
    ghost: Ghost,
    private readonly move: BootMove | undefined,
  ) {
    this.ghost = ghost;
    this.wire = world.story.wire === undefined ? undefined : new WireWatch(this);
    this.before = move === undefined ? undefined : certainView(world, pages);
  }

  /** The bootloader has started the image in a slot. */
  started(slot: number, door: Handover): void {
    const { world } = this;
    const pages = this.pagesNow();
    const image = world.slotForms[slot].form(world.slotOf(pages, slot)).image;
    this.door = door;
    this.runningSlot = slot;
    this.image = image;
    this.onTrial = door.info.trial;
    const name = `image ${image} in slot ${SLOT_NAMES[slot]}`;
    if (image < 0) {
      this.broke(`slot ${SLOT_NAMES[slot]} was started, though no signed image stands there unharmed`);
      return;
    }
    if (versionText(door.info.version) !== world.story.images[image].version) {
      this.broke(`${name} was started as version ${versionText(door.info.version)}`);
    }
    if (world.images[image].counter < this.ghost.floor || door.info.securityFloor < this.ghost.floor) {
      this.broke(`${name} was started below the security floor ${this.ghost.floor}`);
    }
    if (hasBit(this.ghost.rejected, image)) {
      this.broke(`${name} was started, though it was given up and not installed again`);
    }
    const state = certainView(world, pages);
    if (state !== undefined) {
      this.checkJournal(slot, name, state);
    }
    this.noteStart(image, name, slot);
    this.onDoor?.();
  }

  enteredRecovery(door: RecoveryDoor): void {
    this.recovery = door;
    const { world } = this;
    this.activeSlot = certainView(world, world.pickNow(this.pages))?.active ?? -1;
    const isExpected = door.reason === Reason.RecoveryGesture
      ? this.move?.gesture === true
      : door.reason === Reason.RecoveryRequested || this.mayGiveUp(door.reason);
    if (!isExpected) {
      this.broke(`recovery was entered (reason ${door.reason}) though a confirmed image stands in a slot`);
    }
    this.onDoor?.();
  }

  pagesNow(): TrackedPages {
    return this.world.pickNow(this.pages);
  }

  freeSlot(): Slot {
    const state = certainView(this.world, this.pagesNow());
    const kept = this.door === undefined ? this.activeSlot : this.runningSlot;
    if (kept >= 0 && kept <= Slot.B) {
      return otherSlot(kept);
    }
    return state?.slots[0].status === SlotStatus.Unknown ? Slot.A : Slot.B;
  }

  /** The chip is asked for an operation. */
  operation({ kind, offsetBytes }: FlashOperation): void {
    const { places } = this.world;
    if (within(places.journal, offsetBytes)) {
      this.countJournal(kind);
      return;
    }
    const slot = places.slots.findIndex((place) => within(place, offsetBytes));
    if (slot >= 0) {
      this.checkSlotOperation(kind, slot, offsetBytes);
    } else if (!within(places.data, offsetBytes) || !(this.mayWriteData || this.wire?.mayEraseData() === true)) {
      this.broke(`${kind} at ${offsetBytes.toString(16)}, which is no business of the boot chain`);
    }
  }

  confirmed(): void {
    this.ghost = confirmImage(this.ghost, this.image, this.world.images[this.image].counter);
  }

  installed(image: number): void {
    this.ghost = { ...this.ghost, rejected: this.ghost.rejected & ~(1 << image) };
  }

  changesData(): void {
    this.mayWriteData = true;
  }

  ended(report: BootReport): void {
    if (report.bootloaderError !== "") {
      this.broke(`the bootloader failed: ${report.bootloaderError}`);
    } else if (report.started === "none" && report.endedBy !== "power-cut") {
      this.broke(`nothing was started, and the boot ended by ${report.endedBy}`);
    }
  }

  broken(error: unknown): void {
    if (!(error instanceof FlashRuleError)) {
      throw error;
    }
    this.broke(error.message);
  }

  broke(sentence: string): void {
    this.violations.push(sentence);
  }

  /** The journal at a start: it has counted it, and within the budget. */
  private checkJournal(slot: number, name: string, state: StateView): void {
    const before = this.before;
    const status = state.slots[slot].status;
    if (!this.onTrial) {
      if (status !== SlotStatus.Confirmed) {
        this.broke(`${name} runs as confirmed, but the journal has status ${status} for it`);
      }
      this.trialPends = state.slots.some((other) => other.status === SlotStatus.Trial);
      // A read that comes back wrong may make the journal unwritable in one boot; then a trial waits for the next.
      if (this.trialPends && this.move?.disturbance === undefined) {
        this.broke(`${name} was started while a trial is pending`);
      }
      return;
    }
    const { budget } = this.world;
    if (status !== SlotStatus.Trial || state.attempts === 0) {
      this.broke(`${name} is on trial, but the journal has not counted it`);
    } else if (before !== undefined && before.slots[slot].status === SlotStatus.Trial) {
      if (state.attempts + state.wakes <= before.attempts + before.wakes) {
        this.broke(`${name} was started on trial once more without being counted`);
      }
      const failed = this.move?.cause === ResetCause.Watchdog || this.move?.cause === ResetCause.Panic;
      if (failed && before.attempts > 0 && !before.announced && state.failures <= before.failures) {
        this.broke(`${name} failed by itself, and that was not counted`);
      }
    }
    if (state.failures > allowedAttempts(budget) - 1 || state.powerLosses > budget.trialForgiven) {
      this.broke(`${name} was started more often on trial than its budget allows`);
    }
  }

  /** What a start tells an outsider. */
  private noteStart(image: number, name: string, slot: number): void {
    const { ghost } = this;
    if (this.onTrial) {
      this.ghost = { ...ghost, trial: image };
      return;
    }
    // A slot that reads wrong for a whole boot is as good as damaged: the other confirmed image takes over.
    const isUnreadable = this.move?.disturbance?.kind === "slot" || (ghost.flips > 0 && !this.holdsConfirmed(slot));
    const wasFallback = isUnreadable && hasBit(ghost.everConfirmed, image);
    if (image !== ghost.confirmed && image !== ghost.trial && !wasFallback) {
      this.broke(`${name} was started as confirmed instead of image ${ghost.confirmed}`);
    }
    const next = confirmImage(ghost, image, this.world.images[image].counter);
    if (!this.trialPends) {
      const givenUp = ghost.trial >= 0 && ghost.trial !== image ? 1 << ghost.trial : 0;
      this.ghost = { ...next, trial: -1, rejected: ghost.rejected | givenUp };
    }
  }

  /** Whether the slot beside `slot` holds the image that was confirmed last. */
  private holdsConfirmed(slot: number): boolean {
    const other = 1 - slot;
    const { world } = this;
    return world.slotForms[other].form(world.slotOf(this.pages, other)).image === this.ghost.confirmed;
  }

  private mayGiveUp(reason: Reason): boolean {
    const { world, before, ghost } = this;
    if (reason === Reason.DiedRepeatedly) {
      return (before?.deaths ?? 0) >= DEATHS_BEFORE_RECOVERY;
    }
    if (reason !== Reason.NothingBootable) {
      return false;
    }
    const standing = [0, 1].filter((slot) => {
      const image = world.slotForms[slot].form(world.slotOf(this.pages, slot)).image;
      return hasBit(ghost.everConfirmed, image) && world.images[image].counter >= ghost.floor &&
        before?.slots[slot].status === SlotStatus.Confirmed;
    });
    return standing.length === 0 || this.move?.disturbance?.kind === "slot";
  }

  private countJournal(kind: FlashOperation["kind"]): void {
    this.journalErases += kind === "erase" ? 1 : 0;
    this.journalWrites += kind === "write" ? 1 : 0;
    if (this.journalErases > JOURNAL_ERASES_MAX || this.journalWrites > JOURNAL_WRITES_MAX) {
      this.broke("one boot wears the journal more than it should");
    }
  }

  private checkSlotOperation(kind: FlashOperation["kind"], slot: number, offsetBytes: number): void {
    const name = `slot ${SLOT_NAMES[slot]}`;
    const isHead = offsetBytes < this.world.places.slots[slot].offsetBytes + this.world.images[0].bytes.length;
    if (this.door === undefined && this.recovery === undefined) {
      if (kind === "erase" || isHead) {
        this.broke(`the bootloader does an ${kind} in ${name}`);
      }
    } else if (slot === this.runningSlot && (kind === "erase" || isHead)) {
      this.broke(`${kind} in ${name} while its image runs`);
    } else if (this.door !== undefined && this.door.info.trial && slot !== this.runningSlot) {
      this.broke(`${kind} in ${name}, which holds the confirmed image, during a trial`);
    } else if (this.recovery !== undefined && kind === "erase" && this.activeSlot === slot) {
      this.broke(`recovery erases ${name}, which holds the confirmed image`);
    } else if (isWireLetter(this.move?.behaviour)) {
      this.wire?.checkSlot(kind, slot);
    }
  }
}
