/** A radio with noble's interface, and one device in reach. */

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { NobleModule } from "../../../tools/ports/ble-port";

const MANAGEMENT_ID = "da2e7828fbce4e01ae9e261174997c48";
const UART_IDS = ["6e400002b5a3f393e0a9e50e24dcca9e", "6e400003b5a3f393e0a9e50e24dcca9e"] as const;

export type FakeService = "management" | "console" | "none";

export class FakeNoble extends EventEmitter implements NobleModule {
  state = "poweredOn";
  /** What the host wrote, piece by piece. */
  readonly written: Buffer[] = [];
  isConnected = false;
  /** Called with each piece. */
  onWrite: (bytes: Buffer) => void = () => undefined;
  private readonly sender: EventEmitter;
  private readonly peripheral: EventEmitter;

  constructor(service: FakeService, mtu: number | null = 53) {
    super();
    const made = service === "none" ? [] : service === "console" ? UART_IDS : [MANAGEMENT_ID];
    const characteristics = made.map((uuid) => this.makeCharacteristic(uuid));
    this.sender = characteristics.at(-1) ?? new EventEmitter();
    this.peripheral = Object.assign(new EventEmitter(), {
      address: "aa:bb:cc:dd:ee:ff",
      mtu,
      advertisement: { localName: "Puck.js 1234" },
      connectAsync: () => {
        this.isConnected = true;
        return Promise.resolve();
      },
      disconnectAsync: () => {
        this.isConnected = false;
        return Promise.resolve();
      },
      discoverSomeServicesAndCharacteristicsAsync: (_services: string[], ids: string[]) =>
        Promise.resolve({ characteristics: characteristics.filter(({ uuid }) => ids.includes(uuid)) }),
    });
  }

  /** The device sends this. */
  notify(bytes: Uint8Array): void {
    this.sender.emit("data", Buffer.from(bytes));
  }

  /** The device goes out of reach. */
  lose(): void {
    this.peripheral.emit("disconnect");
  }

  startScanningAsync(): Promise<void> {
    queueMicrotask(() => this.emit("discover", this.peripheral));
    return Promise.resolve();
  }

  stopScanningAsync(): Promise<void> {
    return Promise.resolve();
  }

  private makeCharacteristic(uuid: string) {
    let isSubscribed = false;
    return Object.assign(new EventEmitter(), {
      uuid,
      subscribeAsync: () => {
        isSubscribed = true;
        return Promise.resolve();
      },
      writeAsync: (bytes: Buffer, withoutResponse: boolean) => {
        assert.ok(withoutResponse);
        assert.equal(isSubscribed, uuid === MANAGEMENT_ID, "the host writes to the one that sends");
        this.written.push(bytes);
        this.onWrite(bytes);
        return Promise.resolve();
      },
    });
  }
}
