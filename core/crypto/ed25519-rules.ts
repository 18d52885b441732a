/**
 * What an Ed25519 signature and key must satisfy before any curve arithmetic (RFC 8032 5.1.3, 5.1.7; and no points of
 * small order, for which one signature could fit many messages). Encodings are compared as they stand.
 */

import { isFilled } from "../bytes";

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** The group order 2^252 + 27742317777372353535851937790883648493, little endian. */
const GROUP_ORDER: number[] = [
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/** The y-coordinates of the points whose order is 8; those of lower order are 0, 1 and p - 1. */
const ORDER_EIGHT: number[][] = [
  [
    0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
    0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
  ],
  [
    0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
    0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
  ],
];

/** Whether S, the second half of a signature, is below the group order. */
export function signatureScalarIsCanonical(signature: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    if (signature[32 + i] !== GROUP_ORDER[i]) {
      return signature[32 + i] < GROUP_ORDER[i];
    }
  }
  return false;
}

function isOrderEight(point: Uint8Array, y: number[]): boolean {
  for (let i = 0; i < 31; i++) {
    if (point[i] !== y[i]) {
      return false;
    }
  }
  return point[31] % 128 === y[31];
}

/**
 * Whether 32 bytes may stand for a key or for R: y below p = 2^255 - 19, and not of small order. Whether there is a
 * point with this y remains for the curve arithmetic to find out.
 */
export function pointEncodingIsAcceptable(point: Uint8Array): boolean {
  const top = point[31] % 128;
  if (top === 0 && point[0] < 2 && isFilled(point, 1, 30, 0)) {
    return false;
  }
  // From p - 1 = 0xec 0xff ... 0x7f upwards: the last point of small order and everything that is not reduced.
  if (top === 127 && point[0] >= 0xec && isFilled(point, 1, 30, 0xff)) {
    return false;
  }
  for (let i = 0; i < ORDER_EIGHT.length; i++) {
    if (isOrderEight(point, ORDER_EIGHT[i])) {
      return false;
    }
  }
  return true;
}

/** All checks together, with the lengths. */
export function signatureIsWellFormed(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return publicKey.length === PUBLIC_KEY_BYTES && signature.length === SIGNATURE_BYTES &&
    signatureScalarIsCanonical(signature) && pointEncodingIsAcceptable(publicKey) &&
    pointEncodingIsAcceptable(signature);
}
