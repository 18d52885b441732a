/** Serial ports by the package serialport, opened so that the board goes on with what it does. */

import type { BytePort, PortOptions } from "./byte-port";
import { linkError, portFailure } from "./link-error";
import { createPortListeners, sendThrough } from "./listeners";

/** What the package tells of a port. */
export interface SerialPortInfo {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly pnpId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

type Done = (error?: Error | null) => void;

interface OpenableSerialPort {
  readonly isOpen: boolean;
  open(done: Done): void;
  close(done: Done): void;
  write(bytes: Buffer, encoding: undefined, done: Done): unknown;
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  on(event: "error" | "close", listener: () => void): unknown;
}

/** The part of the package that is used here, so that its mock fits too. */
export interface SerialModule {
  readonly SerialPort: {
    new (options: SerialOpenOptions): OpenableSerialPort;
    list(): Promise<readonly SerialPortInfo[]>;
  };
}

interface SerialOpenOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly autoOpen: false;
  readonly lock: true;
  readonly hupcl: false;
  readonly rtscts: false;
}

/**
 * Opens a serial port.
 *
 * `hupcl: false` leaves DTR and RTS as they are when the port is closed, and nothing here sets them: on many boards a
 * change of these lines is a reset. (Linux itself raises both when a port is opened for the first time; the circuit of
 * the ESP32 boards takes both together for no change.)
 *
 * Refuses (link) ports that are missing, locked by another program or not this user's.
 */
export async function openSerialPort(
  module: SerialModule,
  path: string,
  why: string,
  options: PortOptions,
): Promise<BytePort> {
  const port = new module.SerialPort({
    path,
    baudRate: options.baudRate,
    autoOpen: false,
    lock: true,
    hupcl: false,
    rtscts: false,
  });
  const listeners = createPortListeners();
  // Without a listener an error would end the process; "close" follows those that matter.
  port.on("error", () => undefined);
  port.on("data", (bytes: Uint8Array) => listeners.data(bytes));
  port.on("close", () => listeners.ended());
  await open(port, path, options.timeoutMs);
  return {
    kind: "serial",
    name: path,
    why,
    frameBytesMax: undefined,
    write: (bytes) => sendThrough(listeners, path, (done) => { port.write(Buffer.from(bytes), undefined, done); }),
    onData: (listener) => listeners.onData(listener),
    onClose: (listener) => listeners.onClose(listener),
    close: () => {
      listeners.closed();
      return new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
    },
  };
}

function open(port: OpenableSerialPort, path: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(linkError(`${path} does not open.`, "Unplug the board, plug it in again, and see trialboot ports."));
    }, timeoutMs);
    port.open((error) => {
      clearTimeout(timer);
      if (error instanceof Error) {
        reject(portFailure("Cannot open", path, error));
      } else {
        resolve();
      }
    });
  });
}
