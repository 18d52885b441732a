import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { createChip as createEsp32, ESP32_RESET_STATE, ESP32C3_RESET_STATE } from "../../../hal/espruino/chips/esp32";
import type { Nrf52Options } from "../../../hal/espruino/chips/nrf52";
import { createChip as createNrf52, RESETREAS } from "../../../hal/espruino/chips/nrf52";
import { ACL_REGIONS, BPROT_DISABLE_IN_DEBUG } from "../../../hal/espruino/chips/page-locks";
import { Nrf52Registers } from "../../../sim/nrf52-registers";

const refuse = (): never => assert.fail("this register must not be touched");
const NO_PINS = { button: undefined, buttonMode: "input", pressedLevel: 1, lamp: undefined, isLitByOne: true };
const PAGE = 4096;

const OPTIONS: Nrf52Options = {
  readsResetRegister: true,
  lock: "acl",
  bootPlaces: [{ address: 0xec000, sizeBytes: 10 * PAGE }, { address: 0x1f000, sizeBytes: 2 * PAGE }],
  slotPlaces: [{ address: 0x40000, sizeBytes: 4 * PAGE }, { address: 0x44000, sizeBytes: 4 * PAGE }],
  hasWatchTimer: false,
};

describe("chips under Espruino", () => {
  const ESPRESSIF: [number, ResetCause][] = [
    [1, ResetCause.PowerOn], [3, ResetCause.Software], [12, ResetCause.Software], [5, ResetCause.DeepSleepWake],
    [15, ResetCause.BrownOut], [7, ResetCause.Watchdog], [8, ResetCause.Watchdog], [9, ResetCause.Watchdog],
    [16, ResetCause.Watchdog], [21, ResetCause.Pin], [2, ResetCause.Unknown], [0, ResetCause.Unknown],
  ];
  for (const [reason, cause] of ESPRESSIF) {
    it(`take the ESP32's reset reason ${reason} for cause ${cause}, whatever the other core's bits say`, () => {
      for (const address of [ESP32_RESET_STATE, ESP32C3_RESET_STATE]) {
        // Espruino may give the register as a negative number.
        for (const other of [0, 0x0000_3000, -0x8000_0000]) {
          const registers = { read: (at: number) => (at === address ? reason + other : 0), write: refuse };
          assert.equal(createEsp32(NO_PINS, address, registers).readCause(), cause);
        }
      }
    });
  }

  const NORDIC: [number, ResetCause][] = [
    [0, ResetCause.PowerOn], [1, ResetCause.Pin], [2, ResetCause.Watchdog], [4, ResetCause.Software],
    [8, ResetCause.Panic], [0x10000, ResetCause.DeepSleepWake], [0x100000, ResetCause.DeepSleepWake],
    [7, ResetCause.Watchdog], [13, ResetCause.Panic],
  ];
  for (const [bits, cause] of NORDIC) {
    it(`take the nRF52's reset bits ${bits} for cause ${cause}, once`, () => {
      const registers = new Nrf52Registers(bits);
      assert.equal(createNrf52(NO_PINS, OPTIONS, registers).readCause(), cause);
      assert.equal(registers.read(RESETREAS), 0);
    });
  }

  for (const [level, isLitByOne] of [[0, false], [1, true]] as const) {
    it(`read a button that gives ${level} while it is held, pulled to rest first, and light a lamp by ${level}`, () => {
      const calls: string[] = [];
      let reading: number = level;
      const pin = { name: "D9" };
      Object.assign(globalThis, {
        pinMode: (given: object, mode: string) => calls.push(`${given === pin} ${mode}`),
        digitalRead: () => reading,
        digitalWrite: (_given: object, value: boolean) => calls.push(`write ${Number(value)}`),
      });
      const pins = { button: pin, buttonMode: "input_pullup", pressedLevel: level, lamp: pin, isLitByOne };
      const chip = createEsp32(pins, ESP32_RESET_STATE, { read: () => 1, write: refuse });
      assert.equal(chip.isGestureMade(), true);
      reading = level === 0 ? 1 : 0;
      assert.equal(chip.isGestureMade(), false);
      chip.setIndicator(true);
      chip.setIndicator(false);
      assert.deepEqual(calls, ["true input_pullup", "true input_pullup", `write ${level}`, `write ${1 - level}`]);
      ["pinMode", "digitalRead", "digitalWrite"].forEach((name) => Reflect.deleteProperty(globalThis, name));
    });
  }

  it("know nothing of an nRF52's reset where its register must not be touched", () => {
    const registers = { read: refuse, write: refuse };
    const chip = createNrf52(NO_PINS, { ...OPTIONS, readsResetRegister: false }, registers);
    assert.equal(chip.readCause(), ResetCause.Unknown);
  });

  for (const lock of ["acl", "bprot"] as const) {
    it(`lock bootloader and running slot by ${lock}, and nothing else`, () => {
      const registers = new Nrf52Registers(0);
      createNrf52(NO_PINS, { ...OPTIONS, lock }, registers).lockPages(1);
      if (lock === "bprot") {
        assert.equal(registers.read(BPROT_DISABLE_IN_DEBUG), 0);
      }
      const boundaries: [number, boolean][] = [
        [0x1e000, true], [0x1f000, false], [0x20000, false], [0x21000, true], [0x40000, true], [0x43000, true],
        [0x44000, false], [0x47000, false], [0x48000, true], [0xeb000, true],
      ];
      // BPROT ends with the nRF52832's flash of 512 KB.
      const ends: [number, boolean][] = lock === "acl" ? [[0xec000, false], [0xf5000, false], [0xf6000, true]] : [];
      for (const [address, isWritable] of [...boundaries, ...ends]) {
        assert.equal(registers.isWritable(address), isWritable, address.toString(16));
      }
    });
  }

  it("use ACL regions that nobody uses, and lock nothing by half", () => {
    const registers = new Nrf52Registers(0);
    registers.write(ACL_REGIONS, 0x1000);
    registers.write(ACL_REGIONS + 4, PAGE);
    registers.write(ACL_REGIONS + 8, 2);
    createNrf52(NO_PINS, OPTIONS, registers).lockPages(0);
    assert.ok(!registers.isWritable(0x1000));
    assert.ok(!registers.isWritable(0xec000));
    assert.ok(!registers.isWritable(0x40000));
    assert.ok(registers.isWritable(0x44000));
    const many = Array.from({ length: 8 }, (_, i) => ({ address: 0x50000 + i * PAGE, sizeBytes: PAGE }));
    const full = createNrf52(NO_PINS, { ...OPTIONS, bootPlaces: many }, new Nrf52Registers(0));
    assert.throws(() => full.lockPages(0), /assert 960/);
  });
});
