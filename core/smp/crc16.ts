/** CRC-16/XMODEM: polynomial 0x1021, from 0, not reflected, nothing added at the end. */

import { u32And, u32ShiftLeft, u32Xor } from "../u32";

const POLYNOMIAL = 0x11021;

function createTable(): number[] {
  const table: number[] = [];
  for (let i = 0; i < 256; i++) {
    let value = i * 256;
    for (let bit = 0; bit < 8; bit++) {
      value *= 2;
      if (value > 0xffff) {
        value = u32Xor(value, POLYNOMIAL);
      }
    }
    table.push(value);
  }
  return table;
}

/** The portable form of `SmpCodec.crc16`. Its table of 256 numbers is made at the first use. */
export function createCrc16(): (bytes: Uint8Array, before: number) => number {
  let table: number[] = [];
  return (bytes: Uint8Array, before: number): number => {
    if (table.length === 0) {
      table = createTable();
    }
    let crc = before;
    for (let i = 0; i < bytes.length; i++) {
      crc = u32Xor(table[u32Xor(Math.floor(crc / 256), bytes[i])], u32ShiftLeft(u32And(crc, 255), 8));
    }
    return crc;
  };
}
