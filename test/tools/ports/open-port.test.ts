import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { SerialPortMock } from "serialport";
import { SMP_UDP_PORT, parsePortName } from "../../../tools/ports/port-name";
import { listPorts } from "../../../tools/ports/list-ports";
import { openPort, type PortDrivers } from "../../../tools/ports/open-port";
import type { SerialModule } from "../../../tools/ports/serial-port";

/** The mock's own types do not resolve. */
const BINDING = SerialPortMock.binding as unknown as {
  reset(): void;
  createPort(path: string, options: object): void;
};

const OPTIONS = { baudRate: 115_200, timeoutMs: 2000 };

/** serialport's own mock under the interface of the real class, with what it was opened with. */
function mockSerial(): { drivers: PortDrivers; opened: object[] } {
  const opened: object[] = [];
  class Recorded extends SerialPortMock {
    constructor(options: { path: string; baudRate: number }) {
      super(options);
      opened.push(options);
    }
  }
  const module = { SerialPort: Recorded } as unknown as SerialModule;
  return { opened, drivers: { serial: () => Promise.resolve(module), noble: () => Promise.resolve(undefined) } };
}

describe("names of ports", () => {
  it("are read in every form", () => {
    assert.deepEqual(parsePortName("/dev/ttyACM0"), { kind: "serial", path: "/dev/ttyACM0" });
    assert.deepEqual(parsePortName("COM3"), { kind: "serial", path: "COM3" });
    assert.deepEqual(parsePortName("@1366:1051"), { kind: "usb", vendorId: "1366", productId: "1051" });
    assert.deepEqual(parsePortName("@2E8A"), { kind: "usb", vendorId: "2e8a", productId: undefined });
    assert.deepEqual(parsePortName("tcp:localhost:4000"), { kind: "tcp", host: "localhost", port: 4000 });
    assert.deepEqual(parsePortName("udp:10.0.0.7"), { kind: "udp", host: "10.0.0.7", port: SMP_UDP_PORT });
    assert.deepEqual(parsePortName("udp:[fe80::1%eth0]:99"), { kind: "udp", host: "fe80::1%eth0", port: 99 });
    assert.deepEqual(parsePortName("ble:Puck.js 1234"), { kind: "ble", device: "Puck.js 1234" });
  });

  it("are refused where they can mean nothing", () => {
    const names = ["", "@", "@12", "@zzzz", "tcp:host", "tcp::1", "tcp:h:0", "tcp:h:65536", "udp:", "ble:", "a\0b"];
    for (const name of names) {
      assert.throws(() => parsePortName(name), { exitCode: 2 }, name);
    }
  });
});

describe("serial ports", () => {
  beforeEach(() => {
    BINDING.reset();
    BINDING.createPort("/dev/ttyMOCK0", { echo: true, vendorId: "303A", productId: "1001" });
  });

  it("are listed with what their USB ids say", async () => {
    const { drivers } = mockSerial();
    const [port] = await listPorts(await drivers.serial());
    assert.deepEqual([port?.path, port?.vendorId, port?.productId], ["/dev/ttyMOCK0", "303a", "1001"]);
    assert.match(port?.board ?? "", /ESP32/);
  });

  it("carry bytes, and are opened so that the board is not reset and no other program gets in", async () => {
    const { drivers, opened } = mockSerial();
    const port = await openPort("/dev/ttyMOCK0", OPTIONS, drivers);
    assert.deepEqual(opened, [
      { path: "/dev/ttyMOCK0", baudRate: 115_200, autoOpen: false, lock: true, hupcl: false, rtscts: false },
    ]);
    const echoed = new Promise<Uint8Array>((resolve) => port.onData(resolve));
    await port.write(Uint8Array.from([1, 2, 3]));
    assert.equal((await echoed)[0], 1);
    await assert.rejects(openPort("/dev/ttyMOCK0", OPTIONS, drivers), { exitCode: 30, message: /another program/ });
    await port.close();
    await port.close();
    await assert.rejects(port.write(new Uint8Array(1)), { exitCode: 30 });
  });

  it("need no name if there is one only, and otherwise list what there is", async () => {
    const { drivers } = mockSerial();
    const only = await openPort(undefined, OPTIONS, drivers);
    assert.deepEqual([only.name, only.why], ["/dev/ttyMOCK0", "the only serial port there is"]);
    await only.close();
    BINDING.createPort("/dev/ttyMOCK1", { vendorId: "1366", productId: "1051" });
    await assert.rejects(openPort(undefined, OPTIONS, drivers), (error: Error & { exitCode: number }) => {
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /more than one serial port:\n {2}\/dev\/ttyMOCK0 .*\n {2}\/dev\/ttyMOCK1 .*J-Link/);
      return true;
    });
    const byId = await openPort("@1366", OPTIONS, drivers);
    assert.deepEqual([byId.name, byId.why], ["/dev/ttyMOCK1", "the only one with the USB id 1366"]);
    await byId.close();
    await assert.rejects(openPort("@1366:0001", OPTIONS, drivers), { exitCode: 30, message: /no serial port with/ });
  });

  it("that are missing are said to be", async () => {
    const { drivers } = mockSerial();
    await assert.rejects(openPort("/dev/ttyMOCK7", OPTIONS, drivers), { exitCode: 30, message: /^Cannot open/ });
    BINDING.reset();
    await assert.rejects(openPort(undefined, OPTIONS, drivers), { exitCode: 30, message: "There is no serial port." });
  });
});

describe("network ports", () => {
  it("over TCP carry bytes and tell their end", async () => {
    const server = createServer((socket) => socket.on("data", (bytes) => void socket.end(bytes)));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port: number } = server.address() as { port: number };
    const port = await openPort(`tcp:127.0.0.1:${number}`, OPTIONS);
    const closed = new Promise<void>((resolve) => port.onClose(resolve));
    const echoed = new Promise<Uint8Array>((resolve) => port.onData(resolve));
    await port.write(Uint8Array.from([7]));
    assert.deepEqual([...(await echoed)], [7]);
    await closed;
    await assert.rejects(port.write(new Uint8Array(1)), { exitCode: 30, message: /ended/ });
    await port.close();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(openPort(`tcp:127.0.0.1:${number}`, OPTIONS), { exitCode: 30, message: /nobody listens/ });
  });

  it("over UDP carry one datagram a call, and no more than a packet holds", async () => {
    const peer = createSocket("udp4");
    peer.on("message", (bytes, from) => peer.send(bytes, from.port, from.address));
    await new Promise<void>((resolve) => void peer.bind(0, "127.0.0.1", resolve));
    const port = await openPort(`udp:127.0.0.1:${peer.address().port}`, OPTIONS);
    assert.equal(port.frameBytesMax, 1472);
    const echoed = new Promise<Uint8Array>((resolve) => port.onData(resolve));
    await port.write(Uint8Array.from([1, 2]));
    assert.deepEqual([...(await echoed)], [1, 2]);
    await port.close();
    peer.close();
  });
});
