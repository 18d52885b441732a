/** What a story begins with, beside what every board has when it leaves the factory. */

import { appendRecord, openJournal } from "../../core/journal/journal";
import { makeRecord, RecordType } from "../../core/journal/record";
import type { Hash } from "../../hal/hash";
import type { FlashPartition } from "../../hal/flash";
import type { NorFlash } from "../flash";
import type { PartitionPlace } from "../partition";
import type { Ghost } from "./ghost";
import { NO_GHOST_OF_WIRES } from "./ghost";
import type { KnownImage } from "./slot-form";
import type { ExploreStory } from "./stories";

export interface FirstBoard {
  readonly chip: NorFlash;
  readonly journal: FlashPartition;
  readonly slotB: PartitionPlace;
  readonly images: readonly KnownImage[];
  readonly hash: Hash;
}

/** Puts what the story begins with into the journal and slot B. @returns what an outsider knows then */
export function prepareStory(story: ExploreStory, { chip, journal, slotB, images, hash }: FirstBoard): Ghost {
  const ghost = {
    confirmed: 0, everConfirmed: 1, trial: -1, rejected: 0, floor: images[0].counter, flips: 0, ...NO_GHOST_OF_WIRES,
  };
  const ledger = openJournal(journal, hash);
  const append = (record: Uint8Array): void => void appendRecord(ledger, record);
  for (let death = 0; death < (story.earlierDeaths ?? 0); death++) {
    append(makeRecord(RecordType.Death, 0, 0, images[0].digest, 0));
  }
  if (story.earlierWakes === undefined) {
    return ghost;
  }
  const { digest, bytes, counter } = images[1];
  chip.install(slotB.offsetBytes, new Uint8Array(slotB.sizeBytes).fill(0xff));
  chip.install(slotB.offsetBytes, bytes);
  append(makeRecord(RecordType.Installed, 1, 0, digest, counter));
  append(makeRecord(RecordType.TrialRequested, 1, 0, digest, counter));
  append(makeRecord(RecordType.Attempt, 1, 0, digest, 1));
  for (let wake = 0; wake < story.earlierWakes; wake++) {
    append(makeRecord(RecordType.Wake, 1, 0, digest, 1));
  }
  return { ...ghost, trial: 1 };
}
