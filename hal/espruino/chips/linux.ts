/**
 * Espruino on Linux. Whoever starts the process stands in for the chip: the file `reset-cause` in the current folder
 * holds a number of core/boot/reset-cause.ts, the file `recovery-gesture` is there while the button is held.
 */

import { ResetCause } from "../../../core/boot/reset-cause";
import { builtIn } from "../interpreter";
import type { Chip } from "../plan";

interface FileSystem {
  readdirSync(folder: string): string[];
  readFileSync(name: string): string;
}

function fileSystem(): FileSystem {
  return builtIn("fs") as FileSystem;
}

function hasFile(name: string): boolean {
  return fileSystem().readdirSync(".").indexOf(name) >= 0;
}

export function createChip(): Chip {
  return {
    readCause(): ResetCause {
      return hasFile("reset-cause") ? Number(fileSystem().readFileSync("reset-cause")) : ResetCause.Unknown;
    },
    isGestureMade(): boolean {
      return hasFile("recovery-gesture");
    },
    setIndicator(): void {
      // There is no lamp.
    },
    prepareWatchdog(): void {
      // The process has no watchdog but the one that kills it from outside.
    },
    lockPages(): void {
      // A file cannot be locked.
    },
  };
}
