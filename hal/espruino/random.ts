/** Random bytes from the interpreter's generator: true ones on an nRF52, a fixed sequence on an ESP32. */

import type { Random } from "../random";

declare const E: { hwRand(): number };

export function createRandom(trusted: boolean): Random {
  return {
    trusted,
    bytes(lengthBytes: number): Uint8Array {
      const bytes = new Uint8Array(lengthBytes);
      for (let i = 0; i < lengthBytes; i++) {
        // An element keeps the low byte of the number.
        bytes[i] = E.hwRand();
      }
      return bytes;
    },
  };
}
