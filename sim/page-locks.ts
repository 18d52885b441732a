/** Pages that a chip locks before an application starts, until its next reset, by the drivers' own functions. */

import { lockPlaces } from "../hal/espruino/chips/page-locks";
import type { FlashPartition } from "../hal/flash";
import type { BoardDescription } from "./board-description";
import type { NorFlash } from "./flash";
import { Nrf52Registers } from "./nrf52-registers";

export class PageLocks {
  private readonly registers = new Nrf52Registers();

  /** @param chip takes no write and no erase of a locked page from now on; nothing else happens then */
  constructor(chip: NorFlash, private readonly board: BoardDescription) {
    if (board.pageLock === undefined || board.pageLock === "none") {
      return;
    }
    const base = board.geometry.baseAddressBytes ?? 0;
    const [write, erasePage] = [chip.write.bind(chip), chip.erasePage.bind(chip)];
    chip.write = (offsetBytes, bytes): void => {
      if (this.registers.isWritable(base + offsetBytes)) {
        write(offsetBytes, bytes);
      }
    };
    chip.erasePage = (offsetBytes): void => {
      if (this.registers.isWritable(base + offsetBytes)) {
        erasePage(offsetBytes);
      }
    };
  }

  /** At a reset of the chip. */
  release(): void {
    this.registers.reset();
  }

  /** The bootloader's partition, and the slot that an application is about to start from. */
  lock(slot: FlashPartition): void {
    const { geometry, partitions: { boot }, pageLock } = this.board;
    const places = [
      { address: (geometry.baseAddressBytes ?? 0) + boot.offsetBytes, sizeBytes: boot.sizeBytes },
      { address: slot.addressBytes, sizeBytes: slot.sizeBytes },
    ];
    lockPlaces(pageLock ?? "none", this.registers, places);
  }
}
