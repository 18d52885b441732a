/** A board of memory drivers for scenarios: its flash stays from start to start and says what changed in it. */

import type { BootConfig } from "../../../bootloader/config";
import type { TrustedKey } from "../../../core/ports";
import type { FlashPartition } from "../../../hal/flash";
import { createMemoryFlash } from "../../../hal/memory/flash";

/** The partitions, in the order in which they are printed. */
export const PARTITIONS = ["boot", "journal", "slotA", "slotB", "data"];

export interface ScenarioFlash {
  readonly partition: FlashPartition;
  /** For each page: whether it was erased or written since the last look. */
  readonly touched: boolean[];
}

export interface ScenarioBoard {
  /** In the order of `PARTITIONS`. */
  readonly flash: ScenarioFlash[];
  readonly imageNames: string[];
  readonly images: Uint8Array[];
  readonly trustedKeys: TrustedKey[];
  config: BootConfig | undefined;
}

/** A partition in RAM that notes which of its pages are touched. */
export function createScenarioFlash(
  name: string, addressBytes: number, sizeBytes: number, pageSizeBytes: number,
): ScenarioFlash {
  const inner = createMemoryFlash({ name, addressBytes, sizeBytes, pageSizeBytes, writeUnitBytes: 4 });
  const touched: boolean[] = [];
  for (let offset = 0; offset < sizeBytes; offset += pageSizeBytes) {
    touched.push(false);
  }
  const partition: FlashPartition = {
    name,
    addressBytes,
    sizeBytes,
    pageSizeBytes,
    writeUnitBytes: 4,
    read(offsetBytes: number, lengthBytes: number): Uint8Array {
      return inner.read(offsetBytes, lengthBytes);
    },
    write(offsetBytes: number, bytes: Uint8Array): void {
      inner.write(offsetBytes, bytes);
      for (let at = offsetBytes; at < offsetBytes + bytes.length; at += 4) {
        touched[Math.floor(at / pageSizeBytes)] = true;
      }
    },
    erasePage(offsetBytes: number): void {
      inner.erasePage(offsetBytes);
      touched[Math.floor(offsetBytes / pageSizeBytes)] = true;
    },
  };
  return { partition, touched };
}

/** Replaces bytes whatever stands there, as a programmer on the bench would: page by page, erased in between. */
export function putBytes(partition: FlashPartition, offsetBytes: number, bytes: Uint8Array): void {
  const pageBytes = partition.pageSizeBytes;
  for (let i = 0; i < bytes.length; ) {
    const at = offsetBytes + i;
    const page = at - (at % pageBytes);
    const count = Math.min(page + pageBytes - at, bytes.length - i);
    const content = partition.read(page, pageBytes);
    for (let k = 0; k < count; k++) {
      content[at - page + k] = bytes[i + k];
    }
    partition.erasePage(page);
    partition.write(page, content);
    i += count;
  }
}

/** Turns over the lowest bit of one byte. `place`: an offset; or `first`, `last`: of the bytes that are not erased. */
export function turnOver(partition: FlashPartition, place: string): void {
  const content = partition.read(0, partition.sizeBytes);
  let first = -1;
  let last = 0;
  for (let i = 0; i < content.length; i++) {
    if (content[i] !== 255) {
      first = first < 0 ? i : first;
      last = i;
    }
  }
  let offset = place === "first" ? first : last;
  if (place !== "first" && place !== "last") {
    offset = Number(place);
  }
  const byte = content[offset];
  const turned = new Uint8Array(1);
  turned[0] = byte % 2 === 0 ? byte + 1 : byte - 1;
  putBytes(partition, offset, turned);
}

/** Erases all pages of a partition. */
export function eraseAll(partition: FlashPartition): void {
  for (let offset = 0; offset < partition.sizeBytes; offset += partition.pageSizeBytes) {
    partition.erasePage(offset);
  }
}
