/** HKDF (RFC 5869) with SHA-256. */

import { assert } from "../assert";
import type { HashPort } from "../ports";
import { hmacSha256 } from "./hmac";
import { SHA256_BYTES } from "./sha256";

/** The most that one call may derive (RFC 5869 section 2.3). */
export const HKDF_OUTPUT_BYTES_MAX = 255 * SHA256_BYTES;

/**
 * Derives a key.
 *
 * @param salt any length; an empty one counts as 32 zero bytes, as HMAC pads it
 * @param secret what the key is derived from: input keying material
 * @param info binds the key to its use; may be empty
 * @param lengthBytes how much to derive, 0 to `HKDF_OUTPUT_BYTES_MAX`; anything else asserts
 */
export function hkdfSha256(
  hash: HashPort, salt: Uint8Array, secret: Uint8Array, info: Uint8Array, lengthBytes: number,
): Uint8Array {
  assert(lengthBytes >= 0 && lengthBytes <= HKDF_OUTPUT_BYTES_MAX, 5);
  const key = hmacSha256(hash, salt, secret);
  const output = new Uint8Array(lengthBytes);
  /** Room for T(i - 1) | info | i. */
  const message = new Uint8Array(SHA256_BYTES + info.length + 1);
  message.set(info, SHA256_BYTES);
  let counter = 1;
  for (let at = 0; at < lengthBytes; at += SHA256_BYTES) {
    message[message.length - 1] = counter;
    // T(0) is empty.
    const block = hmacSha256(hash, key, message.subarray(counter === 1 ? SHA256_BYTES : 0, message.length));
    output.set(block.subarray(0, Math.min(SHA256_BYTES, lengthBytes - at)), at);
    message.set(block, 0);
    counter++;
  }
  return output;
}
