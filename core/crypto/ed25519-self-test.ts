/**
 * Known answers that an Ed25519 verifier has to give on its own engine before it is believed: the way with a table and
 * the way without one, good and bad signatures. The key is -B, the base point's negative, whose table is B's own.
 */

import type { Ed25519Check } from "./ed25519";
import { SIGNATURE_BYTES } from "./ed25519-rules";

/** A signature of 32 zero bytes by -B, made with noble/curves. */
const GOOD: number[] = [
  0xfc, 0x07, 0x82, 0xdc, 0x6a, 0xc8, 0x2e, 0xde, 0xd2, 0x20, 0x0a, 0xfb, 0xbe, 0x95, 0xd6, 0x77,
  0x8e, 0x93, 0xd2, 0x7a, 0x03, 0x1b, 0x41, 0xd1, 0xe9, 0x96, 0x17, 0xe2, 0xf4, 0x3e, 0x83, 0x6f,
  0x1d, 0xc6, 0x39, 0x0f, 0xb5, 0x12, 0x12, 0xa6, 0xc3, 0x62, 0x5c, 0xcf, 0x9d, 0x80, 0x7f, 0xea,
  0x46, 0xe3, 0x00, 0x5b, 0x69, 0x33, 0xa8, 0xa7, 0x14, 0x97, 0x64, 0x1f, 0x4a, 0x51, 0x23, 0x04,
];

/** The lower half of S + L; the upper one is that of S, and 0x10 more in its last byte. */
const GOOD_PLUS_ORDER: number[] = [
  0x0a, 0x9a, 0x2f, 0x6c, 0xcf, 0x75, 0x24, 0xfe, 0x99, 0xff, 0x53, 0x72, 0x7c, 0x7a, 0x5e, 0xff,
];

/**
 * Takes as long as six verifications.
 *
 * @param baseTable comb table of the base point, that `check` was made with
 */
export function ed25519SelfTest(check: Ed25519Check, baseTable: Uint8Array): boolean {
  const key = new Uint8Array(32);
  key.fill(0x66);
  key[0] = 0x58;
  key[31] = 0xe6;
  const message = new Uint8Array(32);
  const signature = new Uint8Array(SIGNATURE_BYTES);
  signature.set(GOOD, 0);

  /** Whether the signature still holds with one bit of `bytes` changed. */
  function holdsWith(bytes: Uint8Array, index: number, table: Uint8Array | undefined): boolean {
    const byte = bytes[index];
    bytes[index] = byte % 2 === 0 ? byte + 1 : byte - 1;
    const holds = check(key, message, signature, table);
    bytes[index] = byte;
    return holds;
  }

  if (!check(key, message, signature, baseTable) || !check(key, message, signature, undefined)) {
    return false;
  }
  // The message, R, and S with the other way.
  if (holdsWith(message, 0, baseTable) || holdsWith(signature, 0, baseTable) || holdsWith(signature, 32, undefined)) {
    return false;
  }
  signature.set(GOOD_PLUS_ORDER, 32);
  signature[63] += 16;
  return !check(key, message, signature, baseTable);
}
