/**
 * SHA-256 (FIPS 180-4 section 6.2), portable, for engines that have none of their own. Uses bit operators itself: the
 * functions of u32.ts took most of the time. They mean the same in JavaScript and Lua here: every word is cut to
 * 0..2^32-1 by `>>> 0` before it is stored, and `>>>` looks at 32 bits only, whatever stands above them in Lua.
 */

export const SHA256_BYTES = 32;
export const SHA256_BLOCK_BYTES = 64;

/** Hashes a message that comes in pieces. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The digest of what came so far, 32 bytes. More may follow. */
  digest(): Uint8Array;
}

/** FIPS 180-4 section 4.2.2: fractions of the cube roots of the first 64 primes. */
export function sha256RoundConstants(): number[] {
  return [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ];
}

/** FIPS 180-4 section 5.3.3. */
export function sha256InitialState(): number[] {
  return [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ];
}

/** FIPS 180-4 section 6.2.2 step 1. */
function expand(w: number[], block: Uint8Array, offset: number): void {
  for (let i = 0, at = offset; i < 16; i++, at += 4) {
    w[i] = (block[at] << 24 | block[at + 1] << 16 | block[at + 2] << 8 | block[at + 3]) >>> 0;
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    w[i] = ((x >>> 7 ^ x >>> 18 ^ x >>> 3 ^ x << 25 ^ x << 14) + w[i - 16] +
      (y >>> 17 ^ y >>> 19 ^ y >>> 10 ^ y << 15 ^ y << 13) + w[i - 7]) >>> 0;
  }
}

/** FIPS 180-4 section 6.2.2 steps 2 to 4. */
function compress(state: number[], w: number[], k: number[]): void {
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const sum = h + (e >>> 6 ^ e >>> 11 ^ e >>> 25 ^ e << 26 ^ e << 21 ^ e << 7) + (g ^ e & (f ^ g)) + k[i] + w[i];
    h = g;
    g = f;
    f = e;
    e = (d + sum) >>> 0;
    d = c;
    c = b;
    b = a;
    a = (sum + (a >>> 2 ^ a >>> 13 ^ a >>> 22 ^ a << 30 ^ a << 19 ^ a << 10) + (b & c | d & (b | c))) >>> 0;
  }
  state[0] = (state[0] + a) >>> 0;
  state[1] = (state[1] + b) >>> 0;
  state[2] = (state[2] + c) >>> 0;
  state[3] = (state[3] + d) >>> 0;
  state[4] = (state[4] + e) >>> 0;
  state[5] = (state[5] + f) >>> 0;
  state[6] = (state[6] + g) >>> 0;
  state[7] = (state[7] + h) >>> 0;
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  for (let i = 0; i < 4; i++) {
    bytes[offset + i] = word >>> 24 - i * 8 & 255;
  }
}

/** Takes the 64 bytes from `offset` into the state of eight words (FIPS 180-4 section 6.2.2). */
export type Sha256Block = (this: void, state: number[], bytes: Uint8Array, offset: number) => void;

/** A computation that leaves the blocks to `block`, for engines that have a faster way than the portable one. */
export function createSha256With(block: Sha256Block): Sha256 {
  let state = sha256InitialState();
  const rest = new Uint8Array(SHA256_BLOCK_BYTES);
  let restBytes = 0;
  let totalBytes = 0;

  return {
    update(bytes: Uint8Array): void {
      let at = 0;
      totalBytes += bytes.length;
      if (restBytes > 0) {
        at = Math.min(SHA256_BLOCK_BYTES - restBytes, bytes.length);
        rest.set(bytes.subarray(0, at), restBytes);
        restBytes += at;
        if (restBytes < SHA256_BLOCK_BYTES) {
          return;
        }
        block(state, rest, 0);
        restBytes = 0;
      }
      while (at + SHA256_BLOCK_BYTES <= bytes.length) {
        block(state, bytes, at);
        at += SHA256_BLOCK_BYTES;
      }
      rest.set(bytes.subarray(at, bytes.length), 0);
      restBytes = bytes.length - at;
    },
    digest(): Uint8Array {
      const last = new Uint8Array(SHA256_BLOCK_BYTES);
      const digest = new Uint8Array(SHA256_BYTES);
      const kept: number[] = [];
      for (let i = 0; i < 8; i++) {
        kept.push(state[i]);
      }
      last.set(rest.subarray(0, restBytes), 0);
      last[restBytes] = 0x80;
      if (restBytes >= SHA256_BLOCK_BYTES - 8) {
        block(state, last, 0);
        last.fill(0);
      }
      writeWord(last, 56, Math.floor(totalBytes / 536870912));
      writeWord(last, 60, totalBytes % 536870912 * 8);
      block(state, last, 0);
      for (let i = 0; i < 8; i++) {
        writeWord(digest, i * 4, state[i]);
      }
      state = kept;
      return digest;
    },
  };
}

/** Starts a computation. The whole message may have up to 2^50 bytes. */
export function createSha256(): Sha256 {
  const constants = sha256RoundConstants();
  const schedule: number[] = [];
  for (let i = 0; i < 64; i++) {
    schedule.push(0);
  }
  return createSha256With((state, bytes, offset) => {
    expand(schedule, bytes, offset);
    compress(state, schedule, constants);
  });
}

/** SHA-256 of a message in RAM; 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const computation = createSha256();
  computation.update(bytes);
  return computation.digest();
}
