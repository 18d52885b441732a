/** A wire whose other end is the test. */

import { copyBytes } from "../../core/bytes";
import type { Link } from "../link";

export interface MemoryLink extends Link {
  /** Copies of what was sent, one element per call of `send`. */
  readonly sent: Uint8Array[];
  /** Hands bytes to the receiver. Bytes that arrive before there is one are lost, as on a wire. */
  deliver(bytes: Uint8Array): void;
}

export function createMemoryLink(): MemoryLink {
  const sent: Uint8Array[] = [];
  let receive: ((bytes: Uint8Array) => void) | undefined = undefined;
  return {
    sent,
    send(bytes: Uint8Array): void {
      sent.push(copyBytes(bytes, 0, bytes.length));
    },
    onReceive(receiver: (bytes: Uint8Array) => void): void {
      receive = receiver;
    },
    deliver(bytes: Uint8Array): void {
      if (receive !== undefined) {
        receive(bytes);
      }
    },
  };
}
