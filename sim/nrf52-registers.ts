/**
 * Registers of an nRF52 as its manuals say they behave: RESETREAS, and those that lock pages of flash until the next
 * reset (hal/espruino/chips/page-locks.ts names the clauses). Not compared with a chip.
 */

import {
  ACL_REGION_COUNT, ACL_REGIONS, BPROT_CONFIGS, BPROT_DISABLE_IN_DEBUG,
} from "../hal/espruino/chips/page-locks";
import { RESETREAS } from "../hal/espruino/chips/nrf52";
import type { Registers } from "../hal/espruino/chips/registers";

const PAGE_BYTES = 4096;
const REGION_BYTES = 16;
/** Bit of PERM: neither write nor erase. */
const WRITE_DISABLED = 2;

export class Nrf52Registers implements Registers {
  private readonly values = new Map<number, number>();

  /** @param resetReason content of RESETREAS */
  constructor(resetReason = 0) {
    this.reset(resetReason);
  }

  /** What a reset of the chip does: nothing is locked any more. */
  reset(resetReason = 0): void {
    this.values.clear();
    this.values.set(RESETREAS, resetReason);
  }

  readonly read = (address: number): number =>
    this.values.get(address) ?? (address === BPROT_DISABLE_IN_DEBUG ? 1 : 0);

  readonly write = (address: number, value: number): void => {
    const old = this.read(address);
    if (address === RESETREAS) {
      this.values.set(address, old & ~value);
    } else if (BPROT_CONFIGS.includes(address)) {
      this.values.set(address, (old | value) >>> 0);
    } else if (address === BPROT_DISABLE_IN_DEBUG || old === 0) {
      this.values.set(address, value);
    }
  };

  /** Whether the page at `address` takes an erase or a write. */
  isWritable(address: number): boolean {
    const page = Math.floor(address / PAGE_BYTES);
    const bits = this.read(BPROT_CONFIGS[Math.floor(page / 32)] ?? 0);
    if (((bits >>> page % 32) & 1) === 1) {
      return false;
    }
    for (let region = 0; region < ACL_REGION_COUNT; region++) {
      const at = ACL_REGIONS + region * REGION_BYTES;
      const start = this.read(at);
      if ((this.read(at + 8) & WRITE_DISABLED) !== 0 && address >= start && address < start + this.read(at + 4)) {
        return false;
      }
    }
    return true;
  }
}
