/**
 * SHA-256 (FIPS 180-4 section 6.2) for Espruino boards without a native one. The interpreter reads its source again
 * whenever it runs it, and looks names up by text: long expressions and eight rounds written out instead of moving
 * eight variables are what makes it fast. Words are kept last first, so that `reverse` turns a block into words and the
 * state into the digest.
 */

import { type Sha256, SHA256_BLOCK_BYTES } from "../../core/crypto/sha256";

declare function atob(this: void, text: string): string;
declare const E: { toArrayBuffer(text: string): ArrayBuffer };

/** FIPS 180-4 section 4.2.2: 64 little-endian words, the last one first. */
const ROUND_CONSTANTS =
  "8nhxxvej+b7rbFCk+v++kAgCx4wUeMiEb2OleO6Cj3Tzby5oT8qcW0qq2E6zDBw5tbywNEx3SCcIbDceFsGkGXCgahCFNQ70JAaZ1hnoktGj" +
  "UWzHcItLwktmGqih6L+ihSxyki7JwoG7Cmp2VHMKZRMNOFP8bSxNOCEbLoUKtydnKSkUUWPKBkeRp9XzC+DGx39Zv8gnA7BtxjGoUlE+mNqI" +
  "+XbcqbBcqoR0Sm8s6S3MoQwkxp3BD4ZHvu/BaZvkdPGbwacG3Jv+sd6AdF2+csN9DFW+hTEkAVuDEpiqB9jVXhyrpII/kvER8VlbwlY5pdu1" +
  "6c/7wLWRRDdxmC+KQg==";

/** FIPS 180-4 section 5.3.3, likewise. */
const INITIAL_STATE = "Gc3gW6vZgx+MaAWbf1IOUTr1T6Vy8248ha5nu2fmCWo=";

function words(base64: string): Int32Array {
  return new Int32Array(E.toArrayBuffer(atob(base64)));
}

/** FIPS 180-4 section 6.2.2 step 1: the first sixteen words are at 63 to 48. */
function expand(schedule: Int32Array): void {
  let i = 47;
  while (i >= 0) {
    const x = schedule[i + 15];
    const y = schedule[i + 2];
    schedule[i] = (x >>> 7 ^ x >>> 18 ^ x >>> 3 ^ x << 25 ^ x << 14) + schedule[i + 16] +
      (y >>> 17 ^ y >>> 19 ^ y >>> 10 ^ y << 15 ^ y << 13) + schedule[i-- + 7];
  }
}

/**
 * FIPS 180-4 section 6.2.2 steps 2 to 4. Sums are not cut to 32 bits, since bit operators take any double modulo 2^32:
 * every round adds at most six words to h, or to d + h, which keeps all sums of 64 rounds below 2^46.
 */
