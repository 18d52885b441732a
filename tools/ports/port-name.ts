/** The names of ports: what people write behind --port. */

import { shown } from "../arguments";
import { usageError } from "../errors";

/** UDP port of SMP, as every client has it. */
export const SMP_UDP_PORT = 1337;

export type PortName =
  | { readonly kind: "serial"; readonly path: string }
  | { readonly kind: "usb"; readonly vendorId: string; readonly productId: string | undefined }
  | { readonly kind: "tcp" | "udp"; readonly host: string; readonly port: number }
  | { readonly kind: "ble"; readonly device: string };

/** The forms, for help texts. */
export const PORT_FORMS = "a serial path, @VID[:PID], tcp:HOST:PORT, udp:HOST[:1337] or ble:NAME";

/**
 * Reads the name of a port.
 * Refuses (usage) empty names, addresses without a port, and USB ids that are not hexadecimal.
 */
export function parsePortName(text: string): PortName {
  if (text === "" || text.includes("\u0000")) {
    throw usageError("The name of the port is empty.", `Give ${PORT_FORMS}; trialboot ports lists what there is.`);
  }
  if (text.startsWith("@")) {
    return usbName(text);
  }
  const address = /^(tcp|udp):(.*)$/.exec(text);
  if (address !== null) {
    return networkName(address[1] === "udp" ? "udp" : "tcp", address[2] ?? "");
  }
  if (text.startsWith("ble:")) {
    const device = text.slice(4);
    if (device === "") {
      throw usageError("ble: needs the name or the address of the device.", "Write it as ble:NAME.");
    }
    return { kind: "ble", device };
  }
  return { kind: "serial", path: text };
}

function usbName(text: string): PortName {
  const parts = /^@([0-9a-f]{4})(?::([0-9a-f]{4}))?$/i.exec(text);
  if (parts === null) {
    throw usageError(
      `"${shown(text)}" names no USB device.`,
      "Write @ and four hexadecimal digits of the vendor, then if need be : and four of the product, as @1366:1051.",
    );
  }
  return { kind: "usb", vendorId: (parts[1] ?? "").toLowerCase(), productId: parts[2]?.toLowerCase() };
}

function networkName(kind: "tcp" | "udp", text: string): PortName {
  // An IPv6 address stands in brackets, because it has colons of its own.
  const parts = /^(?:\[([0-9a-f:.%\w]+)\]|([^:[\]/]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = parts?.[3] === undefined ? (kind === "udp" ? SMP_UDP_PORT : undefined) : Number(parts[3]);
  if (host === undefined || port === undefined || port < 1 || port > 65535) {
    const form = kind === "udp" ? "udp:HOST or udp:HOST:1337" : "tcp:HOST:PORT";
    throw usageError(`"${shown(`${kind}:${text}`)}" is not an address.`, `Write ${form}.`);
  }
  return { kind, host, port };
}

/** The name as it is written in the command line. */
export function addressText(kind: "tcp" | "udp", host: string, port: number): string {
  return `${kind}:${host.includes(":") ? `[${host}]` : host}:${port}`;
}
