/** A port as slow as a serial line: bytes leave, and arrive, no sooner than a line of that speed would let them. */

import type { BytePort } from "../../tools/ports/byte-port";

/** Bytes are handed on in pieces of this time, as a receiver's buffer would. */
const PIECE_MS = 5;

function delay(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** @param bytesPerSecond in each direction */
export function pacedPort(port: BytePort, bytesPerSecond: number): BytePort {
  const pieceBytes = Math.max(1, Math.floor((bytesPerSecond * PIECE_MS) / 1000));
  const lineMs = (bytes: number): number => (bytes * 1000) / bytesPerSecond;
  let outFreeMs = 0;
  let inFreeMs = 0;
  let before: Promise<void> = Promise.resolve();

  async function send(bytes: Uint8Array): Promise<void> {
    outFreeMs = Math.max(outFreeMs, performance.now());
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      outFreeMs += lineMs(piece.length);
      const waitMs = outFreeMs - performance.now();
      if (waitMs > 0) {
        await delay(waitMs);
      }
      await port.write(piece);
    }
  }

  return {
    ...port,
    write(bytes) {
      before = before.then(() => send(bytes));
      return before;
    },
    onData(listener) {
      port.onData((bytes) => {
        inFreeMs = Math.max(inFreeMs, performance.now()) + lineMs(bytes.length);
        const copy = bytes.slice();
        setTimeout(() => listener(copy), inFreeMs - performance.now());
      });
    },
  };
}
