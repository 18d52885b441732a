/** SMP or a console over Bluetooth LE, by an optional package with noble's interface. */

import { shown } from "../arguments";
import { type BleService, createPieceSize, serviceOf } from "./ble-service";
import type { BytePort, PortOptions } from "./byte-port";
import { ConnectionEnded, linkError, portFailure } from "./link-error";
import { createPortListeners } from "./listeners";

interface Characteristic {
  readonly uuid: string;
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  subscribeAsync(): Promise<void>;
  writeAsync(bytes: Buffer, withoutResponse: boolean): Promise<void>;
}

interface Peripheral {
  readonly address: string;
  readonly mtu?: number | null;
  readonly advertisement: { readonly localName?: string };
  connectAsync(): Promise<void>;
  disconnectAsync(): Promise<void>;
  once(event: "disconnect", listener: () => void): unknown;
  discoverSomeServicesAndCharacteristicsAsync(
    services: string[],
    characteristics: string[],
  ): Promise<{ characteristics: Characteristic[] }>;
}

/** The part of noble that is used here. */
export interface NobleModule {
  readonly state?: string;
  on(event: "discover", listener: (peripheral: Peripheral) => void): unknown;
  on(event: "stateChange", listener: (state: string) => void): unknown;
  removeListener(event: "discover", listener: (peripheral: Peripheral) => void): unknown;
  removeListener(event: "stateChange", listener: (state: string) => void): unknown;
  startScanningAsync(services: string[], allowDuplicates: boolean): Promise<void>;
  stopScanningAsync(): Promise<void>;
}

/**
 * @param device the advertised name, or the address (AA:BB:CC:DD:EE:FF)
 * Refuses (link): the package or the radio is missing, no such device within the time-out, no such service there.
 */
export async function openBlePort(
  noble: NobleModule | undefined,
  device: string,
  why: string,
  options: PortOptions,
): Promise<BytePort> {
  const name = `ble:${device}`;
  if (noble === undefined) {
    throw linkError(
      "Bluetooth needs a package that is not installed.",
      "Install it beside trialboot with: npm install @stoprocent/noble (or @abandonware/noble).",
    );
  }
  const deadline = Date.now() + options.timeoutMs;
  const peripheral = await find(noble, device, options.timeoutMs);
  try {
    const connected = connect(peripheral, name, why, serviceOf(options.carries));
    return await within(connected, Math.max(1, deadline - Date.now()), name);
  } catch (error) {
    await peripheral.disconnectAsync().catch(() => undefined);
    throw error;
  }
}

/** Takes its listeners away again: a device that starts anew is looked for many times in one process. */
async function find(noble: NobleModule, device: string, timeoutMs: number): Promise<Peripheral> {
  const wanted = device.toLowerCase();
  const seen = new Set<string>();
  let finish: (found: Peripheral | Error) => void = () => undefined;
  const onDiscover = (peripheral: Peripheral): void => {
    const localName = peripheral.advertisement.localName ?? "";
    seen.add(localName === "" ? peripheral.address : localName);
    if (localName.toLowerCase() === wanted || peripheral.address.toLowerCase() === wanted) {
      finish(peripheral);
    }
  };
  const scan = (): void => {
    // Devices may leave the service out of what they advertise, so every device is looked at.
    noble.startScanningAsync([], false).catch((error: unknown) => {
      finish(portFailure("Cannot scan for", device, error));
    });
  };
  const onState = (state: string): void => {
    if (state === "poweredOn") {
      scan();
    }
  };
  const timer = setTimeout(() => finish(notFound(noble, device, seen)), timeoutMs);
  const found = await new Promise<Peripheral | Error>((resolve) => {
    finish = resolve;
    noble.on("discover", onDiscover);
    noble.on("stateChange", onState);
    onState(noble.state ?? "");
  });
  clearTimeout(timer);
  noble.removeListener("discover", onDiscover);
  noble.removeListener("stateChange", onState);
  await noble.stopScanningAsync().catch(() => undefined);
  if (found instanceof Error) {
    throw found;
  }
  return found;
}

function notFound(noble: NobleModule, device: string, seen: ReadonlySet<string>): Error {
  if (noble.state !== "poweredOn") {
    return linkError("The Bluetooth radio of this machine is off or missing.", "Switch it on, then try again.");
  }
  const names = [...seen].slice(0, 12).map((name) => shown(name)).join(", ");
  return linkError(
    `No Bluetooth device called ${shown(device)} was found.`,
    names === "" ? "No device was found at all. Go nearer, and switch the board on." : `Seen were: ${names}.`,
  );
}

async function within<Value>(work: Promise<Value>, timeoutMs: number, name: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const error = linkError(`${shown(name)} does not connect.`, "Go nearer, then try again.");
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function connect(peripheral: Peripheral, name: string, why: string, service: BleService): Promise<BytePort> {
  const listeners = createPortListeners();
  const pieceSize = createPieceSize(service);
  peripheral.once("disconnect", () => listeners.ended());
  const { receiver, sender } = await findCharacteristics(peripheral, name, service);
  sender.on("data", (bytes) => {
    pieceSize.received(bytes.length);
    listeners.data(bytes);
  });
  return {
    kind: "ble",
    name,
    why,
    frameBytesMax: undefined,
    write: async (bytes) => {
      // Asked for each time: the two sides may agree on a larger one after the first exchange.
      const stepBytes = pieceSize.bytes(peripheral.mtu);
      for (let offset = 0; offset < bytes.length; offset += stepBytes) {
        if (listeners.isClosed) {
          throw new ConnectionEnded(name);
        }
        const part = Buffer.from(bytes.subarray(offset, offset + stepBytes));
        await receiver.writeAsync(part, true).catch(() => Promise.reject(new ConnectionEnded(name)));
      }
    },
    onData: (listener) => listeners.onData(listener),
    onClose: (listener) => listeners.onClose(listener),
    close: async () => {
      listeners.closed();
      await peripheral.disconnectAsync().catch(() => undefined);
    },
  };
}

/** Where the host writes, and where the device sends; of SMP both are the same one. */
async function findCharacteristics(
  peripheral: Peripheral, name: string, service: BleService,
): Promise<{ receiver: Characteristic; sender: Characteristic }> {
  const { uuid, receiver: receiverId, sender: senderId } = service;
  try {
    await peripheral.connectAsync();
    const ids = [...new Set([receiverId, senderId])];
    const { characteristics } = await peripheral.discoverSomeServicesAndCharacteristicsAsync([uuid], ids);
    const receiver = characteristics.find((found) => found.uuid === receiverId);
    const sender = characteristics.find((found) => found.uuid === senderId);
    if (receiver !== undefined && sender !== undefined) {
      await sender.subscribeAsync();
      return { receiver, sender };
    }
  } catch (error) {
    throw portFailure("Cannot connect to", name, error);
  }
  throw linkError(`${shown(name)} does not offer ${service.what} over Bluetooth.`, service.next);
}
