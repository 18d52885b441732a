/**
 * Random numbers as a function of a seed, so that a run can be repeated bit for bit. mulberry32 (Tommy Ettinger's
 * public-domain generator): 32 bits of state, good enough to spread faults, worthless for keys.
 */

import type { Random } from "../hal/random";

export class SeededRandom implements Random {
  readonly trusted: boolean;
  /** The whole state; save and restore it to repeat a sequence. */
  state: number;

  /**
   * @param seed any integer; only its low 32 bits count
   * @param trusted what the board says of its generator
   */
  constructor(seed: number, trusted = false) {
    this.state = seed >>> 0;
    this.trusted = trusted;
  }

  /** 0..2^32-1 */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 <= value < 1 */
  fraction(): number {
    return this.next() / 4294967296;
  }

  /** 0..limit-1 */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  bytes(lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    for (let i = 0; i < lengthBytes; i++) {
      bytes[i] = this.next();
    }
    return bytes;
  }
}
