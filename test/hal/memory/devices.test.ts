import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { createMemoryClock } from "../../../hal/memory/clock";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { createMemoryLink } from "../../../hal/memory/link";
import { createMemoryPins } from "../../../hal/memory/pins";
import { createMemoryProgram } from "../../../hal/memory/program";
import { createMemoryRandom } from "../../../hal/memory/random";
import { createMemoryReset, MEMORY_REBOOT } from "../../../hal/memory/reset";
import { createMemoryWatchdog } from "../../../hal/memory/watchdog";

const SHAPE = { name: "journal", addressBytes: 0x1000, sizeBytes: 512, pageSizeBytes: 256, writeUnitBytes: 4 };

describe("memory flash", () => {
  it("is erased when new, keeps what is written, and erases by page", () => {
    const flash = createMemoryFlash(SHAPE);
    assert.ok(flash.read(0, 512).every((byte) => byte === 0xff));
    flash.write(252, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
    flash.erasePage(256);
    assert.deepEqual([...flash.read(252, 8)], [1, 2, 3, 4, 255, 255, 255, 255]);
    assert.deepEqual([flash.writeCount(), flash.eraseCount()], [1, 1]);
    assert.deepEqual([flash.name, flash.addressBytes, flash.sizeBytes], ["journal", 0x1000, 512]);
  });

  it("gives copies and takes copies", () => {
    const flash = createMemoryFlash(SHAPE);
    const bytes = new Uint8Array([1, 2, 3, 4]);
    flash.write(0, bytes);
    bytes[0] = 9;
    flash.read(0, 4)[1] = 9;
    assert.deepEqual([...flash.read(0, 4)], [1, 2, 3, 4]);
  });

  it("takes more cleared bits over what is there, and stops a test that sets one", () => {
    const flash = createMemoryFlash(SHAPE);
    flash.write(0, new Uint8Array([0xf0, 0xff, 0xff, 0xff]));
    flash.write(0, new Uint8Array([0x30, 0xff, 0xff, 0x00]));
    assert.deepEqual([...flash.read(0, 4)], [0x30, 0xff, 0xff, 0x00]);
    assert.throws(() => flash.write(0, new Uint8Array([0x31, 0xff, 0xff, 0x00])), (error) => error === "assert 914");
  });

  const misuses: [string, number, (flash: ReturnType<typeof createMemoryFlash>) => void][] = [
    ["a read beyond the end", 911, (flash) => flash.read(508, 8)],
    ["a read before the start", 911, (flash) => flash.read(-1, 1)],
    ["a write beyond the end", 912, (flash) => flash.write(508, new Uint8Array(8))],
    ["a write off the unit", 913, (flash) => flash.write(2, new Uint8Array(4))],
    ["a write of half a unit", 913, (flash) => flash.write(0, new Uint8Array(2))],
    ["an erase off a page's start", 915, (flash) => flash.erasePage(4)],
    ["an erase beyond the end", 915, (flash) => flash.erasePage(512)],
  ];
  for (const [title, code, misuse] of misuses) {
    it(`stops a test at ${title}`, () => {
      assert.throws(() => misuse(createMemoryFlash(SHAPE)), (error) => error === `assert ${code}`);
    });
  }

  it("refuses a shape whose sizes do not fit together", () => {
    assert.throws(() => createMemoryFlash({ ...SHAPE, sizeBytes: 500 }), (error) => error === "assert 910");
    assert.throws(() => createMemoryFlash({ ...SHAPE, writeUnitBytes: 3 }), (error) => error === "assert 910");
  });
});

describe("memory devices", () => {
  it("the watchdog keeps its first timeout and counts kicks", () => {
    const watchdog = createMemoryWatchdog();
    assert.equal(watchdog.timeoutMs(), 0);
    watchdog.start(5000);
    watchdog.start(9000);
    watchdog.kick();
    assert.deepEqual([watchdog.timeoutMs(), watchdog.kickCount()], [5000, 1]);
  });

  it("the reset does not return, and tells the cause it was given", () => {
    const reset = createMemoryReset(ResetCause.Watchdog);
    assert.throws(() => reset.reboot(), (error) => error === MEMORY_REBOOT);
    assert.deepEqual([reset.cause, reset.rebootCount()], [ResetCause.Watchdog, 1]);
  });

  it("the clock calls in order of time, then of registration, and shows the time of each call", () => {
    const clock = createMemoryClock();
    const log: string[] = [];
    clock.every(30, () => log.push(`a${clock.uptimeMs()}`));
    clock.every(20, () => log.push(`b${clock.uptimeMs()}`));
    clock.advance(59);
    assert.deepEqual(log, ["b20", "a30", "b40"]);
    clock.advance(1);
    assert.deepEqual(log.slice(3), ["a60", "b60"]);
    assert.equal(clock.uptimeMs(), 60);
  });

  it("random bytes count up over calls and wrap, and are not trusted", () => {
    const random = createMemoryRandom(254);
    assert.deepEqual([[...random.bytes(3)], [...random.bytes(1)], random.trusted], [[254, 255, 0], [1], false]);
  });

  it("pins show the gesture and the indicator", () => {
    const pins = createMemoryPins();
    assert.deepEqual([pins.recoveryRequested(), pins.indicated()], [false, false]);
    pins.setGesture(true);
    pins.indicate(true);
    assert.deepEqual([pins.recoveryRequested(), pins.indicated()], [true, true]);
  });

  it("the link keeps copies of what is sent and delivers to the last receiver", () => {
    const link = createMemoryLink();
    const received: number[][] = [];
    link.deliver(new Uint8Array([0]));
    link.onReceive(() => assert.fail("replaced"));
    link.onReceive((bytes) => received.push([...bytes]));
    const bytes = new Uint8Array([1, 2]);
    link.send(bytes);
    bytes[0] = 9;
    link.deliver(new Uint8Array([3]));
    assert.deepEqual([link.sent.map((sent) => [...sent]), received], [[[1, 2]], [[3]]]);
  });
});

describe("memory program", () => {
  const slot = createMemoryFlash({ ...SHAPE, name: "slotA" });

  it("notes each start and runs the test's application with the door", () => {
    const door = {};
    const seen: object[] = [];
    const program = createMemoryProgram((given) => seen.push(given));
    program.start(slot, 32, 64, door);
    assert.deepEqual(program.starts, [{ slot, offsetBytes: 32, lengthBytes: 64, door }]);
    assert.equal(seen[0], door);
  });

  it("hands what the application throws, now or later, to the handler", () => {
    const texts: string[] = [];
    const program = createMemoryProgram(() => {
      throw new Error("early");
    });
    program.onUncaughtError((text) => texts.push(text));
    program.start(slot, 0, 4, {});
    program.fail("late");
    assert.deepEqual(texts, ["Error: early", "late"]);
  });

  it("lets a reboot through to the test, and an error that has no handler", () => {
    const rebooting = createMemoryProgram(() => createMemoryReset(ResetCause.PowerOn).reboot());
    rebooting.onUncaughtError(() => assert.fail("a reboot is no error"));
    assert.throws(() => rebooting.start(slot, 0, 4, {}), (error) => error === MEMORY_REBOOT);
    const failing = createMemoryProgram(() => {
      throw new Error("unhandled");
    });
    assert.throws(() => failing.start(slot, 0, 4, {}), /^Error: unhandled$/);
  });
});