function compress(state: Int32Array, w: Int32Array, k: Int32Array): void {
  let a = state[7], b = state[6], c = state[5], d = state[4], e = state[3], f = state[2], g = state[1], h = state[0];
  let i = 63;
  while (i >= 0) {
    h += (e >>> 6 ^ e >>> 11 ^ e >>> 25 ^ e << 26 ^ e << 21 ^ e << 7) + (g ^ e & (f ^ g)) + k[i] + w[i--];
    d += h;
    h += (a >>> 2 ^ a >>> 13 ^ a >>> 22 ^ a << 30 ^ a << 19 ^ a << 10) + (a & b | c & (a | b));
    g += (d >>> 6 ^ d >>> 11 ^ d >>> 25 ^ d << 26 ^ d << 21 ^ d << 7) + (f ^ d & (e ^ f)) + k[i] + w[i--];
    c += g;
    g += (h >>> 2 ^ h >>> 13 ^ h >>> 22 ^ h << 30 ^ h << 19 ^ h << 10) + (h & a | b & (h | a));
    f += (c >>> 6 ^ c >>> 11 ^ c >>> 25 ^ c << 26 ^ c << 21 ^ c << 7) + (e ^ c & (d ^ e)) + k[i] + w[i--];
    b += f;
    f += (g >>> 2 ^ g >>> 13 ^ g >>> 22 ^ g << 30 ^ g << 19 ^ g << 10) + (g & h | a & (g | h));
    e += (b >>> 6 ^ b >>> 11 ^ b >>> 25 ^ b << 26 ^ b << 21 ^ b << 7) + (d ^ b & (c ^ d)) + k[i] + w[i--];
    a += e;
    e += (f >>> 2 ^ f >>> 13 ^ f >>> 22 ^ f << 30 ^ f << 19 ^ f << 10) + (f & g | h & (f | g));
    d += (a >>> 6 ^ a >>> 11 ^ a >>> 25 ^ a << 26 ^ a << 21 ^ a << 7) + (c ^ a & (b ^ c)) + k[i] + w[i--];
    h += d;
    d += (e >>> 2 ^ e >>> 13 ^ e >>> 22 ^ e << 30 ^ e << 19 ^ e << 10) + (e & f | g & (e | f));
    c += (h >>> 6 ^ h >>> 11 ^ h >>> 25 ^ h << 26 ^ h << 21 ^ h << 7) + (b ^ h & (a ^ b)) + k[i] + w[i--];
    g += c;
    c += (d >>> 2 ^ d >>> 13 ^ d >>> 22 ^ d << 30 ^ d << 19 ^ d << 10) + (d & e | f & (d | e));
    b += (g >>> 6 ^ g >>> 11 ^ g >>> 25 ^ g << 26 ^ g << 21 ^ g << 7) + (a ^ g & (h ^ a)) + k[i] + w[i--];
    f += b;
    b += (c >>> 2 ^ c >>> 13 ^ c >>> 22 ^ c << 30 ^ c << 19 ^ c << 10) + (c & d | e & (c | d));
    a += (f >>> 6 ^ f >>> 11 ^ f >>> 25 ^ f << 26 ^ f << 21 ^ f << 7) + (h ^ f & (g ^ h)) + k[i] + w[i--];
    e += a;
    a += (b >>> 2 ^ b >>> 13 ^ b >>> 22 ^ b << 30 ^ b << 19 ^ b << 10) + (b & c | d & (b | c));
  }
  state[7] += a;
  state[6] += b;
  state[5] += c;
  state[4] += d;
  state[3] += e;
  state[2] += f;
  state[1] += g;
  state[0] += h;
}

/** Starts a computation, for messages of up to 2^50 bytes. */
export function createSha256(): Sha256 {
  const constants = words(ROUND_CONSTANTS);
  const state = words(INITIAL_STATE);
  const schedule = new Int32Array(64);
  /** The words that a block becomes, as bytes. */
  const block = new Uint8Array(schedule.buffer, 192, SHA256_BLOCK_BYTES);
  let blockBytes = 0;
  let totalBytes = 0;

  function finishBlock(): void {
    block.reverse();
    expand(schedule);
    compress(state, schedule, constants);
    blockBytes = 0;
  }

  return {
    update(bytes: Uint8Array): void {
      let at = 0;
      totalBytes += bytes.length;
      while (at < bytes.length) {
        const count = Math.min(SHA256_BLOCK_BYTES - blockBytes, bytes.length - at);
        block.set(bytes.subarray(at, at + count), blockBytes);
        blockBytes += count;
        at += count;
        if (blockBytes === SHA256_BLOCK_BYTES) {
          finishBlock();
        }
      }
    },
    digest(): Uint8Array {
      const keptState = new Int32Array(state);
      const keptBlock = new Uint8Array(block);
      const keptBytes = blockBytes;
      block.fill(0, blockBytes);
      block[blockBytes] = 0x80;
      if (blockBytes >= SHA256_BLOCK_BYTES - 8) {
        finishBlock();
        block.fill(0);
      }
      let rest = totalBytes * 8;
      for (let at = SHA256_BLOCK_BYTES - 1; rest > 0; at--) {
        block[at] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      finishBlock();
      const digest = new Uint8Array(new Int32Array(state).buffer).reverse();
      state.set(keptState);
      block.set(keptBlock);
      blockBytes = keptBytes;
      return digest;
    },
  };
}

/** SHA-256 of a message in RAM; 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const computation = createSha256();
  computation.update(bytes);
  return computation.digest();
}
