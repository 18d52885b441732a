/**
 * What must hold in every boot of any board, whatever happens to it: checked from outside, on the chip itself and on
 * what the bootloader hands over. sweep-watch.ts generalised from one update to any number of them.
 *
 * A power cut may leave a record half written, and only the next start tells which of two legal ways it went. So the
 * oracle knows what is certain, and beside it what may have become so.
 */

import type { Handover } from "../../core/boot/handover";
import { Reason } from "../../core/reasons";
import type { Machine } from "../machine";
import type { FlashOperation } from "../power";
import type { BootReport } from "../report";
import type { Climate } from "./climate";
import { FlashWatch } from "./flash-watch";
import type { TrialWatch } from "./trial-watch";
import { createTrial, countStart } from "./trial-watch";
import type { SoakImage } from "./updates";

/** An image in a slot. */
export interface Placed {
  readonly slot: number;
  readonly image: SoakImage;
}

const DEATHS_MAX = 5;
const SLOT_NAMES = ["A", "B"];

export class SoakOracle {
  readonly violations: string[] = [];
  /** Images that the board may start at all, by name. */
  readonly authentic = new Map<string, SoakImage>();
  /** No image below it may start. */
  floor: number;
  confirmed: Placed;
  trial: TrialWatch | undefined;
  /** Updates that were confirmed for certain, and those that were given up. */
  confirmations = 0;
  rejections = 0;
  private confirming: Placed | undefined;
  /** The image that was confirmed before; it may be started as long as its slot holds it. */
  private previous: Placed | undefined;
  /** Whether the board is to know it still: nothing was begun in its slot. */
  private previousIsKnown = false;
  private startsSinceHealth = 0;
  private readonly flash: FlashWatch;

  constructor(
    machine: Machine,
    private readonly climate: Climate,
    factory: SoakImage,
    baseFloor: number,
  ) {
    this.confirmed = { slot: 0, image: factory };
    this.floor = Math.max(baseFloor, factory.counter);
    this.authentic.set(factory.name, factory);
    this.flash = new FlashWatch(machine, climate, (sentence) => this.broke(sentence));
  }

  /** The processor is about to start. */
  booting(): void {
    this.startsSinceHealth++;
    this.flash.booting();
  }

  /** The chip is asked for an operation. */
  operation(operation: FlashOperation): void {
    this.flash.operation(operation);
  }

  /** The bootloader has started an image. @returns the image, if it is one of those that were made */
  started(at: number, door: Handover, causeTold: number): SoakImage | undefined {
    const { info } = door;
    const image = this.authentic.get(Buffer.from(info.digest).toString("hex"));
    if (image === undefined || !this.flash.holds(at, image)) {
      this.broke(`slot ${SLOT_NAMES[at]} was started, but holds no image that was signed for this board, unharmed`);
      return image;
    }
    if (info.securityFloor < this.floor) {
      this.broke(`the security floor fell from ${this.floor} to ${info.securityFloor}`);
    }
    if (image.counter < this.floor) {
      this.broke(`${image.version} was started with counter ${image.counter}, below the floor ${this.floor}`);
    }
    this.flash.started(at, info.trial, image);
    if (info.trial) {
      this.startedTrial(at, image, causeTold);
    } else {
      this.startedConfirmed(at, image);
    }
    this.floor = Math.max(this.floor, info.securityFloor);
    return image;
  }

  /** The application is about to confirm itself, on trial. */
  beginsConfirming(slot: number, image: SoakImage): void {
    this.confirming = { slot, image };
  }

  /** The bootloader said that the running image is confirmed, or healthy. */
  wasConfirmed(): void {
    this.startsSinceHealth = 0;
    this.flash.trialEnded();
    if (this.confirming !== undefined) {
      this.promote(this.confirming);
    }
  }

  /** A slot is about to be written. */
  beginsInstall(slot: number): void {
    this.flash.beginsInstall(slot);
    this.previousIsKnown &&= this.previous?.slot !== slot;
    if (this.confirmed.slot === slot) {
      this.broke("the slot of the confirmed image is given to a writer");
    }
  }

  /** The writer has said what it makes of the image. */
  endsInstall(): void {
    this.flash.endsInstall();
  }

  /** A trial of the image in `slot` is about to be asked for. */
  requestsTrial(slot: number, image: SoakImage): void {
    this.trial = createTrial(slot, image);
  }

