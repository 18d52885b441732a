/**
 * Who brings updates to a board of a soak: a gateway on a bad line, that changes its mind, sends images that the board
 * must refuse, and asks for what is not allowed. It tells the oracle what it is about to do, and what the board said.
 */

import type { Handover, RecoveryDoor, SlotWriter } from "../../core/boot/handover";
import { Reason } from "../../core/reasons";
import type { Machine } from "../machine";
import type { SeededRandom } from "../random";
import type { Climate } from "./climate";
import { chance, pick } from "./climate";
import type { SoakOracle } from "./oracle";
import type { SoakImage } from "./updates";

/** What is to be installed in one boot, and how the line is. */
export interface Delivery {
  readonly image: SoakImage;
  readonly afterMs: number;
  readonly chunkBytes: number;
  /** The line breaks after this many chunks. */
  readonly breaksAfter: number;
  /** A chunk that is lost on the way. */
  readonly lostChunk: number;
  /** Whether a trial is asked for once the image is installed. */
  readonly asksForTrial: boolean;
}

const CHUNK_INTERVAL_MS = 10;

export function drawDelivery(random: SeededRandom, image: SoakImage): Delivery {
  return {
    image,
    afterMs: 100 + random.below(3000),
    chunkBytes: pick(random, [97, 256, 600]),
    breaksAfter: chance(random, 0.2) ? random.below(12) : Infinity,
    lostChunk: chance(random, 0.1) ? random.below(12) : -1,
    asksForTrial: chance(random, 0.95),
  };
}

/** A delivery without any trouble. */
export function smoothDelivery(image: SoakImage): Delivery {
  return { image, afterMs: 100, chunkBytes: 600, breaksAfter: Infinity, lostChunk: -1, asksForTrial: true };
}

export class SoakAgent {
  /** Updates that the board took. */
  installs = 0;

  constructor(
    private readonly machine: Machine,
    private readonly oracle: SoakOracle,
    private readonly climate: Climate,
  ) {}

  /** An application was started from `slot`. */
  meet(door: Handover, slot: number, delivery: Delivery): void {
    this.after(delivery.afterMs, () => {
      if (door.info.trial) {
        this.tryDuringTrial(door);
      } else {
        this.begin(door.openWriter(), 1 - slot, delivery);
      }
    });
  }

  /** The board is in recovery. */
  repair(door: RecoveryDoor, delivery: Delivery): void {
    this.after(delivery.afterMs, () => this.begin(door.writer, 1 - this.oracle.confirmed.slot, delivery));
  }

  private after(delayMs: number, action: () => void): void {
    this.machine.clock.schedule(delayMs * 1000, action);
  }

  private tryDuringTrial(door: Handover): void {
    const reason = door.openWriter().begin(1000);
    if (reason !== Reason.TrialRunning) {
      this.oracle.broke(`a writer was opened during a trial: ${reason}`);
    }
  }

  private begin(writer: SlotWriter, slot: number, delivery: Delivery): void {
    const { image } = delivery;
    this.oracle.beginsInstall(slot);
    if (image.kind === "good" || image.kind === "downgrade") {
      this.oracle.authentic.set(image.name, image);
    }
    if (this.good(writer.begin(image.bytes.length), delivery)) {
      this.after(CHUNK_INTERVAL_MS, () => this.send(writer, slot, delivery, 0));
    }
  }

  private send(writer: SlotWriter, slot: number, delivery: Delivery, chunk: number): void {
    const { image, chunkBytes } = delivery;
    const bytes = image.bytes.slice(chunk * chunkBytes, (chunk + 1) * chunkBytes);
    if (bytes.length === 0) {
      this.finish(writer, slot, delivery);
    } else if (chunk < delivery.breaksAfter) {
      const isTaken = chunk === delivery.lostChunk || this.good(writer.write(bytes), delivery);
      if (isTaken) {
        this.after(CHUNK_INTERVAL_MS, () => this.send(writer, slot, delivery, chunk + 1));
      }
    }
  }

  private finish(writer: SlotWriter, slot: number, delivery: Delivery): void {
    const mayPass = this.mayPass(delivery);
    const reason = writer.finish();
    this.oracle.endsInstall();
    if (reason === Reason.None && !mayPass) {
      this.oracle.broke(`${delivery.image.version} was installed, although it is ${delivery.image.kind} or incomplete`);
    }
    if (this.good(reason, delivery)) {
      this.installs++;
      if (delivery.asksForTrial) {
        this.requestTrial(writer, slot, delivery);
      }
    }
  }

  private requestTrial(writer: SlotWriter, slot: number, delivery: Delivery): void {
    this.oracle.requestsTrial(slot, delivery.image);
    if (this.good(writer.requestTrial(), delivery)) {
      this.oracle.trial!.certain = true;
      this.after(CHUNK_INTERVAL_MS, () => this.machine.hal.reset.reboot());
    }
  }

  /** Whether the whole of a good image is delivered that is not below the floor by now. */
  private mayPass({ image, lostChunk, chunkBytes }: Delivery): boolean {
    const isWhole = lostChunk < 0 || lostChunk * chunkBytes >= image.bytes.length;
    return isWhole && image.kind === "good" && image.counter >= this.oracle.floor;
  }

  /** Whether the board took it. What may pass may only be refused where pages are worn. */
  private good(reason: Reason, delivery: Delivery): boolean {
    if (reason !== Reason.None && this.mayPass(delivery) && !this.climate.wears) {
      this.oracle.broke(`the good image ${delivery.image.version} was refused: reason ${reason}`);
    }
    return reason === Reason.None;
  }
}
