/** What a check of an Ed25519 signature does with bytes and digits, whatever the field arithmetic is. */

import { isFilled } from "../bytes";
import { HINTED_SIGNATURE_BYTES } from "./ed25519";
import { SIGNATURE_BYTES, signatureIsWellFormed } from "./ed25519-rules";

/** x, y and d x y of a point. */
export const COMB_ENTRY_BYTES = 96;

/** Scalars are odd and below 2 L, which is below 2^254. */
export const SCALAR_BITS = 254;

/** How a scalar is laid out for comb tables (docs/SPEC.md, "Comb tables"). */
export interface Comb {
  readonly teeth: number;
  readonly columns: number;
}

/** @param baseTable 96 * 2^(teeth - 1) bytes */
export function combOf(baseTable: Uint8Array): Comb {
  let teeth = 1;
  for (let bytes = COMB_ENTRY_BYTES; bytes < baseTable.length; bytes *= 2) {
    teeth++;
  }
  return { teeth, columns: Math.ceil(SCALAR_BITS / teeth) };
}

/**
 * Turns the binary digits of an odd scalar n below 2^254 into those of (n + 2^(teeth * columns) - 1) / 2, moved up by
 * one: for that, only the highest one has to be set.
 */
export function setHighestDigit(bits: number[], comb: Comb): void {
  bits[comb.teeth * comb.columns] = 1;
}

/** Whether the entry for a column is added; otherwise it is subtracted. */
export function isAdded(bits: number[], column: number, comb: Comb): boolean {
  return bits[column + comb.columns * (comb.teeth - 1) + 1] === 1;
}

/** Where in a table the entry for a column is. */
export function entryOffset(bits: number[], column: number, comb: Comb): number {
  const highest = comb.columns * (comb.teeth - 1);
  const sign = bits[column + highest + 1];
  let offset = 0;
  let weight = COMB_ENTRY_BYTES;
  for (let at = 0; at < highest; at += comb.columns) {
    if (bits[column + at + 1] === sign) {
      offset += weight;
    }
    weight *= 2;
  }
  return offset;
}

/** Whether the hint behind a signature is below p. */
function hintIsCanonical(signature: Uint8Array): boolean {
  return signature[95] < 127 || signature[95] === 127 &&
    !(signature[64] >= 0xed && isFilled(signature, 65, 30, 0xff));
}

/** Everything that can be refused before any arithmetic. */
export function inputIsAcceptable(
  publicKey: Uint8Array, signature: Uint8Array, table: Uint8Array | undefined, baseTable: Uint8Array,
): boolean {
  const isHinted = signature.length === HINTED_SIGNATURE_BYTES;
  const plain = isHinted ? signature.subarray(0, SIGNATURE_BYTES) : signature;
  return signatureIsWellFormed(publicKey, plain) && (!isHinted || hintIsCanonical(signature)) &&
    (table === undefined || table.length === baseTable.length);
}

/** R || A || M, whose hash is k (RFC 8032 5.1.7 step 2). */
export function hashInput(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(64 + message.length);
  bytes.set(signature.subarray(0, 32), 0);
  bytes.set(publicKey, 32);
  bytes.set(message, 64);
  return bytes;
}
