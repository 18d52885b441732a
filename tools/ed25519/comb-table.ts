/**
 * Comb tables for the device's Ed25519 verifiers: multiples of a point that is known when the bootloader is built.
 * Their bytes are described in docs/SPEC.md, "Comb tables"; they are public data.
 */

import { ed25519 } from "@noble/curves/ed25519.js";

/** How many bits of the scalar one addition takes care of. More teeth: fewer columns, and twice the bytes each. */
export type CombTeeth = 4 | 5 | 6 | 7;

export const COMB_TEETH: readonly CombTeeth[] = [4, 5, 6, 7];

/** x, y and d x y of a point, 32 bytes each, little endian. */
export const COMB_ENTRY_BYTES = 96;

/** Scalars are odd and below twice the group order, which is below 2^254. */
const SCALAR_BITS = 254;

type Point = InstanceType<typeof ed25519.Point>;

function columnsOf(teeth: CombTeeth): number {
  return Math.ceil(SCALAR_BITS / teeth);
}

function writeElement(entry: Uint8Array, offsetBytes: number, value: bigint): void {
  let rest = value;
  for (let i = 0; i < 32; i++) {
    entry[offsetBytes + i] = Number(rest & 255n);
    rest >>= 8n;
  }
}

function encodeEntry(point: Point): Uint8Array {
  const { Fp } = ed25519.Point;
  const { x, y } = point.toAffine();
  const entry = new Uint8Array(COMB_ENTRY_BYTES);
  writeElement(entry, 0, x);
  writeElement(entry, 32, y);
  writeElement(entry, 64, Fp.mul(Fp.mul(x, y), ed25519.Point.CURVE().d));
  return entry;
}

/** Entry i is the sum over t below `teeth` of ±2^(columns t) P: plus where bit t of i is set, and for the last t. */
function tableOf(point: Point, teeth: CombTeeth): Uint8Array {
  const powers: Point[] = [point];
  for (let t = 1; t < teeth; t++) {
    powers.push(powers[t - 1].multiplyUnsafe(1n << BigInt(columnsOf(teeth))));
  }
  const entries = Array.from({ length: 2 ** (teeth - 1) }, (_, index) =>
    powers.reduce((sum, power, t) => {
      const isAdded = t === teeth - 1 || (index >> t) % 2 === 1;
      return sum.add(isAdded ? power : power.negate());
    }, ed25519.Point.ZERO),
  );
  return Buffer.concat(entries.map(encodeEntry));
}

/** The table of the group's base point. 96 * 2^(teeth - 1) bytes. */
export function buildBaseTable(teeth: CombTeeth): Uint8Array {
  return new Uint8Array(tableOf(ed25519.Point.BASE, teeth));
}

/**
 * The table of -A for a public key A.
 *
 * @param publicKey 32 bytes
 * @throws RangeError if they are no point of the prime-order group, since scalars are only equal modulo its order
 */
export function buildKeyTable(publicKey: Uint8Array, teeth: CombTeeth): Uint8Array {
  let point: Point;
  try {
    point = ed25519.Point.fromBytes(publicKey, false);
  } catch (error) {
    throw new RangeError("the public key is no point of the curve", { cause: error });
  }
  if (point.is0() || !point.isTorsionFree()) {
    throw new RangeError("the public key is no point of the prime-order group");
  }
  return new Uint8Array(tableOf(point.negate(), teeth));
}
