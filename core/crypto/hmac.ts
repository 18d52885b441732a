/** HMAC (RFC 2104) with SHA-256. */

import type { HashPort } from "../ports";
import { u32Xor } from "../u32";
import { SHA256_BLOCK_BYTES, SHA256_BYTES } from "./sha256";

function keyedHash(hash: HashPort, key: Uint8Array, pad: number, message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SHA256_BLOCK_BYTES + message.length);
  bytes.fill(pad, 0, SHA256_BLOCK_BYTES);
  for (let i = 0; i < key.length; i++) {
    bytes[i] = u32Xor(key[i], pad);
  }
  bytes.set(message, SHA256_BLOCK_BYTES);
  return hash.sha256(bytes);
}

/**
 * @param key any length; keys longer than 64 bytes count by their hash
 * @param message short, in RAM
 * @returns 32 bytes
 */
export function hmacSha256(hash: HashPort, key: Uint8Array, message: Uint8Array): Uint8Array {
  const shortKey = key.length > SHA256_BLOCK_BYTES ? hash.sha256(key) : key;
  const inner = keyedHash(hash, shortKey, 0x36, message);
  return keyedHash(hash, shortKey, 0x5c, inner.subarray(0, SHA256_BYTES));
}
