/** Collects, while a boot runs, what its report says of the program. */

import type { FlashPartition } from "../hal/flash";
import { errorText } from "./globals/text";
import type { ProgramEvent } from "./program";
import { missingGlobalNote, versionText } from "./report";
import type { BootReport } from "./report";

/** Errors kept of one boot; an application that throws at every tick needs no more. */
const ERRORS_MAX = 50;

type ProgramFacts = Pick<BootReport, "started" | "version" | "trial" | "errors" | "notes" | "bootloaderError">;

export class BootLog {
  /** Why the bootloader went to recovery. */
  recoveryReason = "";
  private started: BootReport["started"] = "none";
  private version = "";
  private trial = false;
  private bootloaderError = "";
  private readonly errors: string[] = [];
  private readonly notes: string[] = [];

  observe(event: ProgramEvent, slots: readonly FlashPartition[]): void {
    switch (event.kind) {
      case "start": {
        const { info } = event.door;
        this.started = event.slot.addressBytes === slots[0].addressBytes ? "A" : "B";
        this.version = versionText(info.version);
        this.trial = info.trial;
        break;
      }
      case "uncaught":
        if (this.errors.length < ERRORS_MAX) {
          this.errors.push(event.text);
        }
        break;
      case "missing":
        this.note(missingGlobalNote(event.name));
        break;
      case "hang":
        this.note("the application does not return to the interpreter");
        break;
      case "returned":
        break;
    }
  }

  /** The bootloader has done its work. @param recoveryReason empty unless it offers recovery */
  bootReturned(recoveryReason: string): void {
    this.recoveryReason = recoveryReason;
    this.started = this.started === "none" ? "recovery" : this.started;
  }

  bootloaderThrew(error: unknown): void {
    this.bootloaderError = errorText(error);
    this.note(`the bootloader itself failed: ${this.bootloaderError}`);
  }

  facts(): ProgramFacts {
    const { started, version, trial, errors, notes, bootloaderError } = this;
    return { started, version, trial, errors, notes, bootloaderError };
  }

  private note(sentence: string): void {
    if (!this.notes.includes(sentence)) {
      this.notes.push(sentence);
    }
  }
}
