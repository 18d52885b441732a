/** What was seen of a start, on whatever engine, in a form that can be compared. */

import { visitPages } from "../../../core/journal/audit";
import { readPage } from "../../../core/journal/page";
import { viewRecord } from "../../../core/journal/record-view";
import type { JournalRecord } from "../../../core/journal/record-view";
import { createByteSource } from "../../../hal/memory/byte-source";
import type { PartitionName } from "../../../tools/boards";
import { createHostHash } from "../../../tools/host-hash";
import { PAGE_BYTES, PARTITION_NAMES, sizeOf } from "./layout";

const HASH = createHostHash();

/** Content of all partitions. */
export type FlashImage = Readonly<Record<PartitionName, Buffer>>;

export interface Observation {
  /** `start ...`, `recovery ...`, `say ...`, `end ...` as portable/scenario.ts prints them. */
  readonly lines: readonly string[];
  /** After the start. */
  readonly flash: FlashImage;
}

export function erasedFlash(): FlashImage {
  return Object.fromEntries(PARTITION_NAMES.map((name) => [name, Buffer.alloc(sizeOf(name), 0xff)])) as
    Record<PartitionName, Buffer>;
}

export function copyFlash(flash: FlashImage): FlashImage {
  return Object.fromEntries(PARTITION_NAMES.map((name) => [name, Buffer.from(flash[name])])) as
    Record<PartitionName, Buffer>;
}

/** What an engine printed that ran a tape. */
export function readObservations(printed: readonly string[]): Observation[] {
  const flash = erasedFlash();
  const observations: Observation[] = [];
  let lines: string[] = [];
  for (const line of printed) {
    const page = /^page (\w+) (\d+) ([0-9a-f]+)$/.exec(line);
    if (page !== null) {
      flash[page[1] as PartitionName].write(page[3], Number(page[2]) * PAGE_BYTES, "hex");
    } else if (line === "done") {
      observations.push({ lines, flash: copyFlash(flash) });
      lines = [];
    } else if (line !== "") {
      lines.push(line);
    }
  }
  if (lines.length > 0) {
    throw new Error(`the engine ended within a start, after: ${lines.join("; ")}`);
  }
  return observations;
}

/** The journal's live records, oldest first. */
export function journalOf(flash: FlashImage): JournalRecord[] {
  const source = createByteSource(new Uint8Array(flash.journal));
  const pages = [];
  for (let at = 0; at < flash.journal.length; at += PAGE_BYTES) {
    pages.push(readPage({
      ...source, pageSizeBytes: PAGE_BYTES, writeUnitBytes: 4, write: () => undefined, erasePage: () => undefined,
    }, HASH, at));
  }
  const records: JournalRecord[] = [];
  visitPages(pages, (bytes) => records.push(viewRecord(bytes)));
  return records;
}
