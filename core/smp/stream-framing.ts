/**
 * SMP frames without framing of their own, in pieces: fragments of Bluetooth LE, or a raw UART (docs/spec-smp.md). The
 * header tells the length; nothing tells where a frame starts, so whoever owns the wire calls `reset` at a disconnect
 * or after a pause.
 */

import { viewBytes } from "../bytes";
import { frameLengthBytes, SMP_HEADER_BYTES } from "./frame";

export interface StreamReceiver {
  /** Takes bytes as they arrive, in pieces of any size. */
  receive(bytes: Uint8Array): void;
  /** Forgets a frame that has only begun. */
  reset(): void;
}

/**
 * @param frameBytesMax larger frames are skipped as far as their header says: the `buf_size` that clients are told
 * @param onFrame gets a view that holds until it returns
 */
export function createStreamReceiver(frameBytesMax: number, onFrame: (frame: Uint8Array) => void): StreamReceiver {
  const buffer = new Uint8Array(frameBytesMax);
  /** Bytes that came of the frame, those that were skipped included. */
  let count = 0;
  /** Of the whole frame; just the header as long as that is not complete. */
  let frameBytes = SMP_HEADER_BYTES;

  return {
    receive(bytes: Uint8Array): void {
      let at = 0;
      while (at < bytes.length) {
        const taken = Math.min(frameBytes - count, bytes.length - at);
        if (frameBytes <= frameBytesMax) {
          buffer.set(viewBytes(bytes, at, taken), count);
        }
        at += taken;
        count += taken;
        if (count === SMP_HEADER_BYTES) {
          frameBytes = frameLengthBytes(buffer);
        }
        if (count === frameBytes) {
          const whole = frameBytes;
          count = 0;
          frameBytes = SMP_HEADER_BYTES;
          if (whole <= frameBytesMax) {
            onFrame(viewBytes(buffer, 0, whole));
          }
        }
      }
    },
    reset(): void {
      count = 0;
      frameBytes = SMP_HEADER_BYTES;
    },
  };
}
