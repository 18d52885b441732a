/** Named, bounds-checked views of the chip: what device code gets as hal/flash.ts. */

import type { FlashPartition } from "../hal/flash";
import { FlashRuleError } from "./flash-rules";
import type { NorFlash } from "./flash";

/** Where a partition lies on the simulated chip. */
export interface PartitionPlace {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Partitions by name, as a board file lists them. */
export type PartitionTable = Readonly<Record<string, PartitionPlace>>;

/**
 * Throws RangeError for partitions that overlap, leave the chip or do not consist of whole pages.
 */
export function checkPartitions(partitions: PartitionTable, sizeBytes: number, pageSizeBytes: number): void {
  const entries = Object.entries(partitions).sort(([, a], [, b]) => a.offsetBytes - b.offsetBytes);
  let end = 0;
  let before = "";
  for (const [name, { offsetBytes: offset, sizeBytes: size }] of entries) {
    if (offset % pageSizeBytes !== 0 || size % pageSizeBytes !== 0 || size <= 0) {
      throw new RangeError(`partition ${name} does not consist of whole pages of ${pageSizeBytes} bytes`);
    }
    if (offset < end) {
      throw new RangeError(`partition ${name} overlaps partition ${before}`);
    }
    end = offset + size;
    before = name;
    if (end > sizeBytes) {
      throw new RangeError(`partition ${name} ends at ${end}, the chip at ${sizeBytes}`);
    }
  }
}

/** Who watches the accesses through a partition. */
export interface PartitionWatch {
  /** Runs before every access; throws where the processor no longer runs. */
  guard(): void;
  /** Told of a broken rule of the chip before it is thrown: the software under test may catch it. */
  broke(error: FlashRuleError): void;
}

const UNWATCHED: PartitionWatch = { guard: () => undefined, broke: () => undefined };

/** A view of the chip. Throws what the chip throws, and `out-of-range` beyond the partition. */
export function createPartition(
  chip: NorFlash,
  name: string,
  place: PartitionPlace,
  watch: PartitionWatch = UNWATCHED,
): FlashPartition {
  const access = <T>(offsetBytes: number, lengthBytes: number, action: () => T): T => {
    watch.guard();
    try {
      if (!(offsetBytes >= 0 && lengthBytes >= 0 && offsetBytes + lengthBytes <= place.sizeBytes)) {
        const what = `${lengthBytes} bytes; partition ${name} has ${place.sizeBytes}`;
        throw new FlashRuleError("out-of-range", offsetBytes, what);
      }
      return action();
    } catch (error) {
      if (error instanceof FlashRuleError) {
        watch.broke(error);
      }
      throw error;
    }
  };
  return {
    name,
    addressBytes: (chip.geometry.baseAddressBytes ?? 0) + place.offsetBytes,
    sizeBytes: place.sizeBytes,
    pageSizeBytes: chip.geometry.pageSizeBytes,
    writeUnitBytes: chip.geometry.writeUnitBytes,
    read(offsetBytes, lengthBytes) {
      return access(offsetBytes, lengthBytes, () => chip.read(place.offsetBytes + offsetBytes, lengthBytes));
    },
    write(offsetBytes, bytes) {
      access(offsetBytes, bytes.length, () => chip.write(place.offsetBytes + offsetBytes, bytes));
    },
    erasePage(offsetBytes) {
      access(offsetBytes, 1, () => chip.erasePage(place.offsetBytes + offsetBytes));
    },
  };
}

/** A view for reports: reads disturb nothing and are not counted; writes throw. */
export function createPeekPartition(chip: NorFlash, name: string, place: PartitionPlace): FlashPartition {
  const partition = createPartition(chip, name, place);
  const refuse = (): never => {
    throw new Error(`partition ${name}: this view is for reading only`);
  };
  return {
    ...partition,
    read: (offsetBytes, lengthBytes) => chip.peek(place.offsetBytes + offsetBytes, lengthBytes),
    write: refuse,
    erasePage: refuse,
  };
}
