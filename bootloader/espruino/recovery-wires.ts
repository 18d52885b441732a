/**
 * Recovery over the wires of a board: the file `tb.recovery`, made by the host with what the board file says of them.
 */

import type { RecoveryDoor } from "../../core/boot/handover";
import type { Board } from "../../hal/board";
import { closeConsole } from "../../hal/espruino/console";
import type { BluetoothDevice } from "../../hal/espruino/links/ble-link";
import { openBleLink } from "../../hal/espruino/links/ble-link";
import type { SerialDevice } from "../../hal/espruino/links/serial-link";
import { openSerialLink } from "../../hal/espruino/links/serial-link";
import type { Link } from "../../hal/link";
import type { Wire } from "./serial-window";

/** What the host makes of the board file. */
export interface RecoveryWires {
  readonly serial: {
    readonly device: SerialDevice;
    readonly baud: number;
    /** See openSerialLink. */
    readonly options: object;
    /** Whether the console is on that device: then it has to go, also in a development build. */
    readonly hasConsole: boolean;
  } | undefined;
  readonly ble: { readonly device: BluetoothDevice; readonly mtuBytes: number; readonly name: string } | undefined;
}

/** The link with what was heard before somebody served it. */
function withHeard(wire: Wire): Link {
  const link = wire.link;
  return {
    send(bytes: Uint8Array): void {
      link.send(bytes);
    },
    onReceive(receiver: (bytes: Uint8Array) => void): void {
      link.onReceive(receiver);
      const heard = wire.heard.splice(0, wire.heard.length);
      for (let i = 0; i < heard.length; i++) {
        receiver(heard[i]);
      }
    },
  };
}

/** @param wire the serial one, if it is open already */
export function serveRecovery(door: RecoveryDoor, _board: Board, wire: Wire | undefined, wires: RecoveryWires): void {
  const management = door.management;
  const serial = wires.serial;
  const ble = wires.ble;
  if (management === undefined) {
    return;
  }
  if (ble !== undefined) {
    const link = openBleLink(ble.device, ble.mtuBytes, ble.name);
    const server = management.serve(link, "ble");
    link.onDisconnect(function (): void {
      server.disconnect();
    });
  }
  if (serial !== undefined) {
    if (serial.hasConsole) {
      closeConsole();
    }
    management.serve(
      wire === undefined ? openSerialLink(serial.device, serial.baud, serial.options) : withHeard(wire), "console",
    );
  }
}
