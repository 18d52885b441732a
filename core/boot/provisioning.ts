/**
 * The provisioning block: 64 bytes in the boot partition that say "this board is provisioned" where the journal
 * cannot (SPEC.md, "Provisioning block").
 *
 *   0 u32 magic "TBP1"   4 u32 base floor   8 u32 flags (1: has a device key)   12 device key, 32 bytes
 *   44 16 bytes 0xFF     60 u32 CRC-32 of bytes 0..59
 */

import { copyBytes, readU32, writeU32 } from "../bytes";
import { readFirstWord } from "../journal/record";
import type { ByteSource, HashPort } from "../ports";

export const PROVISIONING_BYTES = 64;

const MAGIC = 0x31504254;
const KEY_OFFSET = 12;
const KEY_BYTES = 32;
const CRC_OFFSET = 60;

/** CRC-32 of 64 erased bytes. */
const BLANK_BLOCK_CRC = 0x0f6187ba;

export interface Provisioning {
  /**
   * Whether anything was ever written there. A damaged block counts: damage must not take a board back to the state
   * in which it believes factory trailers.
   */
  readonly provisioned: boolean;
  readonly baseFloor: number;
  /** Unique to the device, made by the host; `undefined` if it has none: then there are no seals. */
  readonly deviceKey: Uint8Array | undefined;
}

/** Reads the block at the start of `source`. Any bytes give an answer. */
export function readProvisioning(source: ByteSource, hash: HashPort): Provisioning {
  const bytes = source.read(0, PROVISIONING_BYTES);
  const isIntact = readFirstWord(source, hash, bytes, 0) === MAGIC;
  const hasKey = isIntact && readU32(bytes, 8) === 1;
  return {
    provisioned: hash.crc32(bytes) !== BLANK_BLOCK_CRC,
    baseFloor: isIntact ? readU32(bytes, 4) : 0,
    deviceKey: hasKey ? copyBytes(bytes, KEY_OFFSET, KEY_BYTES) : undefined,
  };
}

/** The 64 bytes of a block. `deviceKey` has 32 bytes. */
export function encodeProvisioning(
  baseFloor: number,
  deviceKey: Uint8Array | undefined,
  hash: HashPort,
): Uint8Array {
  const bytes = new Uint8Array(PROVISIONING_BYTES);
  bytes.fill(255);
  writeU32(bytes, 0, MAGIC);
  writeU32(bytes, 4, baseFloor);
  writeU32(bytes, 8, deviceKey === undefined ? 0 : 1);
  if (deviceKey !== undefined) {
    bytes.set(deviceKey, KEY_OFFSET);
  }
  writeU32(bytes, CRC_OFFSET, hash.crc32(bytes.subarray(0, CRC_OFFSET)));
  return bytes;
}
