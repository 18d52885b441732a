/** A UART of Espruino as a wire: "Serial1" and so on. It must not carry the console at the same time. */

import type { Link } from "../../link";
import { textToBytes } from "../interpreter";

/** Espruino's class Serial, as far as it is used here. */
export interface SerialDevice {
  setup(baud: number, options: object): void;
  unsetup(): void;
  write(bytes: Uint8Array): void;
  on(event: "data", listener: (text: string) => void): void;
  removeAllListeners(event: "data"): void;
}

export interface SerialLink extends Link {
  /** Leaves the device as it was at the start. */
  close(): void;
}

/**
 * Opens the device.
 *
 * @param options Espruino's: `tx`, `rx`, on Linux `path`; empty: the device's own pins
 */
export function openSerialLink(device: SerialDevice, baud: number, options: object): SerialLink {
  let receiver: ((bytes: Uint8Array) => void) | undefined;
  device.setup(baud, options);
  device.on("data", function (text: string): void {
    if (receiver !== undefined) {
      receiver(textToBytes(text));
    }
  });
  return {
    send(bytes: Uint8Array): void {
      device.write(bytes);
    },
    onReceive(newReceiver: (bytes: Uint8Array) => void): void {
      receiver = newReceiver;
    },
    close(): void {
      receiver = undefined;
      device.removeAllListeners("data");
      device.unsetup();
    },
  };
}
