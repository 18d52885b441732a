/** Bootloader and service as the build emits them, with their short names, in front of drivers that have none. */

import assert from "node:assert/strict";
import vm from "node:vm";
import type { BootConfig } from "../../../bootloader/config";
import { VerifyMode } from "../../../bootloader/config";
import type { boot } from "../../../bootloader/main";
import type { createService, Service } from "../../../bootloader/service";
import type { Handover, RecoveryDoor } from "../../../core/boot/handover";
import { encodeProvisioning } from "../../../core/boot/provisioning";
import { ResetCause } from "../../../core/boot/reset-cause";
import { Reason } from "../../../core/reasons";
import { Slot } from "../../../core/slot";
import { MEMORY_REBOOT } from "../../../hal/memory/reset";
import { buildBundle } from "../../../tools/build/bundle";
import { ENGINES } from "../../../tools/build/engines";
import { COMMON_TARGETS } from "../../../tools/build/targets";
import { send } from "../../bootloader/bench";
import { makeImage } from "../../support/images";
import { createMemoryBoard, type MemoryBoard, putImage, restarted, testConfig } from "../../support/memory-board";

const OLD = makeImage({ version: "1.0.0", counter: 1 });
const NEW = makeImage({ version: "2.0.0", counter: 2 });

async function evaluate(name: string): Promise<unknown> {
  const target = COMMON_TARGETS.find((candidate) => candidate.name === name);
  assert.ok(target);
  return vm.runInThisContext(await buildBundle(target, ENGINES["espruino"]));
}

describe("the emitted bootloader and service", function () {
  this.timeout(120_000);
  let emittedBoot: typeof boot;
  let emittedService: typeof createService;

  before(async () => {
    emittedBoot = (await evaluate("bootloader")) as typeof boot;
    emittedService = (await evaluate("service")) as typeof createService;
  });

  /** A board whose starts go through the emitted files. */
  class Emitted {
    private board: MemoryBoard = createMemoryBoard({ slotBytes: 16384 });
    /** Whether the start before evaluated the service file. */
    usedService = false;

    constructor(private readonly config: BootConfig, deviceKey?: Uint8Array) {
      putImage(this.board.slots[Slot.A], OLD);
      if (deviceKey !== undefined) {
        this.board.provisioning.write(0, encodeProvisioning(0, deviceKey, this.board.hash));
      }
    }

    start(cause: ResetCause, application: (door: Handover) => void = () => undefined): RecoveryDoor | undefined {
      this.board = restarted(this.board, cause, (door) => application(door as Handover));
      this.usedService = false;
      let service: Service | undefined;
      try {
        return emittedBoot(this.board, this.config, () => {
          this.usedService = true;
          service ??= emittedService();
          return service;
        });
      } catch (error) {
        assert.equal(error, MEMORY_REBOOT);
        return undefined;
      }
    }

    /** The door of a start, and the slot it runs from. */
    open(cause: ResetCause): Handover {
      let given: Handover | undefined;
      this.start(cause, (door) => (given = door));
      return given ?? assert.fail("nothing was started");
    }

    install(image: Uint8Array): void {
      const writer = this.open(ResetCause.PowerOn).openWriter();
      assert.equal(send(writer, image), Reason.None);
      assert.equal(writer.requestTrial(), Reason.None);
    }

    gesture(): RecoveryDoor | undefined {
      const pins = { ...this.board.pins, recoveryRequested: () => true };
      return emittedBoot({ ...this.board, pins }, this.config, emittedService);
    }
  }

  for (const verifyMode of [VerifyMode.Full, VerifyMode.Seal]) {
    it(`install, roll back, install again and confirm (${verifyMode === VerifyMode.Full ? "full" : "seal"})`, () => {
      const board = new Emitted(testConfig({ verifyMode }), new Uint8Array(32).fill(5));
      board.install(NEW);
      const trial = board.open(ResetCause.Software);
      assert.deepEqual([trial.info.slot, trial.info.trial, trial.info.version.major], [Slot.B, true, 2]);
      assert.equal(trial.openWriter().begin(100), Reason.TrialRunning);
      assert.equal(board.open(ResetCause.Watchdog).info.slot, Slot.A);
      board.install(NEW);
      assert.equal(board.open(ResetCause.Software).confirm(), Reason.None);
      const { info } = board.open(ResetCause.PowerOn);
      assert.deepEqual([info.slot, info.trial, info.securityFloor], [Slot.B, false, 2]);
      assert.equal(send(board.open(ResetCause.PowerOn).openWriter(), OLD), Reason.CounterBelowFloor);
    });
  }

  it("an ordinary start of a confirmed image does without the service", () => {
    const board = new Emitted(testConfig());
    board.start(ResetCause.PowerOn);
    assert.equal(board.usedService, true, "the first start writes the journal");
    board.start(ResetCause.PowerOn);
    assert.equal(board.usedService, false);
  });

  it("a death is recorded with its text without the service", () => {
    const board = new Emitted(testConfig());
    board.start(ResetCause.PowerOn);
    board.start(ResetCause.PowerOn, () => {
      throw new Error("no sensor");
    });
    assert.equal(board.usedService, false);
    const texts: string[] = [];
    board.open(ResetCause.Software).readJournal((record) => texts.push(Buffer.from(record).toString("latin1")));
    assert.ok(texts.some((text) => text.includes("Error: no sensor")));
  });

  it("recovery opens its door and takes an image", () => {
    const board = new Emitted(testConfig());
    board.start(ResetCause.PowerOn);
    const door = board.gesture() ?? assert.fail("no recovery");
    assert.equal(door.reason, Reason.RecoveryGesture);
    assert.equal(send(door.writer, NEW), Reason.None);
    assert.equal(door.writer.requestTrial(), Reason.None);
    assert.equal(board.open(ResetCause.Software).info.version.major, 2);
  });
});
