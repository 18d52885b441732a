/**
 * Verification of LMS signatures (RFC 8554, with the 24-byte parameter sets of NIST SP 800-208): hash-based, so that a
 * quantum computer does not forge them, and the fastest signatures where SHA-256 is native.
 */

import { equalBytes, viewBytes } from "../bytes";

/** What an LMS verifier needs from its engine. */
export interface LmsServices {
  /**
   * SHA-256 of `bytes`: 32 bytes, in anything that `Uint8Array.set` takes on this engine. On Espruino that may be the
   * ArrayBuffer of the native function itself; a copy of every result would cost as much as the hash.
   */
  sha256(this: void, bytes: Uint8Array): Uint8Array;
  /** Called between slices of the work, so that a watchdog may be kicked; `LMS_PAUSES_MAX` times at most. */
  pause(this: void): void;
}

/** Whether a signature is good; `verifyLms` with its services. */
export type LmsCheck = (this: void, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** Hashes between two calls of `pause`. The slowest engine hashes in about 40 ms, so this is about 2.5 s. */
const STEPS_PER_PAUSE = 64;

/** The most calls of `pause` in one check: SHA256_N32_W8 has 34 chains of 255 steps. */
export const LMS_PAUSES_MAX = 136;

/** What the type codes of a public key say (RFC 8554, 4.1 and 5.1; SP 800-208, 4.1 to 4.3). */
export interface LmsParameters {
  /** One-time keys of the tree: 2 to the power h. */
  readonly leaves: number;
  /** Base of the digits in which the message's hash is signed: 2 to the power w. */
  readonly radix: number;
  /** Hash chains of a one-time signature: p. */
  readonly chains: number;
  readonly signatureBytes: number;
}

/** The public key's type codes and identifier I; the root T follows. */
const ROOT_OFFSET = 24;

/** In front of everything that is hashed: I, the leaf or node as u32, and u16 that say what the rest is. */
const PREFIX_BYTES = 22;

const HASH_BYTES_MAX = 32;

function readU32BigEndian(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] * 256 + bytes[offset + 1]) * 256 + bytes[offset + 2]) * 256 + bytes[offset + 3];
}

/**
 * What a public key asks of its signatures. Supported: LMS_SHA256_M32 and M24 with H5, H10 and H15, each with the
 * LM-OTS sets W2, W4 and W8 of the same hash length.
 *
 * @param publicKey LMS public key (RFC 8554, 5.3): u32 type, u32 one-time type, I (16), T[1] (32 or 24); big endian
 * @returns `undefined` for any other type and any other length
 */
export function lmsParameters(publicKey: Uint8Array): LmsParameters | undefined {
  // Both n and m, which SP 800-208 wants to be the same.
  const hashBytes = publicKey.length - ROOT_OFFSET;
  const isLong = hashBytes === HASH_BYTES_MAX;
  if (!isLong && hashBytes !== 24) {
    return undefined;
  }
  const height = readU32BigEndian(publicKey, 0) - (isLong ? 4 : 9);
  const width = readU32BigEndian(publicKey, 4) - (isLong ? 1 : 5);
  if (!(height >= 1 && height <= 3 && width >= 1 && width <= 3)) {
    return undefined;
  }
  const digitsPerByte = width === 1 ? 4 : width === 2 ? 2 : 1;
  // The checksum of the hash's digits has 5, 3 or 2 digits (RFC 8554, appendix B).
  const chains = hashBytes * digitsPerByte + digitsPerByte + 1;
  return {
    leaves: height === 1 ? 32 : height === 2 ? 1024 : 32768,
    radix: width === 1 ? 4 : width === 2 ? 16 : 256,
    chains,
    signatureBytes: 12 + hashBytes * (1 + chains + height * 5),
  };
}

/**
 * The digits of a hash, the most significant of a byte first, and those of the checksum, without which a signature
 * could be carried on to messages with larger digits (RFC 8554, 4.4). The checksum's left shift there only brings its
 * digits to the front of 16 bits.
 *
 * @param step the hash stands where a chain's step has it
 */
function splitIntoDigits(step: Uint8Array, hashBytes: number, chains: number, radix: number): Uint8Array {
  const digits = new Uint8Array(chains);
  const perByte = radix === 4 ? 4 : radix === 16 ? 2 : 1;
  let checksum = 0;
  let end = 0;
  for (let i = 0; i < hashBytes; i++) {
    let rest = step[PREFIX_BYTES + 1 + i];
    for (let k = end + perByte - 1; k >= end; k--) {
      digits[k] = rest % radix;
      checksum += radix - 1 - digits[k];
      rest = Math.floor(rest / radix);
    }
    end += perByte;
  }
  for (let k = chains - 1; k >= end; k--) {
    digits[k] = checksum % radix;
    checksum = Math.floor(checksum / radix);
  }
  return digits;
}

