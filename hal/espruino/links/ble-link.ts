/**
 * Bluetooth LE as a wire: the SMP service with its one characteristic. Espruino takes services only while nobody is
 * connected, and phones remember the list: open it at the start, once.
 */

import { copyBytes } from "../../../core/bytes";
import type { Link } from "../../link";
import { after } from "../timers";

/** docs/spec-smp.md, "Bluetooth LE". */
export const SMP_SERVICE = "8d53dc1d-1db7-4cd3-868b-8a527460aa84";
export const SMP_CHARACTERISTIC = "da2e7828-fbce-4e01-ae9e-261174997c48";

/** Opcode and handle of a notification. */
const ATT_BYTES = 3;
/**
 * Between two notifications: longer than a connection interval. Espruino drops one without a word while another waits
 * to be sent (jswrap_bluetooth.c, NRF_ERROR_RESOURCES), and does not tell when it has left. Nobody has tried on a board
 * whether it is long enough.
 */
const NOTIFY_MS = 50;
/** What is kept of answers that nobody takes: the longest answer and a few short ones. */
const PARTS_MAX = 64;
/** Flags and lengths leave this much of an advertising packet of 31 bytes for a name. */
const NAME_BYTES_MAX = 26;

/** Espruino's NRF, as far as it is used here; the ESP32 has it too. */
export interface BluetoothDevice {
  setServices(services: object, options: object): void;
  updateServices(services: object): void;
  setAdvertising(data: object, options: object): void;
  on(event: "disconnect", listener: () => void): void;
}

export interface BleLink extends Link {
  onDisconnect(listener: () => void): void;
}

/** `value` by the names of service and characteristic: Espruino knows no computed keys. */
function inService(value: object): object {
  const characteristics: Record<string, object> = {};
  const services: Record<string, object> = {};
  characteristics[SMP_CHARACTERISTIC] = value;
  services[SMP_SERVICE] = characteristics;
  return services;
}

/**
 * @param mtuBytes the largest that the interpreter is built for; a notification carries 3 bytes less
 * @param name what the board is called while this is open; cut to what a packet holds
 */
export function openBleLink(device: BluetoothDevice, mtuBytes: number, name: string): BleLink {
  const partBytes = mtuBytes - ATT_BYTES;
  let receiver: ((bytes: Uint8Array) => void) | undefined;
  let disconnected: (() => void) | undefined;
  /** What is still to be sent. */
  const parts: Uint8Array[] = [];
  let isPaused = false;
  device.setServices(inService({
    maxLen: partBytes,
    writable: true,
    notify: true,
    onWrite(event: { readonly data: ArrayBuffer }): void {
      if (receiver !== undefined) {
        receiver(new Uint8Array(event.data));
      }
    },
  }), { advertise: [SMP_SERVICE], uart: false });
  device.setAdvertising({}, { name: name.substring(0, NAME_BYTES_MAX) });
  device.on("disconnect", function (): void {
    parts.splice(0, parts.length);
    if (disconnected !== undefined) {
      disconnected();
    }
  });

  function sendNext(): void {
    isPaused = parts.length > 0;
    if (isPaused) {
      device.updateServices(inService({ value: parts.splice(0, 1)[0], notify: true }));
      after(NOTIFY_MS, sendNext);
    }
  }

  return {
    send(bytes: Uint8Array): void {
      for (let at = 0; at < bytes.length && parts.length < PARTS_MAX; at += partBytes) {
        parts.push(copyBytes(bytes, at, Math.min(partBytes, bytes.length - at)));
      }
      if (!isPaused) {
        sendNext();
      }
    },
    onReceive(newReceiver: (bytes: Uint8Array) => void): void {
      receiver = newReceiver;
    },
    onDisconnect(listener: () => void): void {
      disconnected = listener;
    },
  };
}
