/** The wires of Espruino on stand-ins for its classes, whose behaviour is that of its sources. */

import assert from "node:assert/strict";
import type { SinonFakeTimers } from "sinon";
import { useFakeTimers } from "sinon";
import type { BluetoothDevice } from "../../../hal/espruino/links/ble-link";
import { openBleLink, SMP_CHARACTERISTIC, SMP_SERVICE } from "../../../hal/espruino/links/ble-link";
import type { SerialDevice } from "../../../hal/espruino/links/serial-link";
import { openSerialLink } from "../../../hal/espruino/links/serial-link";
import type { DatagramModule } from "../../../hal/espruino/links/udp-link";
import { openUdpLink } from "../../../hal/espruino/links/udp-link";
import { withEspruinoGlobals } from "./globals";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

class FakeSerial implements SerialDevice {
  readonly calls: unknown[] = [];
  readonly sent: Uint8Array[] = [];
  listener: ((text: string) => void) | undefined;
  setup(baud: number, options: object): void {
    this.calls.push(["setup", baud, options]);
  }
  unsetup(): void {
    this.calls.push(["unsetup"]);
  }
  write(piece: Uint8Array): void {
    this.sent.push(piece);
  }
  on(_event: "data", listener: (text: string) => void): void {
    this.listener = listener;
  }
  removeAllListeners(): void {
    this.listener = undefined;
  }
}

/** Sends one notification in each connection interval, and drops what comes while one waits, as Espruino does. */
class FakeBluetooth implements BluetoothDevice {
  readonly received: number[] = [];
  dropped = 0;
  services: unknown;
  options: unknown;
  advertising: unknown[] = [];
  disconnect: (() => void) | undefined;
  private isWaiting = false;
  private readonly intervalMs: number;
  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }
  setServices(services: object, options: object): void {
    this.services = services;
    this.options = options;
  }
  updateServices(services: object): void {
    const value = this.characteristic(services) as { value: Uint8Array; notify: boolean };
    assert.ok(value.notify);
    if (this.isWaiting) {
      this.dropped++;
      return;
    }
    this.isWaiting = true;
    setTimeout(() => {
      this.isWaiting = false;
      this.received.push(...value.value);
    }, this.intervalMs);
  }
  setAdvertising(data: object, options: object): void {
    this.advertising = [data, options];
  }
  on(_event: "disconnect", listener: () => void): void {
    this.disconnect = listener;
  }
  characteristic(services: unknown): unknown {
    return (services as Record<string, Record<string, unknown>>)[SMP_SERVICE]?.[SMP_CHARACTERISTIC];
  }
  write(piece: Uint8Array): void {
    const { onWrite } = this.characteristic(this.services) as { onWrite(event: { data: ArrayBuffer }): void };
    onWrite({ data: Uint8Array.from(piece).buffer });
  }
}

describe("wires of Espruino", () => {
  withEspruinoGlobals();
  let clock: SinonFakeTimers;

  beforeEach(() => {
    clock = useFakeTimers();
  });

  afterEach(() => {
    clock.restore();
  });

  it("a serial device carries all bytes both ways, and is as before when it is closed", () => {
    const device = new FakeSerial();
    const link = openSerialLink(device, 115_200, { path: "tty" });
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const got: Uint8Array[] = [];
    device.listener?.("lost");
    link.onReceive((piece) => got.push(piece));
    device.listener?.(Buffer.from(all).toString("latin1"));
    link.send(bytes(6, 9));
    assert.deepEqual([got, device.sent], [[all], [bytes(6, 9)]]);
    link.close();
    assert.deepEqual(device.calls, [["setup", 115_200, { path: "tty" }], ["unsetup"]]);
    assert.equal(device.listener, undefined);
  });

  it("Bluetooth offers the SMP service under a name, without a console beside it", () => {
    const device = new FakeBluetooth(20);
    openBleLink(device, 131, "a board with a very long name recovery");
    const { maxLen, writable, notify } = device.characteristic(device.services) as Record<string, unknown>;
    assert.deepEqual([maxLen, writable, notify], [128, true, true]);
    assert.deepEqual(device.options, { advertise: [SMP_SERVICE], uart: false });
    assert.deepEqual(device.advertising, [{}, { name: "a board with a very long n" }]);
  });

  for (const mtuBytes of [53, 131, 500]) {
    it(`Bluetooth with an MTU of ${mtuBytes} loses no piece of long answers in a row, and keeps their order`, () => {
      const device = new FakeBluetooth(45);
      const link = openBleLink(device, mtuBytes, "x");
      const first = Uint8Array.from({ length: 700 }, (_, i) => i % 251);
      const second = Uint8Array.from({ length: 90 }, (_, i) => i % 7);
      link.send(first);
      link.send(second);
      clock.tick(2000);
      link.send(bytes(1));
      clock.tick(100);
      assert.deepEqual([device.dropped, device.received], [0, [...first, ...second, 1]]);
    });
  }

  it("Bluetooth forgets what was to be sent at a disconnect, tells of it, and goes on with the next client", () => {
    const device = new FakeBluetooth(20);
    const link = openBleLink(device, 53, "x");
    const got: Uint8Array[] = [];
    let disconnects = 0;
    link.onReceive((piece) => got.push(piece));
    link.onDisconnect(() => disconnects++);
    device.write(bytes(1, 2));
    link.send(new Uint8Array(200));
    clock.tick(30);
    device.disconnect?.();
    clock.tick(1000);
    assert.deepEqual([device.received.length, disconnects, got], [50, 1, [bytes(1, 2)]]);
    link.send(bytes(9));
    clock.tick(100);
    assert.equal(device.received.at(-1), 9);
  });

  it("Bluetooth keeps a bounded number of pieces for a client that takes none", () => {
    const device = new FakeBluetooth(20);
    const link = openBleLink(device, 53, "x");
    for (let i = 0; i < 100; i++) {
      link.send(new Uint8Array(500));
    }
    clock.tick(60_000);
    assert.equal(device.received.length, 65 * 50);
  });

  it("UDP answers whoever asked last, in datagrams that are whole", () => {
    const sent: unknown[] = [];
    let listener: ((text: string, sender: { address: string; port: number }) => void) | undefined;
    let options: unknown;
    const module: DatagramModule = {
      createSocket(given) {
        options = given;
        const socket: ReturnType<DatagramModule["createSocket"]> = {
          bind: (port, done) => {
            sent.push(["bind", port]);
            done(socket);
          },
          on: (_event, added) => {
            listener = added;
          },
          send: (...values) => void sent.push(values),
        };
        return socket;
      },
    };
    const link = openUdpLink(module, 1337, (piece) => Buffer.from(piece).toString("latin1"));
    link.send(bytes(1));
    const got: Uint8Array[] = [];
    link.onReceive((piece) => got.push(piece));
    listener?.("ab", { address: "10.0.0.1", port: 4000 });
    listener?.("\xff", { address: "10.0.0.2", port: 4001 });
    link.send(bytes(0, 255));
    assert.deepEqual(options, { type: "udp4", recvBufferSize: 1480 });
    assert.deepEqual(sent, [["bind", 1337], ["\x00\xff", 4001, "10.0.0.2"]]);
    assert.deepEqual(got, [bytes(97, 98), bytes(255)]);
  });
});
