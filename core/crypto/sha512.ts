/**
 * SHA-512 (FIPS 180-4 section 6.4) of a message in RAM, portable, for engines that have none of their own.
 * A 64-bit word is two unsigned 32-bit halves, the high one first. See sha256.ts about bit operators.
 */

export const SHA512_BYTES = 64;
export const SHA512_BLOCK_BYTES = 128;

const TWO_POW_32 = 4294967296;

/** FIPS 180-4 section 4.2.3: fractions of the cube roots of the first 80 primes; 160 halves. */
export function sha512RoundConstants(): number[] {
  return [
    0x428a2f98, 0xd728ae22, 0x71374491, 0x23ef65cd, 0xb5c0fbcf, 0xec4d3b2f, 0xe9b5dba5, 0x8189dbbc,
    0x3956c25b, 0xf348b538, 0x59f111f1, 0xb605d019, 0x923f82a4, 0xaf194f9b, 0xab1c5ed5, 0xda6d8118,
    0xd807aa98, 0xa3030242, 0x12835b01, 0x45706fbe, 0x243185be, 0x4ee4b28c, 0x550c7dc3, 0xd5ffb4e2,
    0x72be5d74, 0xf27b896f, 0x80deb1fe, 0x3b1696b1, 0x9bdc06a7, 0x25c71235, 0xc19bf174, 0xcf692694,
    0xe49b69c1, 0x9ef14ad2, 0xefbe4786, 0x384f25e3, 0x0fc19dc6, 0x8b8cd5b5, 0x240ca1cc, 0x77ac9c65,
    0x2de92c6f, 0x592b0275, 0x4a7484aa, 0x6ea6e483, 0x5cb0a9dc, 0xbd41fbd4, 0x76f988da, 0x831153b5,
    0x983e5152, 0xee66dfab, 0xa831c66d, 0x2db43210, 0xb00327c8, 0x98fb213f, 0xbf597fc7, 0xbeef0ee4,
    0xc6e00bf3, 0x3da88fc2, 0xd5a79147, 0x930aa725, 0x06ca6351, 0xe003826f, 0x14292967, 0x0a0e6e70,
    0x27b70a85, 0x46d22ffc, 0x2e1b2138, 0x5c26c926, 0x4d2c6dfc, 0x5ac42aed, 0x53380d13, 0x9d95b3df,
    0x650a7354, 0x8baf63de, 0x766a0abb, 0x3c77b2a8, 0x81c2c92e, 0x47edaee6, 0x92722c85, 0x1482353b,
    0xa2bfe8a1, 0x4cf10364, 0xa81a664b, 0xbc423001, 0xc24b8b70, 0xd0f89791, 0xc76c51a3, 0x0654be30,
    0xd192e819, 0xd6ef5218, 0xd6990624, 0x5565a910, 0xf40e3585, 0x5771202a, 0x106aa070, 0x32bbd1b8,
    0x19a4c116, 0xb8d2d0c8, 0x1e376c08, 0x5141ab53, 0x2748774c, 0xdf8eeb99, 0x34b0bcb5, 0xe19b48a8,
    0x391c0cb3, 0xc5c95a63, 0x4ed8aa4a, 0xe3418acb, 0x5b9cca4f, 0x7763e373, 0x682e6ff3, 0xd6b2b8a3,
    0x748f82ee, 0x5defb2fc, 0x78a5636f, 0x43172f60, 0x84c87814, 0xa1f0ab72, 0x8cc70208, 0x1a6439ec,
    0x90befffa, 0x23631e28, 0xa4506ceb, 0xde82bde9, 0xbef9a3f7, 0xb2c67915, 0xc67178f2, 0xe372532b,
    0xca273ece, 0xea26619c, 0xd186b8c7, 0x21c0c207, 0xeada7dd6, 0xcde0eb1e, 0xf57d4f7f, 0xee6ed178,
    0x06f067aa, 0x72176fba, 0x0a637dc5, 0xa2c898a6, 0x113f9804, 0xbef90dae, 0x1b710b35, 0x131c471b,
    0x28db77f5, 0x23047d84, 0x32caab7b, 0x40c72493, 0x3c9ebe0a, 0x15c9bebc, 0x431d67c4, 0x9c100d4c,
    0x4cc5d4be, 0xcb3e42b6, 0x597f299c, 0xfc657e2a, 0x5fcb6fab, 0x3ad6faec, 0x6c44198c, 0x4a475817,
  ];
}

/** FIPS 180-4 section 5.3.5. */
export function sha512InitialState(): number[] {
  return [
    0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
    0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
  ];
}

