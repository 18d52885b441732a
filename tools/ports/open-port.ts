/** From the name of a port to an open one. */

import { shown } from "../arguments";
import { usageError } from "../errors";
import type { BytePort, PortOptions } from "./byte-port";
import { type NobleModule, openBlePort } from "./ble-port";
import { linkError } from "./link-error";
import { type ListedPort, listPorts } from "./list-ports";
import { parsePortName, type PortName } from "./port-name";
import { openSerialPort, type SerialModule } from "./serial-port";
import { openTcpPort } from "./tcp-port";
import { openUdpPort } from "./udp-port";

/** Packages with native parts: loaded when a port needs them, so that everything else works without. */
export interface PortDrivers {
  /** Refuses (link) if the package does not load on this machine. */
  serial(): Promise<SerialModule>;
  noble(): Promise<NobleModule | undefined>;
}

export const PORT_DRIVERS: PortDrivers = {
  serial: async () => {
    try {
      return await import("serialport");
    } catch {
      throw linkError(
        "Serial ports do not work here: the package serialport does not load on this machine.",
        "Run npm rebuild @serialport/bindings-cpp, or use tcp: or udp:.",
      );
    }
  },
  noble: async () => {
    for (const name of ["@stoprocent/noble", "@abandonware/noble"]) {
      try {
        const module = (await import(name)) as { default?: NobleModule } & NobleModule;
        return module.default ?? module;
      } catch {
        // Not installed, or without its native part: the next one, or the refusal that names both.
      }
    }
    return undefined;
  },
};

/**
 * Opens a port.
 *
 * @param name as people write it (see port-name.ts); `undefined`: the only serial port there is
 * Refuses (usage): names of no known form, a choice between several ports. Refuses (link): what cannot be opened.
 */
export async function openPort(
  name: string | undefined,
  options: PortOptions,
  drivers: PortDrivers = PORT_DRIVERS,
): Promise<BytePort> {
  if (name === undefined) {
    const module = await drivers.serial();
    const { path } = onlyOne(await listPorts(module), "serial port");
    return await openSerialPort(module, path, "the only serial port there is", options);
  }
  return await openNamed(parsePortName(name), options, drivers);
}

async function openNamed(name: PortName, options: PortOptions, drivers: PortDrivers): Promise<BytePort> {
  const why = options.chosenBy ?? "named by --port";
  switch (name.kind) {
    case "serial":
      return await openSerialPort(await drivers.serial(), name.path, why, options);
    case "usb": {
      const ids = name.productId === undefined ? name.vendorId : `${name.vendorId}:${name.productId}`;
      const module = await drivers.serial();
      const ports = (await listPorts(module)).filter((port) => {
        return port.vendorId === name.vendorId && (name.productId === undefined || port.productId === name.productId);
      });
      const { path } = onlyOne(ports, `serial port with the USB id ${ids}`);
      return await openSerialPort(module, path, `the only one with the USB id ${ids}`, options);
    }
    case "tcp":
      return await openTcpPort(name.host, name.port, why, options);
    case "udp":
      return await openUdpPort(name.host, name.port, why, options);
    case "ble":
      return await openBlePort(await drivers.noble(), name.device, why, options);
  }
}

function onlyOne(ports: readonly ListedPort[], what: string): ListedPort {
  const [first] = ports;
  if (first === undefined) {
    throw linkError(
      `There is no ${what}.`,
      "Plug the board in with a cable that carries data, or name a port with --port (tcp:, udp:, ble:).",
    );
  }
  if (ports.length > 1) {
    const list = ports.map(({ path, board }) => `  ${shown(path)}${board === undefined ? "" : ` (${board})`}`);
    throw usageError(`There is more than one ${what}:\n${list.join("\n")}`, "Choose one with --port.");
  }
  return first;
}
