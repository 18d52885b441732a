/**
 * What must hold in every boot of an update, whatever power does: checked from outside, on the chip itself and on what
 * the bootloader hands over, not by the bootloader's own word.
 */

import type { Handover } from "../core/boot/handover";
import { SlotStatus } from "../core/boot/state";
import { Slot } from "../core/slot";
import type { FlashPartition } from "../hal/flash";
import { placesOf } from "./board-description";
import type { BoardDescription, MachinePlaces } from "./board-description";
import type { FlashOperation } from "./power";
import type { BootReport } from "./report";
import { versionText } from "./report";
import type { StoryWorld } from "./story-world";
import type { Outcome } from "./sweep";

const DATA_PATTERN = 0xa5;

/** 2.0.0 stands in slot B only: slot A holds the confirmed 1.0.0 for as long as the update is not confirmed. */
const VERSIONS = ["1.0.0", "2.0.0"];

export class SweepWatch {
  violations: string[] = [];
  private readonly places: MachinePlaces;
  private readonly dataHash: string;
  private door: Handover | undefined;
  private slotOfDoor = 0;
  private floor = 0;
  private newConfirmed = false;
  private newGivenUp = false;

  /** @param images the images of 1.0.0 and 2.0.0 */
  constructor(
    private readonly world: StoryWorld,
    board: BoardDescription,
    private readonly images: readonly Uint8Array[],
  ) {
    this.places = placesOf(board);
    const { offsetBytes, sizeBytes } = this.places.data;
    world.machine.chip.install(offsetBytes, new Uint8Array(sizeBytes).fill(DATA_PATTERN));
    this.dataHash = this.hashOfData();
  }

  /** A run starts, from the factory state. */
  begin(): void {
    this.violations = [];
    this.door = undefined;
    this.floor = 0;
    this.newConfirmed = false;
    this.newGivenUp = false;
  }

  /** The bootloader has started an image. */
  started(slot: FlashPartition, door: Handover): void {
    this.door = door;
    const version = versionText(door.info.version);
    this.slotOfDoor = slot.addressBytes === this.world.machine.hal.slots[0].addressBytes ? 0 : 1;
    if (VERSIONS[this.slotOfDoor] !== version || !this.holds(this.slotOfDoor)) {
      this.broke(`slot ${"AB"[this.slotOfDoor]} was started as ${version}, but does not hold that image unharmed`);
    }
    if (door.info.securityFloor < this.floor) {
      this.broke(`the security floor fell from ${this.floor} to ${door.info.securityFloor}`);
    }
    this.floor = Math.max(this.floor, door.info.securityFloor);
    const isNew = this.slotOfDoor === 1;
    if (!isNew && this.newConfirmed) {
      this.broke("the old version came back after the new one was confirmed");
    }
    if (isNew && this.newGivenUp) {
      this.broke("the new version was started again after it had been given up");
    }
    if (!isNew && door.info.trial) {
      this.broke("the factory image was put on trial");
    }
    this.newConfirmed ||= isNew && !door.info.trial;
  }

  /** The chip is asked for an operation. */
  operation(operation: FlashOperation): void {
    if (operation.kind !== "erase") {
      return;
    }
    const slot = this.slotAt(operation.offsetBytes);
    if (slot < 0) {
      return;
    }
    if (this.door === undefined) {
      this.broke(`the bootloader erases slot ${"AB"[slot]}`);
    } else if (slot === this.slotOfDoor) {
      this.broke(`slot ${"AB"[slot]} is erased while its image runs`);
    } else if (this.door.info.trial) {
      this.broke(`slot ${"AB"[slot]} holds the confirmed image and is erased during a trial`);
    }
  }

  /** A boot has ended. */
  ended(report: BootReport, gatewayDone: boolean): void {
    const { info } = this.door ?? {};
    if (report.bootloaderError !== "") {
      this.broke(`the bootloader failed: ${report.bootloaderError}`);
    } else if (report.started === "recovery") {
      this.broke(`recovery (reason ${report.reason}) although a confirmed image stands in a slot`);
    } else if (report.started === "none" && report.endedBy !== "power-cut") {
      this.broke(`nothing was started, and the boot ended by ${report.endedBy}`);
    }
    this.newConfirmed ||= info !== undefined && this.slotOfDoor === 1 && !info.trial;
    this.newGivenUp ||= info !== undefined && this.slotOfDoor === 0 && gatewayDone;
    const confirmedSlot = this.newConfirmed ? 1 : 0;
    if (!this.holds(confirmedSlot)) {
      this.broke(`the confirmed image in slot ${"AB"[confirmedSlot]} is damaged`);
    }
    if (this.hashOfData() !== this.dataHash) {
      this.broke("the application's data changed");
    }
    this.door = undefined;
  }

  /** The software broke a rule of the chip, or the simulator itself failed. */
  broken(error: unknown): void {
    this.broke(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }

  /** The run is over. @returns what became of the new version */
  end(boots: readonly BootReport[], bootsMax: number): Outcome {
    const last = boots.at(-1);
    if (boots.length >= bootsMax) {
      this.broke(`the board did not come to rest within ${bootsMax} boots`);
    }
    const state = this.world.state();
    const outcome = this.outcome(last, state.slots[1].status);
    if (outcome === "undecided" && this.violations.length === 0) {
      const running = last?.version ?? "nothing";
      this.broke(`at the end ${running} runs, and the new version is neither confirmed nor rejected`);
    }
    const slot = last?.started === "B" ? Slot.B : Slot.A;
    if (state.active !== slot || state.slots[slot].status !== SlotStatus.Confirmed) {
      this.broke("at the end the journal does not know the running image as confirmed");
    }
    return outcome;
  }

  private outcome(last: BootReport | undefined, newStatus: SlotStatus): Outcome {
    if (last?.started === "B" && !last.trial) {
      return "confirmed";
    }
    return last?.started === "A" && newStatus === SlotStatus.Rejected ? "rejected" : "undecided";
  }

  private broke(sentence: string): void {
    if (!this.violations.includes(sentence)) {
      this.violations.push(sentence);
    }
  }

  private slotAt(offsetBytes: number): number {
    return this.places.slots.findIndex(
      (place) => offsetBytes >= place.offsetBytes && offsetBytes < place.offsetBytes + place.sizeBytes,
    );
  }

  /** Whether the slot holds its image, byte for byte and with no bit that reads differently from read to read. */
  private holds(slot: number): boolean {
    const { chip } = this.world.machine;
    const { offsetBytes } = this.places.slots[slot];
    const image = this.images[slot];
    const bytes = chip.peek(offsetBytes, image.length);
    return Buffer.from(image).equals(bytes) && !chip.hasUnstableBits(offsetBytes, image.length);
  }

  private hashOfData(): string {
    return this.world.machine.chip.contentHash(this.places.data.offsetBytes, this.places.data.sizeBytes);
  }
}