/**
 * Whether `signature` is the LMS signature of `message` by `publicKey` (RFC 8554, 5.4.2). Fails closed: other
 * parameters than the key's, a wrong length or a leaf outside the tree give `false`, never an exception. Public data
 * only: the time it takes depends on them.
 *
 * @param publicKey as for `lmsParameters`
 * @param message all of it has to be in RAM
 * @param signature RFC 8554, 5.4: u32 leaf, one-time signature, u32 type, path; without the framing of HSS
 */
export function verifyLms(
  services: LmsServices,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const parameters = lmsParameters(publicKey);
  if (parameters === undefined || signature.length !== parameters.signatureBytes) {
    return false;
  }
  const hashBytes = publicKey.length - ROOT_OFFSET;
  const chains = parameters.chains;
  const oneTimeEnd = 8 + hashBytes * (1 + chains);
  const leaf = readU32BigEndian(signature, 0);
  if (!(leaf < parameters.leaves) || !equalBytes(signature, 4, publicKey, 4, 4) ||
      !equalBytes(signature, oneTimeEnd, publicKey, 0, 4)) {
    return false;
  }
  const sha256 = services.sha256;

  // All longer inputs: I, leaf or node, tag, and up to one hash per chain.
  const area = new Uint8Array(PREFIX_BYTES + hashBytes + Math.max(hashBytes * chains, message.length));
  // Input of a chain's step: I, leaf, u16 chain, u8 step, hash. A hash is written with all of its 32 bytes, and counts
  // as far as `input` goes.
  const step = new Uint8Array(PREFIX_BYTES + 1 + HASH_BYTES_MAX);
  const input = viewBytes(step, 0, PREFIX_BYTES + 1 + hashBytes);
  const chainEnd = viewBytes(step, PREFIX_BYTES + 1, hashBytes);

  function hashArea(node: number, tag: number, lengthBytes: number): Uint8Array {
    area[18] = Math.floor(node / 256);
    area[19] = node % 256;
    area[20] = tag;
    area[21] = tag;
    return sha256(viewBytes(area, 0, PREFIX_BYTES + lengthBytes));
  }

  // The message's hash with the randomizer C (RFC 8554, 4.5).
  area.set(viewBytes(publicKey, 8, 16), 0);
  area.set(viewBytes(signature, 8, hashBytes), PREFIX_BYTES);
  area.set(message, PREFIX_BYTES + hashBytes);
  step.set(hashArea(leaf, 0x81, hashBytes + message.length), PREFIX_BYTES + 1);
  const digits = splitIntoDigits(step, hashBytes, chains, parameters.radix);
  const last = parameters.radix - 1;

  step.set(viewBytes(area, 0, 20), 0);
  let stepsLeft = 0;
  for (let i = 0; i < chains; i++) {
    step[21] = i;
    step.set(viewBytes(signature, 8 + hashBytes * (1 + i), hashBytes), PREFIX_BYTES + 1);
    let at = digits[i];
    while (at < last) {
      if (stepsLeft === 0) {
        stepsLeft = STEPS_PER_PAUSE;
        services.pause();
      }
      const stop = Math.min(at + stepsLeft, last);
      stepsLeft -= stop - at;
      // This is where the time goes.
      for (; at < stop; at++) {
        step[22] = at;
        step.set(sha256(input), 23);
      }
    }
    area.set(chainEnd, PREFIX_BYTES + hashBytes * i);
  }

  // From the one-time key up to the root (RFC 8554, 5.4.2). The hash is written before its neighbour, into whose place
  // its 32 bytes may reach.
  area.set(hashArea(leaf, 0x80, hashBytes * chains), PREFIX_BYTES);
  let node = leaf + parameters.leaves;
  let hash = hashArea(node, 0x82, hashBytes);
  for (let at = oneTimeEnd + 4; node > 1; at += hashBytes) {
    // 0 for a left node, and the place behind it for a right one.
    const place = node % 2 * hashBytes;
    area.set(hash, PREFIX_BYTES + place);
    area.set(viewBytes(signature, at, hashBytes), PREFIX_BYTES + hashBytes - place);
    node = Math.floor(node / 2);
    hash = hashArea(node, 0x83, hashBytes * 2);
  }
  return equalBytes(hash, 0, publicKey, ROOT_OFFSET, hashBytes);
}
