/** SHA-256 (FIPS 180-4 section 6.2), portable, for engines that have none of their own. */

import { u32Add, u32And, u32Not, u32RotateRight, u32ShiftRight, u32Xor } from "../u32";

export const SHA256_BYTES = 32;
export const SHA256_BLOCK_BYTES = 64;

/** Hashes a message that comes in pieces. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The digest, 32 bytes. Ends the computation. */
  finish(): Uint8Array;
}

/** FIPS 180-4 section 4.2.2: fractions of the cube roots of the first 64 primes. */
function roundConstants(): number[] {
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
function initialState(): number[] {
  return [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ];
}

function rotations(x: number, a: number, b: number, c: number): number {
  return u32Xor(u32Xor(u32RotateRight(x, a), u32RotateRight(x, b)), u32RotateRight(x, c));
}

function smallSigma(x: number, a: number, b: number, shift: number): number {
  return u32Xor(u32Xor(u32RotateRight(x, a), u32RotateRight(x, b)), u32ShiftRight(x, shift));
}

/** FIPS 180-4 section 6.2.2 step 1: fills the 64 words of `schedule` from one block. */
function expand(schedule: number[], block: Uint8Array, offset: number): void {
  for (let i = 0; i < 16; i++) {
    const at = offset + i * 4;
    schedule[i] = block[at] * 16777216 + block[at + 1] * 65536 + block[at + 2] * 256 + block[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    schedule[i] = u32Add(
      smallSigma(schedule[i - 2], 17, 19, 10) + schedule[i - 7],
      smallSigma(schedule[i - 15], 7, 18, 3) + schedule[i - 16],
    );
  }
}

/** FIPS 180-4 section 6.2.2 steps 2 to 4. */
function compress(state: number[], schedule: number[], constants: number[]): void {
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const choice = u32Xor(u32And(e, f), u32And(u32Not(e), g));
    const t1 = h + rotations(e, 6, 11, 25) + choice + constants[i] + schedule[i];
    const majority = u32Xor(u32Xor(u32And(a, b), u32And(a, c)), u32And(b, c));
    h = g;
    g = f;
    f = e;
    e = u32Add(d, t1);
    d = c;
    c = b;
    b = a;
    a = u32Add(t1, rotations(a, 2, 13, 22) + majority);
  }
  const words: number[] = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) {
    state[i] = u32Add(state[i], words[i]);
  }
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  for (let i = 0; i < 4; i++) {
    bytes[offset + i] = u32And(u32ShiftRight(word, 24 - i * 8), 255);
  }
}

/** Starts a computation. The whole message may have up to 2^50 bytes. */
export function createSha256(): Sha256 {
  const state = initialState();
  const constants = roundConstants();
  const schedule = roundConstants();
  const rest = new Uint8Array(SHA256_BLOCK_BYTES);
  let restBytes = 0;
  let totalBytes = 0;

  function block(bytes: Uint8Array, offset: number): void {
    expand(schedule, bytes, offset);
    compress(state, schedule, constants);
  }

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
        block(rest, 0);
        restBytes = 0;
      }
      while (at + SHA256_BLOCK_BYTES <= bytes.length) {
        block(bytes, at);
        at += SHA256_BLOCK_BYTES;
      }
      rest.set(bytes.subarray(at, bytes.length), 0);
      restBytes = bytes.length - at;
    },
    finish(): Uint8Array {
      rest.fill(0, restBytes);
      rest[restBytes] = 0x80;
      if (restBytes >= SHA256_BLOCK_BYTES - 8) {
        block(rest, 0);
        rest.fill(0);
      }
      writeWord(rest, 56, Math.floor(totalBytes / 536870912));
      writeWord(rest, 60, totalBytes % 536870912 * 8);
      block(rest, 0);
      const digest = new Uint8Array(SHA256_BYTES);
      for (let i = 0; i < 8; i++) {
        writeWord(digest, i * 4, state[i]);
      }
      return digest;
    },
  };
}

/** SHA-256 of a message in RAM; 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const computation = createSha256();
  computation.update(bytes);
  return computation.finish();
}
