/**
 * SHA-512 (FIPS 180-4 section 6.4) of a message in RAM, for Espruino boards without a native one. See sha256.ts for
 * what makes it fast; here the rounds are not written out, since for the short messages of signatures the flash they
 * would take is worth more. A 64-bit word is two 32-bit halves, the low one first; words are kept last first.
 */

import { padSha512, SHA512_BLOCK_BYTES } from "../../core/crypto/sha512";

declare function atob(this: void, text: string): string;
declare const E: { toArrayBuffer(text: string): ArrayBuffer };

/** FIPS 180-4 section 4.2.3: 80 little-endian words, the last one first. */
const ROUND_CONSTANTS =
  "F1hHSowZRGzs+tY6q2/LXyp+ZfycKX9ZtkI+y77UxUxMDRCcxGcdQ7y+yRUKvp48kyTHQHuryjKEfQQj9XfbKBtHHBM1C3Ebrg35vgSYPxGm" +
  "mMiixX1jCrpvF3KqZ/AGeNFu7n9PffUe6+DN1n3a6gfCwCHHuIbRnGEm6s4+J8orU3Lj8nhxxhV5xrL3o/m+6b2C3utsUKQoHmMj+v++kOw5" +
  "ZBoIAseMcqvwoRR4yIRgLxdDb2OlePyy713ugo90o7iy1vNvLmhz42N3T8qcW8uKQeNKqthOY1rJxbMMHDmoSJvhtbywNJnrjt9Md0gnU6tB" +
  "UQhsNx7I0NK4FsGkGbjRuzJwoGoQKiBxV4U1DvQQqWVVJAaZ1hhS79YZ6JLRML5UBqNRbMeRl/jQcItLwgEwQrxLZhqoZAPxTKHov6I7NYIU" +
  "hSxykuau7UcuycKBqLJ3PLsKanbeY6+LVHMKZd+zlZ0TDThT7SrEWvxtLE0mySZcOCEbLvwv0kaFCrcncG4OCmcpKRRvggPgUWPKBiWnCpNH" +
  "kafVwo+oPfML4MbkDu++x39Zvz8h+5jIJwOwEDK0LW3GMair32buUlE+mLVTEYPaiPl21PtBvdypsFyD5KZuqoR0SnUCK1lvLOktZZysd8yh" +
  "DCS11YyLxp3BD+MlTziGR77v0krxnsFpm+SUJmnPdPGbwTUSxyWnBtybsZYWO/6x3oBviXvydF2+cuK0/9XDfQxVjLLkTr6FMSS+b3BFAVuD" +
  "EkICA6OYqgfYGIFt2tVeHKubTxmvpII/khnQBbbxEfFZOLVI81vCVjm824mBpdu16S87TezP+8C1zWXvI5FEN3EirijXmC+KQg==";

/** FIPS 180-4 section 5.3.5, likewise. */
const INITIAL_STATE =
  "eSF+ExnN4FtrvUH7q9mDHx9sPiuMaAWb0YLmrX9SDlHxNh1fOvVPpSv4lP5y8248O6fKhIWuZ7sIybzzZ+YJag==";

const TWO_POW_32 = 4294967296;

function halves(base64: string): Uint32Array {
  return new Uint32Array(E.toArrayBuffer(atob(base64)));
}

/** FIPS 180-4 section 6.4.2 step 1: the low half of word t is at low[158 - 2 t], `high` is the same memory from 1. */
function expand(low: Uint32Array, high: Uint32Array): void {
  let sum = 0;
  for (let i = 126; i >= 0; i -= 2) {
    const xl = low[i + 30], xh = high[i + 30], yl = low[i + 4], yh = high[i + 4];
    low[i] = sum = ((xl >>> 1 ^ xl >>> 8 ^ xl >>> 7 ^ xh << 31 ^ xh << 24 ^ xh << 25) >>> 0) +
      ((yl >>> 19 ^ yh >>> 29 ^ yl >>> 6 ^ yh << 13 ^ yl << 3 ^ yh << 26) >>> 0) + low[i + 14] + low[i + 32];
    high[i] = (xh >>> 1 ^ xh >>> 8 ^ xh >>> 7 ^ xl << 31 ^ xl << 24) +
      (yh >>> 19 ^ yl >>> 29 ^ yh >>> 6 ^ yl << 13 ^ yh << 3) + high[i + 14] + high[i + 32] + (sum / TWO_POW_32 | 0);
  }
}

