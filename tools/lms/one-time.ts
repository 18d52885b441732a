/** LM-OTS (RFC 8554, 4): the one-time keys at the leaves, derived from a seed. */

import { hash } from "node:crypto";
import type { LmsParameterSet } from "./parameters";

/** What a tree is made from. */
export interface LmsSecret {
  readonly set: LmsParameterSet;
  /** The key's identifier, 16 bytes, public. */
  readonly identifier: Uint8Array;
  /** As long as a hash. Whoever has it can sign. */
  readonly seed: Uint8Array;
}

const PREFIX_BYTES = 22;
const STEP_OFFSET = 22;
const HASH_OFFSET = 23;

/** SHA-256, cut to the length of the parameter set (SP 800-208, 4.2). */
export function shortHash(set: LmsParameterSet, bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer").subarray(0, set.hashBytes);
}

/** I, leaf or node, tag: what each hash begins with. */
export function hashInput(secret: LmsSecret, number: number, tag: number, ...parts: Uint8Array[]): Uint8Array {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.set(secret.identifier, 0);
  prefix.writeUInt32BE(number, 16);
  prefix.writeUInt16BE(tag, 20);
  return Buffer.concat([prefix, ...parts]);
}

/** Number of hash chains: p (RFC 8554, appendix B). */
export function chainsOf(set: LmsParameterSet): number {
  const digits = (set.hashBytes * 8) / set.width;
  const checksumBits = Math.floor(Math.log2((2 ** set.width - 1) * digits)) + 1;
  return digits + Math.ceil(checksumBits / set.width);
}

/**
 * Runs the chains of one leaf from their secret beginnings, x_q[i] = H(I || q || i || 0xff || SEED) (RFC 8554,
 * appendix A; SP 800-208, 6.1), each as many steps as `stepsOf` says.
 *
 * @returns the chains' values, one behind the other
 */
function runChains(secret: LmsSecret, leaf: number, stepsOf: (chain: number) => number): Uint8Array {
  const { set } = secret;
  const values = Buffer.alloc(chainsOf(set) * set.hashBytes);
  const input = Buffer.alloc(HASH_OFFSET + set.hashBytes);
  input.set(secret.identifier, 0);
  input.writeUInt32BE(leaf, 16);
  for (let chain = 0; chain < chainsOf(set); chain++) {
    input.writeUInt16BE(chain, 20);
    input[STEP_OFFSET] = 0xff;
    input.set(secret.seed, HASH_OFFSET);
    const steps = stepsOf(chain);
    input.set(shortHash(set, input), HASH_OFFSET);
    for (let step = 0; step < steps; step++) {
      input[STEP_OFFSET] = step;
      input.set(shortHash(set, input), HASH_OFFSET);
    }
    values.set(input.subarray(HASH_OFFSET), chain * set.hashBytes);
  }
  return values;
}

/** The one-time public key K of a leaf (RFC 8554, 4.3). */
export function oneTimePublicKey(secret: LmsSecret, leaf: number): Uint8Array {
  const last = 2 ** secret.set.width - 1;
  return shortHash(secret.set, hashInput(secret, leaf, 0x8080, runChains(secret, leaf, () => last)));
}

/** The digits of Q and its checksum (RFC 8554, 3.1.3 and 4.4), as the standard writes them. */
function digitsOf(set: LmsParameterSet, messageHash: Uint8Array): number[] {
  const { width } = set;
  const digitAt = (bytes: Uint8Array, index: number): number => {
    const byte = bytes[Math.floor((index * width) / 8)] ?? 0;
    return (byte >> (8 - (width * (index % (8 / width)) + width))) & (2 ** width - 1);
  };
  let checksum = 0;
  for (let i = 0; i < (set.hashBytes * 8) / width; i++) {
    checksum += 2 ** width - 1 - digitAt(messageHash, i);
  }
  const checksumDigits = chainsOf(set) - (set.hashBytes * 8) / width;
  const shifted = Buffer.alloc(2);
  shifted.writeUInt16BE(checksum << (16 - checksumDigits * width));
  const all = Buffer.concat([messageHash, shifted]);
  return Array.from({ length: chainsOf(set) }, (_, index) => digitAt(all, index));
}

/**
 * The one-time signature of a message (RFC 8554, 4.5): u32 type, randomizer C, chain values. A leaf that signs two
 * different messages gives both of them, and others, to everybody: see signer.ts for what prevents it.
 *
 * @param randomizer as long as a hash, from a random generator
 */
export function signOneTime(secret: LmsSecret, leaf: number, message: Uint8Array, randomizer: Uint8Array): Uint8Array {
  const messageHash = shortHash(secret.set, hashInput(secret, leaf, 0x8181, randomizer, message));
  const digits = digitsOf(secret.set, messageHash);
  const type = Buffer.alloc(4);
  type.writeUInt32BE(secret.set.oneTimeType);
  return Buffer.concat([type, randomizer, runChains(secret, leaf, (chain) => digits[chain] ?? 0)]);
}
