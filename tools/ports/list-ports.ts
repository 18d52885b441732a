/** The serial ports of this machine. */

import { portFailure } from "./link-error";
import type { SerialModule, SerialPortInfo } from "./serial-port";
import { boardByUsbId } from "./usb-boards";

export interface ListedPort {
  readonly path: string;
  /** USB ids, four hexadecimal digits in lower case; `undefined` for ports that are not USB. */
  readonly vendorId: string | undefined;
  readonly productId: string | undefined;
  readonly serialNumber: string | undefined;
  readonly manufacturer: string | undefined;
  /** What the ids say the board is. */
  readonly board: string | undefined;
}

/** The ports that a board could be at, sorted by path. Refuses (link) if the system does not tell. */
export async function listPorts(module: SerialModule): Promise<ListedPort[]> {
  let found: readonly SerialPortInfo[];
  try {
    found = await module.SerialPort.list();
  } catch (error) {
    throw portFailure("Cannot list", "the serial ports", error);
  }
  return found
    .filter((port) => isReal(port.path, port.vendorId, port.pnpId))
    .map((port) => ({
      path: port.path,
      vendorId: port.vendorId?.toLowerCase(),
      productId: port.productId?.toLowerCase(),
      serialNumber: port.serialNumber,
      manufacturer: port.manufacturer,
      board: boardByUsbId(port.vendorId, port.productId),
    }))
    .sort((a, b) => a.path.localeCompare(b.path, "en"));
}

/** Linux lists 32 ports of the mainboard whether they exist or not, macOS those of Bluetooth headsets. */
function isReal(path: string, vendorId: string | undefined, pnpId: string | undefined): boolean {
  const isPlaceholder = /^\/dev\/(ttyS\d+|tty\.Bluetooth.*|cu\.Bluetooth.*)$/.test(path);
  return !isPlaceholder || vendorId !== undefined || (pnpId ?? "") !== "";
}
