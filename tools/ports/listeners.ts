/** The two listeners of a port, with what comes before anyone listens. */

import { ConnectionEnded } from "./link-error";

/** Bytes that are kept for a listener who comes late; a device has no reason to talk first. */
const EARLY_BYTES_MAX = 65_536;

export interface PortListeners {
  readonly isClosed: boolean;
  data(bytes: Uint8Array): void;
  /** The connection ended by itself. */
  ended(): void;
  /** The connection is closed by us: nobody is told. */
  closed(): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  onClose(listener: () => void): void;
}

/**
 * Waits until `send` has taken the bytes.
 *
 * @param send gives its callback an error if it could not
 * @throws ConnectionEnded with `name`, then, and where the port is closed already
 */
export function sendThrough(
  listeners: PortListeners, name: string, send: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (listeners.isClosed) {
      reject(new ConnectionEnded(name));
      return;
    }
    send((error) => {
      if (error instanceof Error) {
        reject(new ConnectionEnded(name));
      } else {
        resolve();
      }
    });
  });
}

export function createPortListeners(): PortListeners {
  const early: Uint8Array[] = [];
  let earlyBytes = 0;
  let dataListener: ((bytes: Uint8Array) => void) | undefined;
  let closeListener: (() => void) | undefined;
  let state: "open" | "ended" | "closed" = "open";
  return {
    get isClosed() {
      return state !== "open";
    },
    data(bytes) {
      if (state !== "open") {
        return;
      }
      if (dataListener !== undefined) {
        dataListener(bytes);
      } else if (earlyBytes + bytes.length <= EARLY_BYTES_MAX) {
        early.push(bytes);
        earlyBytes += bytes.length;
      }
    },
    ended() {
      if (state === "open") {
        state = "ended";
        closeListener?.();
      }
    },
    closed() {
      state = "closed";
    },
    onData(listener) {
      dataListener = listener;
      for (const bytes of early.splice(0)) {
        listener(bytes);
      }
    },
    onClose(listener) {
      closeListener = listener;
      if (state === "ended") {
        listener();
      }
    },
  };
}
