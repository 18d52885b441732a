/** Watches a machine's flash from outside: the last thing that happened to each page, and which partitions changed. */

import type { NorFlash } from "../flash";
import type { Machine } from "../machine";
import type { FlashOperation, PowerCut } from "../power";
import type { LastWrite } from "./result";

export class FlashRecorder {
  readonly lastWrites = new Map<number, LastWrite>();
  /** Offsets of pages that changed since `forget`. */
  private touched = new Set<number>();
  private pending: FlashOperation | undefined;
  private paused = false;
  private bootNumber = 0;

  /** Watches this machine from now on. */
  attach(machine: Machine): void {
    const { chip } = machine;
    chip.onOperation = (operation) => {
      this.commit(machine);
      this.pending = this.paused ? undefined : operation;
    };
    const before = chip.onPowerCut;
    chip.onPowerCut = (cut: PowerCut) => {
      if (cut.plan.when === "before") {
        this.pending = undefined;
      }
      before?.(cut);
    };
  }

  /** A boot begins. */
  begin(bootNumber: number): void {
    this.bootNumber = bootNumber;
  }

  /** A boot is over. */
  end(machine: Machine): void {
    this.commit(machine);
  }

  /** Runs what is not to be remembered. */
  without(action: () => void): void {
    this.paused = true;
    try {
      action();
    } finally {
      this.paused = false;
      this.pending = undefined;
    }
  }

  /** Forgets which pages changed, not when. */
  forget(): void {
    this.touched = new Set();
  }

  /** Whether anything was written to or erased there since `forget`. */
  changed(chip: NorFlash, place: { readonly offsetBytes: number; readonly sizeBytes: number }): boolean {
    const { pageSizeBytes } = chip.geometry;
    return [...this.touched].some((page) => {
      const offset = page * pageSizeBytes;
      return offset >= place.offsetBytes && offset < place.offsetBytes + place.sizeBytes;
    });
  }

  private commit(machine: Machine): void {
    const { pending } = this;
    if (pending === undefined) {
      return;
    }
    this.pending = undefined;
    const { pageSizeBytes } = machine.chip.geometry;
    const uptimeMs = Math.floor(machine.clock.uptimeUs / 1000);
    const last = Math.floor((pending.offsetBytes + pending.lengthBytes - 1) / pageSizeBytes);
    for (let page = Math.floor(pending.offsetBytes / pageSizeBytes); page <= last; page++) {
      this.touched.add(page);
      this.lastWrites.set(page, { kind: pending.kind, bootNumber: this.bootNumber, uptimeMs });
    }
  }
}
