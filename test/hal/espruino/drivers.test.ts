import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import type { RegionHash } from "../../../core/crypto/region-hash";
import { makeRegionHash } from "../../../hal/espruino/region-hash";
import { createMemoryFlash } from "../../../hal/memory/flash";
import { guardStorage, guardTime } from "../../../hal/espruino/application-guard";
import { findForeignFiles, FOREIGN_BOOT_FILES, removeForeignFiles } from "../../../hal/espruino/boot-files";
import { EspruinoPartition, isFileInPlace } from "../../../hal/espruino/flash";
import { createHash } from "../../../hal/espruino/hash";
import { captureInterpreter } from "../../../hal/espruino/interpreter";
import type { BoardPlan, Chip } from "../../../hal/espruino/plan";
import { ACTIVE_WORD, guardText, STUB_BYTES, stubText } from "../../../hal/espruino/stub";
import { EspruinoSystem } from "../../../hal/espruino/system";
import { innerNames } from "../../../tools/build/mangle";
import { nodeSha256 } from "../../core/image/mcuboot-vectors";
import type { FakeInterpreter } from "./fake-interpreter";
import { fakeInterpreter } from "./fake-interpreter";

const START = 0x60000000;
const FILE = { name: "tb.flash", address: START + 32, sizeBytes: 8 * 4096 - 32 };

function planWith(changes: Partial<BoardPlan> = {}): BoardPlan {
  const place = { address: START + 4096, sizeBytes: 8192 };
  return {
    interpreterVersion: "", interpreterBoard: "", erasePageBytes: 4096, programBytes: 4, storageFile: FILE,
    isMapped: false, isStorageMapped: false, slotPlaces: [place, place], journalPlace: place,
    provisioningPlace: place, dataPlace: place, hasSha256: true, hashBufferBytes: 100, isRandomTrusted: false,
    consoleName: "USB", ...changes,
  };
}

function chipWith(cause: ResetCause): Chip {
  const nothing = (): void => undefined;
  return {
    readCause: () => cause, isGestureMade: () => false, setIndicator: nothing, prepareWatchdog: nothing,
    lockPages: nothing,
  };
}

