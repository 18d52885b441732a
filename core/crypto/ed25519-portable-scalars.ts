/**
 * Scalars modulo the group order L of Ed25519 in 21-bit limbs, and their digits. Small next to the curve arithmetic,
 * so these are loops.
 */

/** Bits of the limbs; L is 2^252 + c, and 252 = 12 * 21. */
const LIMB_BITS = 21;
const LIMB = 2097152;
const LIMBS = 12;

/** -c in limbs: what 2^252 is modulo L. */
const MINUS_C: number[] = [666643, 470296, 654183, -997805, 136657, -683901];

const WINDOW_BITS = 5;

/** Brings the limbs from `first` to below `last` into 0..2^21-1, with what is beyond in limb `last`. */
function carry(limbs: number[], first: number, last: number): void {
  for (let i = first; i < last; i++) {
    const beyond = Math.floor(limbs[i] / LIMB);
    limbs[i] -= beyond * LIMB;
    limbs[i + 1] += beyond;
  }
}

/** Replaces limb `i`, from 12 on, by the same modulo L further down. */
function fold(limbs: number[], i: number): void {
  const value = limbs[i];
  limbs[i] = 0;
  for (let j = 0; j < MINUS_C.length; j++) {
    limbs[i - LIMBS + j] += value * MINUS_C[j];
  }
}

/** `length` little-endian bytes, up to 64, as 25 limbs. */
function readLimbs(bytes: Uint8Array, offset: number, length: number): number[] {
  const limbs: number[] = [];
  let rest = 0;
  let unit = 1;
  for (let i = 0; i < length; i++) {
    rest += bytes[offset + i] * unit;
    unit *= 256;
    if (unit >= LIMB) {
      limbs.push(rest % LIMB);
      rest = Math.floor(rest / LIMB);
      unit /= LIMB;
    }
  }
  limbs.push(rest);
  while (limbs.length < 2 * LIMBS + 1) {
    limbs.push(0);
  }
  return limbs;
}

/** Adds L as often as `times` says, which may be -1. */
function addGroupOrder(limbs: number[], times: number): void {
  limbs[LIMBS] += times;
  for (let j = 0; j < MINUS_C.length; j++) {
    limbs[j] -= times * MINUS_C[j];
  }
  carry(limbs, 0, LIMBS);
}

/**
 * A little-endian number modulo L.
 *
 * @param length number of bytes, up to 64
 * @returns limbs of 21 bits; those from 13 on are 0
 */
export function reduceScalar(bytes: Uint8Array, offset: number, length: number): number[] {
  const limbs = readLimbs(bytes, offset, length);
  // Limbs are carried in between, so that products stay below 2^53.
  for (let i = 2 * LIMBS; i > LIMBS + 5; i--) {
    fold(limbs, i);
  }
  carry(limbs, 0, LIMBS + 6);
  for (let i = LIMBS + 6; i >= LIMBS; i--) {
    fold(limbs, i);
  }
  carry(limbs, 0, LIMBS);
  fold(limbs, LIMBS);
  carry(limbs, 0, LIMBS);
  // Now it is between -L and 2 L.
  addGroupOrder(limbs, -1);
  for (let i = 0; i < 2 && limbs[LIMBS] < 0; i++) {
    addGroupOrder(limbs, 1);
  }
  return limbs;
}

/** @param limbs what `reduceScalar` gave */
export function scalarIsZero(limbs: number[]): boolean {
  for (let i = 0; i <= LIMBS; i++) {
    if (limbs[i] !== 0) {
      return false;
    }
  }
  return true;
}

/** Makes a scalar odd without changing it modulo L. */
export function makeOdd(limbs: number[]): void {
  if (limbs[0] % 2 === 0) {
    addGroupOrder(limbs, 1);
  }
}

/** The binary digits of the limbs 0 to 12, the lowest one first. */
export function scalarBits(limbs: number[]): number[] {
  const bits: number[] = [];
  for (let i = 0; i <= LIMBS; i++) {
    let rest = limbs[i];
    for (let j = 0; j < LIMB_BITS; j++) {
      const bit = rest % 2;
      bits.push(bit);
      rest = (rest - bit) / 2;
    }
  }
  return bits;
}

/**
 * Digits of a scalar for windows of 5 bits: each is 0 or odd, from -15 to 15, and of 5 neighbours at most one is not 0.
 * The sum of digit i times 2^i is the scalar.
 */
export function windowDigits(bits: number[]): number[] {
  const digits: number[] = [];
  let carried = 0;
  let free = 0;
  for (let i = 0; i + WINDOW_BITS < bits.length; i++) {
    let digit = 0;
    if (free > 0) {
      free--;
    } else if (bits[i] + carried === 1) {
      digit = bits[i] + carried + 2 * bits[i + 1] + 4 * bits[i + 2] + 8 * bits[i + 3] + 16 * bits[i + 4];
      carried = digit > 15 ? 1 : 0;
      digit -= 32 * carried;
      free = WINDOW_BITS - 1;
    }
    digits.push(digit);
  }
  return digits;
}