/** FIPS 180-4 section 6.4.2 step 1: 160 halves. */
function expand(w: number[], block: Uint8Array, offset: number): void {
  for (let i = 0, at = offset; i < 32; i++, at += 4) {
    w[i] = (block[at] << 24 | block[at + 1] << 16 | block[at + 2] << 8 | block[at + 3]) >>> 0;
  }
  for (let i = 32; i < 160; i += 2) {
    const xh = w[i - 30], xl = w[i - 29], yh = w[i - 4], yl = w[i - 3];
    const low = ((xl >>> 1 ^ xl >>> 8 ^ xl >>> 7 ^ xh << 31 ^ xh << 24 ^ xh << 25) >>> 0) +
      ((yl >>> 19 ^ yh >>> 29 ^ yl >>> 6 ^ yh << 13 ^ yl << 3 ^ yh << 26) >>> 0) + w[i - 13] + w[i - 31];
    w[i] = ((xh >>> 1 ^ xh >>> 8 ^ xh >>> 7 ^ xl << 31 ^ xl << 24) +
      (yh >>> 19 ^ yl >>> 29 ^ yh >>> 6 ^ yl << 13 ^ yh << 3) + w[i - 14] + w[i - 32] +
      Math.floor(low / TWO_POW_32)) >>> 0;
    w[i + 1] = low >>> 0;
  }
}

/** FIPS 180-4 section 6.4.2 steps 2 to 4. Low halves stay unsigned, so that their sums show the carry. */
function compress(state: number[], w: number[], k: number[]): void {
  let ah = state[0], al = state[1], bh = state[2], bl = state[3];
  let ch = state[4], cl = state[5], dh = state[6], dl = state[7];
  let eh = state[8], el = state[9], fh = state[10], fl = state[11];
  let gh = state[12], gl = state[13], hh = state[14], hl = state[15];
  for (let i = 0; i < 160; i += 2) {
    let low = hl + ((el >>> 14 ^ el >>> 18 ^ eh >>> 9 ^ eh << 18 ^ eh << 14 ^ el << 23) >>> 0) +
      ((gl ^ el & (fl ^ gl)) >>> 0) + k[i + 1] + w[i + 1];
    let high = hh + (eh >>> 14 ^ eh >>> 18 ^ el >>> 9 ^ el << 18 ^ el << 14 ^ eh << 23) +
      (gh ^ eh & (fh ^ gh)) + k[i] + w[i];
    hl = gl;
    hh = gh;
    gl = fl;
    gh = fh;
    fl = el;
    fh = eh;
    el = dl + low;
    eh = (dh + high + Math.floor(el / TWO_POW_32)) >>> 0;
    el = el >>> 0;
    low += ((al >>> 28 ^ ah >>> 2 ^ ah >>> 7 ^ ah << 4 ^ al << 30 ^ al << 25) >>> 0) +
      ((al & bl | cl & (al | bl)) >>> 0);
    high += (ah >>> 28 ^ al >>> 2 ^ al >>> 7 ^ al << 4 ^ ah << 30 ^ ah << 25) + (ah & bh | ch & (ah | bh)) +
      Math.floor(low / TWO_POW_32);
    dl = cl;
    dh = ch;
    cl = bl;
    ch = bh;
    bl = al;
    bh = ah;
    al = low >>> 0;
    ah = high >>> 0;
  }
  const words: number[] = [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl];
  for (let i = 0; i < 16; i += 2) {
    const low = state[i + 1] + words[i + 1];
    state[i] = (state[i] + words[i] + Math.floor(low / TWO_POW_32)) >>> 0;
    state[i + 1] = low >>> 0;
  }
}

/** The message with the padding of FIPS 180-4 section 5.1.2: whole blocks. */
export function padSha512(bytes: Uint8Array): Uint8Array {
  const blocks = Math.floor((bytes.length + 17 + SHA512_BLOCK_BYTES - 1) / SHA512_BLOCK_BYTES);
  const message = new Uint8Array(blocks * SHA512_BLOCK_BYTES);
  message.set(bytes, 0);
  message[bytes.length] = 0x80;
  let rest = bytes.length * 8;
  for (let at = message.length - 1; rest > 0; at--) {
    message[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return message;
}

/** SHA-512 of a message in RAM; 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  const state = sha512InitialState();
  const constants = sha512RoundConstants();
  const schedule: number[] = [];
  for (let i = 0; i < 160; i++) {
    schedule.push(0);
  }
  const message = padSha512(bytes);
  for (let at = 0; at < message.length; at += SHA512_BLOCK_BYTES) {
    expand(schedule, message, at);
    compress(state, schedule, constants);
  }
  const digest = new Uint8Array(SHA512_BYTES);
  for (let i = 0; i < SHA512_BYTES; i++) {
    digest[i] = state[Math.floor(i / 4)] >>> 24 - i % 4 * 8 & 255;
  }
  return digest;
}