describe("drivers for Espruino", () => {
  let fake: FakeInterpreter;

  beforeEach(() => {
    fake = fakeInterpreter();
  });
  afterEach(() => fake.restore());

  const partition = (plan: BoardPlan, address = START + 4096): EspruinoPartition =>
    new EspruinoPartition(captureInterpreter(), plan, "slotA", { address, sizeBytes: 8192 });

  describe("flash partitions", () => {
    it("read, write and erase at their place, and nowhere else", () => {
      const flash = partition(planWith());
      flash.write(4, Uint8Array.of(1, 2, 3, 4));
      assert.deepEqual(flash.read(2, 6), Uint8Array.of(255, 255, 1, 2, 3, 4));
      assert.deepEqual([...fake.flash.subarray(4096 + 4, 4096 + 8)], [1, 2, 3, 4]);
      flash.erasePage(0);
      assert.ok(fake.flash.every((byte) => byte === 255));
      assert.equal(flash.read(8192, 0).length, 0);
      assert.throws(() => flash.read(8190, 3), /assert 940/);
      assert.throws(() => flash.read(-1, 1), /assert 940/);
      assert.throws(() => flash.write(8192, Uint8Array.of(0)), /assert 940/);
      assert.throws(() => flash.erasePage(8192), /assert 940/);
      assert.throws(() => flash.erasePage(100), /assert 941/);
    });

    it("give text out of the Storage file they lie in", () => {
      fake.files.set(FILE.name, "x".repeat(4064) + "abcdef");
      assert.equal(partition(planWith()).readText(1, 3), "bcd");
      assert.ok(fake.calls.includes("Storage.read tb.flash 4065 3"));
      assert.equal(partition(planWith()).isMapped, false);
      assert.equal(partition(planWith({ isStorageMapped: true })).isMapped, true);
    });

    it("give text in place outside of Storage where flash is mapped, and a copy where it is not", () => {
      fake.flash.set([65, 66, 67], 9 * 4096);
      const outside = START + 9 * 4096;
      assert.equal(partition(planWith({ isMapped: true }), outside).readText(0, 3), "ABC");
      assert.ok(fake.calls.includes(`memoryArea ${outside} 3`));
      fake.calls.length = 0;
      assert.equal(partition(planWith(), outside).readText(0, 3), "ABC");
      assert.deepEqual(fake.calls, []);
    });

    it("know their Storage file by place, name and size", () => {
      const header = Buffer.alloc(32);
      header.writeUInt32LE(FILE.sizeBytes);
      header.write(FILE.name, 4, "latin1");
      fake.flash.set(header);
      const interpreter = captureInterpreter();
      assert.ok(isFileInPlace(interpreter, FILE));
      assert.ok(!isFileInPlace(interpreter, { ...FILE, sizeBytes: FILE.sizeBytes + 4 }));
      assert.ok(!isFileInPlace(interpreter, { ...FILE, name: "tb.flas" }));
      assert.ok(!isFileInPlace(interpreter, { ...FILE, name: "tb.flash2" }));
      assert.ok(!isFileInPlace(interpreter, { ...FILE, address: FILE.address + 4 }));
      fake.flash.fill(0, 4, 8);
      assert.ok(!isFileInPlace(interpreter, FILE), "a deleted file");
    });
  });

  describe("hashes", () => {
    const content = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
    const portable = (): RegionHash => makeRegionHash(() => { fake.calls.push("kick"); });

    function digestWith(plan: BoardPlan, lengthBytes: number): Uint8Array {
      fake.flash.set(content, 4096);
      fake.files.set(FILE.name, "\xff".repeat(4064) + Buffer.from(content).toString("latin1"));
      return createHash(captureInterpreter(), plan, portable)
        .sha256Region(partition(plan), 0, lengthBytes);
    }

    it("go over mapped flash in one native call without a copy", () => {
      assert.deepEqual(digestWith(planWith({ isStorageMapped: true }), 300), nodeSha256(content));
      assert.ok(fake.calls.includes("SHA256 string 300"));
    });

    it("copy a region that fits into RAM, and take a longer one in pieces", () => {
      assert.deepEqual(digestWith(planWith(), 100), nodeSha256(content.subarray(0, 100)));
      assert.ok(fake.calls.includes("SHA256 object 100"));
      fake.calls.length = 0;
      assert.deepEqual(digestWith(planWith(), 101), nodeSha256(content.subarray(0, 101)));
      assert.deepEqual(fake.calls.filter((call) => call.startsWith("SHA256")), []);
    });

    it("kick the watchdog where they take long: without a native one", () => {
      digestWith(planWith({ hasSha256: false }), 300);
      assert.ok(fake.calls.includes("kick"));
      fake.calls.length = 0;
      digestWith(planWith({ isStorageMapped: true }), 300);
      assert.ok(!fake.calls.includes("kick"));
    });

    it("go ahead only where there is no native one, and until that is ended", () => {
      fake.flash.set(content, 4096);
      let made = 0;
      const make = (): RegionHash => {
        made++;
        return portable();
      };
      const slot = partition(planWith({ hasSha256: false }));
      const hash = createHash(captureInterpreter(), planWith({ hasSha256: false }), make);
      hash.hashAhead?.(slot, 200, 100);
      assert.deepEqual(hash.sha256Region(slot, 0, 100), nodeSha256(slot.read(0, 100)));
      assert.deepEqual(hash.sha256Region(slot, 0, 200), nodeSha256(slot.read(0, 200)));
      assert.equal(made, 1);
      hash.hashAhead?.(slot, 0, 0);
      hash.sha256Region(slot, 0, 100);
      assert.equal(made, 2);
      createHash(captureInterpreter(), planWith(), make).hashAhead?.(slot, 200, 100);
      assert.equal(made, 2);
    });

    it("are right where the native hash is missing or gives up", () => {
      assert.deepEqual(digestWith(planWith({ hasSha256: false }), 300), nodeSha256(content));
      fake.restore();
      fake = fakeInterpreter(false);
      assert.deepEqual(digestWith(planWith({ isStorageMapped: true }), 300), nodeSha256(content));
      assert.deepEqual(createHash(captureInterpreter(), planWith(), portable).sha256(content), nodeSha256(content));
    });
  });

  describe("watchdog, resets and time", () => {
    it("start the watchdog once, without automatic kicks", () => {
      const system = new EspruinoSystem(chipWith(ResetCause.PowerOn));
      system.start(8000);
      system.start(1000);
      system.kick();
      system.reboot();
      assert.deepEqual(fake.calls, ["enableWatchdog 8 false", "kick", "reboot"]);
    });

    it("tell a warm start by a flag that load() keeps, whatever the register says", () => {
      assert.equal(new EspruinoSystem(chipWith(ResetCause.Watchdog)).cause, ResetCause.Watchdog);
      assert.equal(new EspruinoSystem(chipWith(ResetCause.Watchdog)).cause, ResetCause.WarmStart);
    });

    it("count uptime on when the application sets the clock", () => {
      const system = new EspruinoSystem(chipWith(ResetCause.PowerOn));
      guardTime(system);
      fake.seconds += 5;
      (globalThis as unknown as { setTime(seconds: number): void }).setTime(1_700_000_000);
      fake.seconds += 1.5;
      assert.equal(system.uptimeMs(), 6500);
    });
  });

  describe("the application's guard", () => {
    it("puts files of the application on the data partition, and refuses what runs before the bootloader", () => {
      const loaded: string[] = [];
      const storage = {};
      const data = createMemoryFlash({
        name: "data", addressBytes: 0, sizeBytes: 8192, pageSizeBytes: 4096, writeUnitBytes: 4,
      });
      guardStorage((file) => {
        loaded.push(file);
        return () => storage;
      }, "tb.storage", 1, data, () => undefined);
      const scope = globalThis as unknown as {
        require(name: string): unknown; save(): void; E: { setBootCode(): void };
      };
      assert.deepEqual(loaded, []);
      assert.equal(scope.require("Storage"), storage);
      assert.equal(scope.require("Storage"), storage);
      assert.deepEqual(loaded, ["tb.storage"]);
      assert.ok(typeof scope.require("Flash") === "object");
      assert.throws(() => scope.save(), /signed updates/);
      assert.throws(() => scope.E.setBootCode(), /signed updates/);
    });
  });

  describe("foreign boot files", () => {
    it("are found by name, except our own .boot1, and removed", () => {
      const interpreter = captureInterpreter();
      const ours = interpreter.crc32(guardText());
      fake.files.set(".boot1", guardText());
      fake.files.set(".boot0", "ours");
      assert.equal(findForeignFiles(interpreter, ours), 0);
      FOREIGN_BOOT_FILES.forEach((name, bit) => {
        const own = fake.files.get(name);
        fake.files.set(name, "");
        const found = findForeignFiles(interpreter, ours);
        assert.equal(found, 2 ** bit, name);
        removeForeignFiles(found);
        assert.ok(!fake.files.has(name));
        if (own !== undefined) {
          fake.files.set(name, own);
        }
      });
      assert.deepEqual([...fake.files.keys()].sort(), [".boot0", ".boot1"]);
    });
  });

  describe("the stub", () => {
    it("has its activating word in flash word 1, erased, and always the same size", () => {
      const place = { address: 4294967295, sizeBytes: 99999 };
      const hint = { mainPlace: place, mainCrc32: 4294967295, configPlace: place };
      for (const text of [stubText(0, 0, false), stubText(4294967295, 4294967295, true, hint)]) {
        assert.equal(text.length, STUB_BYTES);
        assert.equal(text.substring(0, 8), 'if("\xff\xff\xff\xff');
        assert.ok(text.substring(8).startsWith(`"=="${ACTIVE_WORD}"`));
      }
    });

    it("uses no name that the build shortens", () => {
      const names = ["CRC32", "setConsole", "reboot", "erase", "read", "save", "setBootCode", "setTime", "require",
        "trialboot", "recovery", "getFlags", "setFlags", "jitDebug", "enableWatchdog", "kickWatchdog", "hwRand",
        "erasePage", "getPage", "memoryArea", "toArrayBuffer", "toUint8Array", "SHA256", "env", "BOARD", "on",
        "version", "setOptions", "manualWatchdog", "readdirSync", "readFileSync"];
      const inner = innerNames();
      assert.deepEqual(names.filter((name) => inner.has(name)), []);
    });
  });
});
