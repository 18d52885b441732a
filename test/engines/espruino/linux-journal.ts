/** Reads the journal in the flash file of Espruino for Linux. */

import { visitPages } from "../../../core/journal/audit";
import type { JournalPage } from "../../../core/journal/page";
import { readPage } from "../../../core/journal/page";
import { readU16 } from "../../../core/bytes";
import type { FlashPort } from "../../../core/ports";
import { createMemoryHash } from "../../../hal/memory/hash";
import { loadBoard } from "../../../tools/boards";

const hash = createMemoryHash();

export interface LinuxRecord {
  readonly type: number;
  readonly detail: number;
}

/** Records of the journal in `flash`, the content of the flash file, oldest first. */
export function journalRecords(flash: Buffer): LinuxRecord[] {
  const { offsetBytes, sizeBytes } = loadBoard("linux").partitions.journal;
  const port: FlashPort = {
    sizeBytes,
    pageSizeBytes: 1024,
    writeUnitBytes: 4,
    read: (at, length) => new Uint8Array(flash.subarray(offsetBytes + at, offsetBytes + at + length)),
    write: () => undefined,
    erasePage: () => undefined,
  };
  const pages: JournalPage[] = [];
  for (let at = 0; at < sizeBytes; at += 1024) {
    pages.push(readPage(port, hash, at));
  }
  const records: LinuxRecord[] = [];
  visitPages(pages, (record) => records.push({ type: record[4] ?? 0, detail: readU16(record, 6) }));
  return records;
}
