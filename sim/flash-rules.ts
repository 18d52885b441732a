/** What software may ask of NOR flash, and the error for everything else. */

import type { FlashGeometry } from "./flash-geometry";
import { stuckBits } from "./flash-page";
import type { FlashPage } from "./flash-page";

/** A rule of the chip that software broke. Never a fault that hardware may have. */
export type FlashRule = "out-of-range" | "unaligned" | "sets-bit" | "programmed-too-often";

export class FlashRuleError extends Error {
  readonly rule: FlashRule;
  readonly offsetBytes: number;

  constructor(rule: FlashRule, offsetBytes: number, explanation: string) {
    super(`flash rule ${rule} at offset 0x${offsetBytes.toString(16)}: ${explanation}`);
    this.name = "FlashRuleError";
    this.rule = rule;
    this.offsetBytes = offsetBytes;
  }
}

/** Refuses with `out-of-range` what does not lie within the chip. */
export function checkRange(geometry: FlashGeometry, offsetBytes: number, lengthBytes: number): void {
  const { sizeBytes } = geometry;
  if (!Number.isInteger(offsetBytes) || offsetBytes < 0 || lengthBytes < 0 || offsetBytes + lengthBytes > sizeBytes) {
    throw new FlashRuleError("out-of-range", offsetBytes, `${lengthBytes} bytes; the chip has ${sizeBytes}`);
  }
}

/** Refuses with `unaligned` a write that does not consist of whole write units. */
export function checkUnits(geometry: FlashGeometry, offsetBytes: number, lengthBytes: number): void {
  const unit = geometry.writeUnitBytes;
  if (offsetBytes % unit !== 0 || lengthBytes % unit !== 0) {
    throw new FlashRuleError("unaligned", offsetBytes, `${lengthBytes} bytes; the write unit is ${unit}`);
  }
}

/** Refuses with `sets-bit` what would turn a 0 into a 1. A bit that wear has stuck at 0 is not the software's fault. */
export function checkBits(
  geometry: FlashGeometry,
  pageNumber: number,
  page: FlashPage,
  from: number,
  part: Uint8Array,
): void {
  const worn = stuckBits(geometry, pageNumber, page.eraseCount);
  for (let i = 0; i < part.length; i++) {
    let setBits = part[i] & ~page.bytes[from + i];
    for (let w = 0; setBits !== 0 && w < worn.length; w++) {
      setBits &= worn[w][0] === from + i ? ~worn[w][1] : 0xff;
    }
    if (setBits !== 0) {
      const at = pageNumber * geometry.pageSizeBytes + from + i;
      throw new FlashRuleError("sets-bit", at, "a write cannot turn 0 into 1; erase the page first");
    }
  }
}

/** Refuses with `programmed-too-often` a unit that has had all the programmings the chip allows. */
export function checkPrograms(
  geometry: FlashGeometry,
  pageNumber: number,
  page: FlashPage,
  from: number,
  lengthBytes: number,
): void {
  const { programs } = page;
  const { writesPerWordMax, writeUnitBytes } = geometry;
  if (programs === undefined || writesPerWordMax === undefined) {
    return;
  }
  for (let i = from / writeUnitBytes; i < (from + lengthBytes) / writeUnitBytes; i++) {
    if (programs[i] >= writesPerWordMax) {
      const at = pageNumber * geometry.pageSizeBytes + i * writeUnitBytes;
      throw new FlashRuleError("programmed-too-often", at, `a unit takes ${writesPerWordMax} between two erases`);
    }
  }
}
