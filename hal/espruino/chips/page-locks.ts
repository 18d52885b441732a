/**
 * Locks of flash pages that hold until the next reset of the chip. Not tried on hardware; both peripherals belong to
 * the SoftDevice while that runs, which may take a write to them for a fault. Open, too, is what a write to a locked
 * page does: nothing, as in the simulator (sim/page-locks.ts), or a bus fault. When an application confirms itself, the
 * bootloader tries one: that of its seal, which otherwise is written at the next start.
 */

import { assert } from "../../../core/assert";
import { u32Or, u32ShiftLeft } from "../../../core/u32";
import type { Place } from "../plan";
import type { Registers } from "./registers";

/** ACL (nRF52840 Product Specification 1.1, 4.3): 8 regions of ADDR, SIZE, PERM; each is written once. */
export const ACL_REGIONS = 0x4001e800;
export const ACL_REGION_COUNT = 8;
const ACL_REGION_BYTES = 16;
const ACL_SIZE = 4;
const ACL_PERM = 8;
/** PERM bit 1: neither write nor erase. */
const ACL_WRITE_DISABLED = 2;

/** BPROT (nRF52832 Product Specification 1.4, 14): one bit for each page in four words; bits can only be set. */
export const BPROT_CONFIGS = [0x40000600, 0x40000604, 0x40000610, 0x40000614];
export const BPROT_DISABLE_IN_DEBUG = 0x40000608;
const PAGE_BYTES = 4096;
const PAGES_PER_WORD = 32;

/** Locks whole pages on an nRF52840 in the first regions that are free. Asserts if there are too few. */
function lockByAcl(registers: Registers, places: Place[]): void {
  let region = 0;
  for (let i = 0; i < places.length; i++) {
    while (region < ACL_REGION_COUNT && registers.read(ACL_REGIONS + region * ACL_REGION_BYTES + ACL_PERM) !== 0) {
      region++;
    }
    assert(region < ACL_REGION_COUNT, 960);
    const at = ACL_REGIONS + region * ACL_REGION_BYTES;
    registers.write(at, places[i].address);
    registers.write(at + ACL_SIZE, places[i].sizeBytes);
    registers.write(at + ACL_PERM, ACL_WRITE_DISABLED);
    region++;
  }
}

/** Locks whole pages on an nRF52832, under a debugger too. */
function lockByBprot(registers: Registers, places: Place[]): void {
  registers.write(BPROT_DISABLE_IN_DEBUG, 0);
  for (let word = 0; word < BPROT_CONFIGS.length; word++) {
    let bits = 0;
    for (let i = 0; i < places.length; i++) {
      const first = Math.floor(places[i].address / PAGE_BYTES) - word * PAGES_PER_WORD;
      const end = Math.ceil((places[i].address + places[i].sizeBytes) / PAGE_BYTES) - word * PAGES_PER_WORD;
      for (let page = Math.max(first, 0); page < Math.min(end, PAGES_PER_WORD); page++) {
        bits = u32Or(bits, u32ShiftLeft(1, page));
      }
    }
    registers.write(BPROT_CONFIGS[word], bits);
  }
}

/** By which registers a chip locks pages. */
export type PageLock = "acl" | "bprot" | "none";

/** Locks whole pages until the next reset. */
export function lockPlaces(lock: PageLock, registers: Registers, places: Place[]): void {
  if (lock === "acl") {
    lockByAcl(registers, places);
  } else if (lock === "bprot") {
    lockByBprot(registers, places);
  }
}