  /** The bootloader has gone to recovery. */
  recovered(reason: Reason, gesture: boolean): void {
    if (gesture !== (reason === Reason.RecoveryGesture)) {
      this.broke(`recovery for reason ${reason}, ${gesture ? "with" : "without"} the gesture`);
    }
    if (reason === Reason.DiedRepeatedly && this.startsSinceHealth < DEATHS_MAX) {
      this.broke(`recovery after ${this.startsSinceHealth} starts, as if the image had died ${DEATHS_MAX} times`);
    }
    if (reason === Reason.NothingBootable && this.startable() !== undefined) {
      this.broke(`recovery although slot ${SLOT_NAMES[this.startable()!.slot]} holds a confirmed image`);
    }
    // Where the journal takes no more records, recovery is entered anew for the same deaths.
    this.startsSinceHealth = this.climate.wears ? this.startsSinceHealth : 0;
    if (this.trial !== undefined) {
      this.trial.announced = true;
    }
    this.settle();
    this.flash.started(-1, false, undefined);
  }

  /** A boot has ended. */
  ended(report: BootReport): void {
    if (report.bootloaderError !== "") {
      this.broke(`the bootloader failed: ${report.bootloaderError}`);
    } else if (report.started === "none" && report.endedBy !== "power-cut") {
      this.broke(`nothing was started, and the boot ended by ${report.endedBy}`);
    }
    if (this.trial !== undefined && this.trial.rejecting && report.endedBy === "software") {
      this.giveUp(this.trial);
    }
    this.flash.ended(this.confirmed);
  }

  /** The software broke a rule of the chip, or the simulator itself failed. */
  broken(error: unknown): void {
    this.broke(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }

  broke(sentence: string): void {
    if (!this.violations.includes(sentence)) {
      this.violations.push(sentence);
    }
  }

  /** A bit of what stands in the slot flips. */
  flipped(slot: number): void {
    this.flash.flipped(slot);
  }

  /** The image that stands in the slot, as far as it matters. */
  imageIn(slot: number): SoakImage | undefined {
    return [this.trial, this.confirmed, this.previous].find((placed) => placed?.slot === slot)?.image;
  }

  private startedTrial(slot: number, image: SoakImage, causeTold: number): void {
    const { trial } = this;
    this.confirming = undefined;
    if (this.confirmed.slot === slot) {
      this.broke(`${image.version} was confirmed, and is on trial again`);
    } else if (trial === undefined || trial.slot !== slot || trial.image !== image) {
      this.broke(`${image.version} is on trial, which nobody asked for`);
    } else if (trial.over) {
      this.broke(`${image.version} is on trial again after it was given up`);
    } else {
      countStart(trial, causeTold, this.climate.config, (sentence) => this.broke(sentence));
    }
  }

  private startedConfirmed(slot: number, image: SoakImage): void {
    const is = (placed: Placed | undefined): boolean => placed?.slot === slot && placed.image === image;
    if (is(this.confirming)) {
      this.promote(this.confirming!);
      // The start that shows it may have noted a death already.
      this.startsSinceHealth = 1;
      return;
    }
    if (!is(this.confirmed) && is(this.previous)) {
      if (this.flash.holds(this.confirmed.slot, this.confirmed.image)) {
        this.broke(`${image.version} came back although the confirmed ${this.confirmed.image.version} is unharmed`);
      }
      [this.confirmed, this.previous] = [this.previous!, this.confirmed];
      this.previousIsKnown = true;
      this.startsSinceHealth = 1;
    } else if (!is(this.confirmed)) {
      this.broke(`${image.version} was started as confirmed, but ${this.confirmed.image.version} is`);
    }
    this.confirming = undefined;
    this.passOver();
  }

  /** A confirmed image was started although a trial may be pending: it is over, unless no journal could say so. */
  private passOver(): void {
    const { trial } = this;
    if (trial !== undefined && !trial.over) {
      const pending = this.flash.isTrialPending(trial.slot);
      if (!pending && trial.certain) {
        this.giveUp(trial);
      } else if (pending && !this.climate.wears && this.climate.readNoise === 0 && trial.certain) {
        this.broke(`the trial of ${trial.image.version} was passed over without a record`);
      }
    }
  }

  private promote(placed: Placed): void {
    if (this.confirmed !== placed) {
      this.previous = this.confirmed;
      this.previousIsKnown = true;
      this.confirmed = placed;
      this.confirmations++;
    }
    this.floor = Math.max(this.floor, placed.image.counter);
    this.confirming = undefined;
    this.trial = undefined;
    this.startsSinceHealth = 0;
  }

  private giveUp(trial: TrialWatch): void {
    this.rejections += trial.over ? 0 : 1;
    trial.over = true;
    this.confirming = undefined;
  }

  /** Which of two legal ways a confirmation went that power cut short: recovery has to know it before it writes. */
  private settle(): void {
    if (this.confirming !== undefined && this.flash.activeSlot() === this.confirming.slot) {
      this.promote(this.confirming);
    }
    this.confirming = undefined;
  }

  /** A confirmed image that could be started. */
  private startable(): Placed | undefined {
    const known = [this.confirmed, this.previousIsKnown ? this.previous : undefined];
    return known.find(
      (placed) =>
        placed !== undefined && placed.image.counter >= this.floor && this.flash.holds(placed.slot, placed.image),
    );
  }
}