function addWord(state: Uint32Array, at: number, low: number, high: number): void {
  const sum = state[at] + low;
  state[at] = sum;
  state[at + 1] += high + (sum / TWO_POW_32 | 0);
}

/**
 * FIPS 180-4 section 6.4.2 steps 2 to 4. Low halves are cut to 32 bits, so that a carry counts once. High ones are not,
 * as in sha256.ts; after 80 rounds they are below 2^49.
 */
function compress(state: Uint32Array, wl: Uint32Array, wh: Uint32Array, kl: Uint32Array, kh: Uint32Array): void {
  let al = state[14], ah = state[15], bl = state[12], bh = state[13];
  let cl = state[10], ch = state[11], dl = state[8], dh = state[9];
  let el = state[6], eh = state[7], fl = state[4], fh = state[5];
  let gl = state[2], gh = state[3], hl = state[0], hh = state[1];
  let low = 0;
  for (let i = 158; i >= 0; i -= 2) {
    low = hl + ((el >>> 14 ^ el >>> 18 ^ eh >>> 9 ^ eh << 18 ^ eh << 14 ^ el << 23) >>> 0) +
      ((gl ^ el & (fl ^ gl)) >>> 0) + kl[i] + wl[i];
    let high = hh + (eh >>> 14 ^ eh >>> 18 ^ el >>> 9 ^ el << 18 ^ el << 14 ^ eh << 23) +
      (gh ^ eh & (fh ^ gh)) + kh[i] + wh[i];
    hl = gl;
    hh = gh;
    gl = fl;
    gh = fh;
    fl = el;
    fh = eh;
    el = dl + low;
    eh = dh + high + (el / TWO_POW_32 | 0);
    el = el >>> 0;
    low += ((al >>> 28 ^ ah >>> 2 ^ ah >>> 7 ^ ah << 4 ^ al << 30 ^ al << 25) >>> 0) +
      ((al & bl | cl & (al | bl)) >>> 0);
    high += (ah >>> 28 ^ al >>> 2 ^ al >>> 7 ^ al << 4 ^ ah << 30 ^ ah << 25) + (ah & bh | ch & (ah | bh)) +
      (low / TWO_POW_32 | 0);
    dl = cl;
    dh = ch;
    cl = bl;
    ch = bh;
    bl = al;
    bh = ah;
    al = low >>> 0;
    ah = high;
  }
  addWord(state, 14, al, ah);
  addWord(state, 12, bl, bh);
  addWord(state, 10, cl, ch);
  addWord(state, 8, dl, dh);
  addWord(state, 6, el, eh);
  addWord(state, 4, fl, fh);
  addWord(state, 2, gl, gh);
  addWord(state, 0, hl, hh);
}

/** SHA-512 of a message in RAM; 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  const kl = halves(ROUND_CONSTANTS);
  const kh = kl.subarray(1);
  const state = halves(INITIAL_STATE);
  const wl = new Uint32Array(160);
  const wh = wl.subarray(1);
  /** The words that a block becomes, as bytes. */
  const block = new Uint8Array(wl.buffer, 512, SHA512_BLOCK_BYTES);
  const message = padSha512(bytes);
  for (let at = 0; at < message.length; at += SHA512_BLOCK_BYTES) {
    block.set(message.subarray(at, at + SHA512_BLOCK_BYTES), 0);
    block.reverse();
    expand(wl, wh);
    compress(state, wl, wh, kl, kh);
  }
  return new Uint8Array(state.buffer).reverse();
}
