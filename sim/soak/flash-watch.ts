/** Who may write where and when on the chip of a soak, and what must stand there afterwards. */

import { SlotStatus } from "../../core/boot/state";
import { viewState } from "../../core/boot/state-view";
import { openJournal } from "../../core/journal/journal";
import type { MachinePlaces } from "../board-description";
import { describeBoard, placesOf } from "../board-description";
import type { Machine } from "../machine";
import type { PartitionPlace } from "../partition";
import { createPeekPartition } from "../partition";
import type { FlashOperation } from "../power";
import type { Climate } from "./climate";
import type { Placed } from "./oracle";
import type { SoakImage } from "./updates";

const SLOT_NAMES = ["A", "B"];
const SEAL_BYTES = 32;
/** A copy of the last record, Rejected, Fallback, two of a new page; doubled for bits that a cut left behind. */
const RECORDS_PER_START_MAX = 12;
const TURNS_PER_START_MAX = 2;

export class FlashWatch {
  private readonly places: MachinePlaces;
  /** Before the application: nobody; -1: recovery. */
  private running: number | undefined;
  private onTrial = false;
  private writing: number | undefined;
  private readonly damaged = [false, false];
  private records = 0;
  private turns = 0;
  private readonly trustsReads: boolean;

  constructor(
    private readonly machine: Machine,
    climate: Climate,
    private readonly broke: (sentence: string) => void,
  ) {
    this.places = placesOf(describeBoard(climate.board));
    this.trustsReads = !climate.wears && climate.readNoise === 0;
  }

  booting(): void {
    this.running = undefined;
    this.onTrial = false;
    this.writing = undefined;
    this.records = 0;
    this.turns = 0;
  }

  started(slot: number, onTrial: boolean, image: SoakImage | undefined): void {
    this.running = slot;
    this.onTrial = onTrial;
    if (image !== undefined) {
      this.damaged[slot] = false;
    }
    if (this.trustsReads && (this.records > RECORDS_PER_START_MAX || this.turns > TURNS_PER_START_MAX)) {
      this.broke(`one start wrote ${this.records} records and erased ${this.turns} pages of the journal`);
    }
  }

  /** The running image is confirmed. */
  trialEnded(): void {
    this.onTrial = false;
  }

  beginsInstall(slot: number): void {
    this.writing = slot;
    this.damaged[slot] = false;
  }

  endsInstall(): void {
    this.writing = undefined;
  }

  flipped(slot: number): void {
    this.damaged[slot] = true;
  }

  operation(operation: FlashOperation): void {
    const { kind, offsetBytes, lengthBytes } = operation;
    const { journal, data, provisioning, slots } = this.places;
    if (inside(journal, offsetBytes)) {
      this.records += kind === "write" ? 1 : 0;
      this.turns += kind === "erase" ? 1 : 0;
    } else if (inside(data, offsetBytes)) {
      if (this.running === undefined || this.running < 0) {
        this.broke("the bootloader touches the application's data");
      }
    } else if (inside(provisioning, offsetBytes)) {
      this.broke("the provisioning block is touched after the factory");
    } else {
      const slot = slots.findIndex((place) => inside(place, offsetBytes));
      this.slotOperation(slot, kind === "write" && lengthBytes === SEAL_BYTES);
    }
  }

  /** After each boot: the confirmed image is unharmed, and the journal there. */
  ended({ slot, image }: Placed): void {
    if (!this.damaged[slot] && !this.holds(slot, image)) {
      this.broke(`the confirmed image in slot ${SLOT_NAMES[slot]} is damaged`);
    }
    if (!openJournal(this.peekJournal(), this.machine.hal.hash).usable) {
      this.broke("the journal is lost");
    }
  }

  /** Whether the slot holds the image, byte for byte and with no bit that reads differently from read to read. */
  holds(slot: number, image: SoakImage): boolean {
    const { chip } = this.machine;
    const { offsetBytes } = this.places.slots[slot];
    const bytes = chip.peek(offsetBytes, image.bytes.length);
    return Buffer.from(image.bytes).equals(bytes) && !chip.hasUnstableBits(offsetBytes, image.bytes.length);
  }

  /** Whether the journal says that a trial of this slot is pending. */
  isTrialPending(slot: number): boolean {
    return viewState(this.state()).slots[slot].status === SlotStatus.Trial;
  }

  /** The confirmed slot as the journal says it. */
  activeSlot(): number {
    return viewState(this.state()).active;
  }

  private state(): Uint8Array {
    return openJournal(this.peekJournal(), this.machine.hal.hash).state;
  }

  private peekJournal(): ReturnType<typeof createPeekPartition> {
    return createPeekPartition(this.machine.chip, "journal", this.places.journal);
  }

  private slotOperation(slot: number, mayBeSeal: boolean): void {
    if (slot < 0) {
      this.broke("flash outside all partitions is touched");
    } else if (slot !== this.writing && !mayBeSeal) {
      const who = this.running === undefined ? "the bootloader" : "somebody";
      this.broke(`${who} writes or erases slot ${SLOT_NAMES[slot]} although nothing is installed there`);
    } else if (slot === this.writing && slot === this.running) {
      this.broke(`slot ${SLOT_NAMES[slot]} is written while its image runs`);
    } else if (slot === this.writing && this.onTrial) {
      this.broke(`slot ${SLOT_NAMES[slot]} is written during a trial`);
    }
  }
}

function inside(place: PartitionPlace, offsetBytes: number): boolean {
  return offsetBytes >= place.offsetBytes && offsetBytes < place.offsetBytes + place.sizeBytes;
}
