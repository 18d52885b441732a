/** What the machine says of one boot. */

import type { ResetCause } from "../core/boot/reset-cause";
import type { FlashPartition } from "../hal/flash";
import type { FlashCounters } from "./flash";
import type { BootEnd } from "./reset";

/** A record of the journal, as an injected reader decodes it. */
export interface JournalEntry {
  /** Rises with each record. */
  readonly sequence: number;
  readonly name: string;
  /** Why, where the record says it. */
  readonly reason?: string | undefined;
}

/** Reads the records a journal holds; must not throw, whatever the bytes are. */
export type JournalReader = (journal: FlashPartition) => readonly JournalEntry[];

export interface BootReport {
  /** 1 for the first boot of the machine. */
  readonly bootNumber: number;
  /** Why the chip started. */
  readonly cause: ResetCause;
  /** What the software was told: the cause, or Unknown where the board cannot tell. */
  readonly causeTold: ResetCause;
  /** The slot that was started; `recovery`: the bootloader returned without a start; `none`: it did not get so far. */
  readonly started: "A" | "B" | "recovery" | "none";
  /** Of the image that was started, as major.minor.revision+build (+0 is left out); empty if none was. */
  readonly version: string;
  readonly trial: boolean;
  /** Why recovery was entered, otherwise the last reason a record of this boot gives; empty without one. */
  readonly reason: string;
  /** Names of the records appended in this boot, in order. */
  readonly journal: readonly string[];
  readonly endedBy: BootEnd;
  readonly uptimeMs: number;
  /** Operations of this boot, over the whole chip. */
  readonly flash: Readonly<FlashCounters>;
  /** Whether the indicator was on at the end. */
  readonly indicated: boolean;
  /** What the application printed. */
  readonly console: readonly string[];
  /** Bytes sent on the link. */
  readonly linkBytes: number;
  /** Errors the application did not catch, as text. */
  readonly errors: readonly string[];
  /** An error that left the bootloader itself: a defect. Empty without one. */
  readonly bootloaderError: string;
  /** Sentences for the person who watches. */
  readonly notes: readonly string[];
}

/** What to tell a person about a name the application uses and the board does not have. */
export function missingGlobalNote(name: string): string {
  return `the application uses ${name}, which this board's mock does not have: add it to the globals file`;
}

/** A version as people write it. */
export function versionText(version: { major: number; minor: number; revision: number; build: number }): string {
  const text = `${version.major}.${version.minor}.${version.revision}`;
  return version.build === 0 ? text : `${text}+${version.build}`;
}
