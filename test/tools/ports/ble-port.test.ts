import assert from "node:assert/strict";
import type { NobleModule } from "../../../tools/ports/ble-port";
import { openPort, type PortDrivers } from "../../../tools/ports/open-port";
import { EspruinoConsole } from "../../../tools/provision/console";
import { FakeConsole } from "../provision/fake-console";
import { FakeNoble } from "./fake-noble";

const OPTIONS = { baudRate: 115_200, timeoutMs: 2000 };
const CONSOLE = { ...OPTIONS, carries: "console" } as const;
const NAME = "ble:Puck.js 1234";

const drivers = (noble: NobleModule | undefined): PortDrivers => ({
  serial: () => Promise.reject(new Error("not this one")),
  noble: () => Promise.resolve(noble),
});

describe("Bluetooth ports", () => {
  it("cut what is written into pieces of the connection's size, by name or address", async () => {
    for (const name of ["ble:puck.js 1234", "ble:AA:BB:CC:DD:EE:FF"]) {
      const noble = new FakeNoble("management");
      const port = await openPort(name, OPTIONS, drivers(noble));
      await port.write(new Uint8Array(120));
      assert.deepEqual(noble.written.map(({ length }) => length), [50, 50, 20]);
      await port.close();
      assert.equal(noble.isConnected, false);
    }
  });

  it("say what is missing: the package, the device, the service", async () => {
    await assert.rejects(openPort("ble:x", OPTIONS, drivers(undefined)), {
      exitCode: 30,
      message: "Bluetooth needs a package that is not installed.",
      next: /npm install @stoprocent\/noble/,
    });
    const absent = openPort("ble:x", { ...OPTIONS, timeoutMs: 20 }, drivers(new FakeNoble("management")));
    await assert.rejects(absent, { exitCode: 30, next: /Puck\.js 1234/ });
    await assert.rejects(openPort(NAME, OPTIONS, drivers(new FakeNoble("console"))), {
      exitCode: 30, message: /does not offer device management/,
    });
    const bare = new FakeNoble("none");
    await assert.rejects(openPort(NAME, CONSOLE, drivers(bare)), { exitCode: 30, message: /does not offer a console/ });
    assert.equal(bare.isConnected, false);
  });

  it("write no more to a console than it has proved to hold, and never more than the connection carries", async () => {
    const noble = new FakeNoble("console");
    const port = await openPort(NAME, CONSOLE, drivers(noble));
    await port.write(new Uint8Array(45));
    noble.notify(new Uint8Array(31));
    await port.write(new Uint8Array(45));
    noble.notify(new Uint8Array(400));
    await port.write(new Uint8Array(60));
    assert.deepEqual(noble.written.map(({ length }) => length), [20, 20, 5, 31, 14, 50, 10]);
    await port.close();
    const unknown = new FakeNoble("console", null);
    await (await openPort(NAME, CONSOLE, drivers(unknown))).write(new Uint8Array(21));
    assert.deepEqual(unknown.written.map(({ length }) => length), [20, 1]);
  });

  it("carry an interpreter's console, again and again, and tell their end", async () => {
    const noble = new FakeNoble("console");
    const fake = new FakeConsole({ pieceCharacters: 20 });
    fake.port.onData((bytes) => noble.notify(bytes));
    noble.onWrite = (bytes) => void fake.port.write(bytes);
    for (let opened = 0; opened < 3; opened++) {
      const console = await EspruinoConsole.open(await openPort(NAME, CONSOLE, drivers(noble)), 50);
      assert.equal(await console.evaluate(`${opened}+"-".repeat(100).length`), 100 + opened);
      await console.close();
    }
    assert.deepEqual([noble.listenerCount("discover"), noble.listenerCount("stateChange")], [0, 0]);
    const last = await EspruinoConsole.open(await openPort(NAME, CONSOLE, drivers(noble)), 50);
    noble.lose();
    await assert.rejects(last.evaluate("1"), { exitCode: 30, message: /ended/ });
  });
});
