/** The two listeners of a port, with what comes before anyone listens. */

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
