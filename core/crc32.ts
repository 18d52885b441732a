/** CRC-32 as in IEEE 802.3, zlib and Espruino's E.CRC32: reflected, polynomial 0xEDB88320. */

import { u32And, u32Not, u32ShiftRight, u32Xor } from "./u32";

const POLYNOMIAL = 0xedb88320;

function createTable(): number[] {
  const table: number[] = [];
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) {
      const shifted = u32ShiftRight(value, 1);
      value = value % 2 === 1 ? u32Xor(shifted, POLYNOMIAL) : shifted;
    }
    table.push(value);
  }
  return table;
}

/** The portable form of `HashPort.crc32`. Its table of 256 words is made at the first use. */
export function createCrc32(): (bytes: Uint8Array) => number {
  let table: number[] = [];
  return (bytes: Uint8Array): number => {
    if (table.length === 0) {
      table = createTable();
    }
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) {
      crc = u32Xor(table[u32And(u32Xor(crc, bytes[i]), 255)], u32ShiftRight(crc, 8));
    }
    return u32Not(crc);
  };
}
