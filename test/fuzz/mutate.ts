/** Changes that turn one input into another. */

import type { SeededRandom } from "../../sim/random";

const BYTES = [0, 1, 0x7f, 0x80, 0xff];
const NUMBERS = [0, 1, 4, 31, 32, 33, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

type Change = (bytes: Uint8Array, random: SeededRandom, context: MutationContext) => Uint8Array;

export interface MutationContext {
  /** Other inputs to take pieces from. */
  readonly others: readonly Uint8Array[];
  readonly words: readonly Uint8Array[];
}

function place(bytes: Uint8Array, random: SeededRandom): number {
  return random.below(bytes.length + 1);
}

function replaced(bytes: Uint8Array, from: number, removed: number, piece: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, from + removed);
  const result = new Uint8Array(from + piece.length + bytes.length - end);
  result.set(bytes.subarray(0, from));
  result.set(piece, from);
  result.set(bytes.subarray(end), from + piece.length);
  return result;
}

function pieceOf(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const from = place(bytes, random);
  return bytes.subarray(from, from + 1 + random.below(Math.max(1, Math.min(64, bytes.length - from))));
}

/** Writes a number in 1, 2 or 4 bytes, little endian. */
function withNumber(bytes: Uint8Array, random: SeededRandom, value: number): Uint8Array {
  const result = bytes.slice();
  const from = random.below(Math.max(1, bytes.length));
  const width = [1, 2, 4][random.below(3)];
  for (let i = 0, rest = value; i < width && from + i < result.length; i++, rest = Math.floor(rest / 256)) {
    result[from + i] = rest % 256;
  }
  return result;
}

const CHANGES: readonly Change[] = [
  (bytes, random) => {
    const result = bytes.slice();
    if (result.length > 0) {
      result[random.below(result.length)] ^= 1 << random.below(8);
    }
    return result;
  },
  (bytes, random) => {
    const result = bytes.slice();
    if (result.length > 0) {
      const value = random.below(2) === 0 ? BYTES[random.below(BYTES.length)] : random.below(256);
      result[random.below(result.length)] = value;
    }
    return result;
  },
  (bytes, random) => {
    const result = bytes.slice();
    if (result.length > 0) {
      const at = random.below(result.length);
      result[at] = result[at] + 1 + random.below(8) - 4;
    }
    return result;
  },
  (bytes, random) => withNumber(bytes, random, NUMBERS[random.below(NUMBERS.length)]),
  (bytes, random) => withNumber(bytes, random, Math.max(0, bytes.length - random.below(80))),
  (bytes, random) => replaced(bytes, place(bytes, random), 1 + random.below(32), new Uint8Array(0)),
  (bytes, random) => replaced(bytes, place(bytes, random), 0, pieceOf(bytes, random)),
  (bytes, random) => replaced(bytes, place(bytes, random), 1 + random.below(64), pieceOf(bytes, random)),
  (bytes, random) => replaced(bytes, place(bytes, random), 0, random.bytes(1 + random.below(8))),
  (bytes, random) => bytes.slice(0, place(bytes, random)),
  (bytes, random, { others }) =>
    replaced(bytes, place(bytes, random), random.below(64), pieceOf(others[random.below(others.length)], random)),
  (bytes, random, { others }) => {
    const other = others[random.below(others.length)];
    const start = bytes.subarray(0, place(bytes, random));
    return replaced(start, start.length, 0, other.subarray(place(other, random)));
  },
  (bytes, random, { words }) =>
    words.length === 0
      ? bytes
      : replaced(bytes, place(bytes, random), random.below(2) * random.below(8), words[random.below(words.length)]),
];

/** An input with one or a few changes. */
export function mutate(bytes: Uint8Array, random: SeededRandom, context: MutationContext): Uint8Array {
  let result = bytes;
  for (let changes = 1 << random.below(4); changes > 0; changes--) {
    result = CHANGES[random.below(CHANGES.length)](result, random, context);
  }
  return result;
}
