import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { describeBoard } from "../../sim/board-description";
import { FlashRuleError } from "../../sim/flash-rules";
import type { BootFunction } from "../../sim/machine-options";
import * as models from "../../sim/models";
import type { ProgramModel } from "../../sim/models";
import type { PartitionTable } from "../../sim/partition";
import type { BootEnd } from "../../sim/reset";
import { runUntilSettled } from "../../sim/settle";
import { boardNames, loadBoard } from "../../tools/boards";
import { FAKE_BOARD, fakeDoor, fakeMachine, RECOVERY_DOOR } from "./fake-board";

function starting(slot: number, trial = false): BootFunction {
  return (board, config) => {
    board.watchdog.start(config.watchdogTimeoutMs);
    const door = fakeDoor(board, slot, trial);
    board.program.onUncaughtError((text) => door.die(text));
    board.program.start(board.slots[slot], 0, 4, door);
    return undefined;
  };
}

const always = (model: ProgramModel) => ({ models: () => model });

describe("machine: how a boot ends and what follows", () => {
  const ends: [string, ProgramModel, BootEnd, number, ResetCause][] = [
    ["an application that kicks", models.kicksOnly(), "horizon", 900000, ResetCause.PowerOn],
    ["an application that ignores the door", models.ignores(), "watchdog", 5000, ResetCause.Watchdog],
    ["a hang at the start", models.hangs(), "watchdog", 5000, ResetCause.Watchdog],
    ["a hang in a callback", models.hangs(7500), "watchdog", 12000, ResetCause.Watchdog],
    ["an error at the start", models.throws("boom"), "software", 0, ResetCause.Software],
    ["an error in a callback", models.throws("boom", 1500), "software", 1500, ResetCause.Software],
    ["a lock-up", models.crashes(2000), "panic", 2000, ResetCause.Panic],
    ["a reboot of its own", models.reboots(300), "software", 300, ResetCause.Software],
    ["a rejection", models.rejects(300), "software", 300, ResetCause.Software],
    ["deep sleep", models.sleeps(1000, 60000), "deep-sleep", 1000, ResetCause.DeepSleepWake],
    ["load()", (_door, host) => void host.after(10, () => host.restart()), "warm-start", 10, ResetCause.WarmStart],
  ];
  for (const [title, model, endedBy, uptimeMs, next] of ends) {
    it(`${title}: ${endedBy} after ${uptimeMs} ms`, () => {
      const machine = fakeMachine(starting(0), always(model));
      const report = machine.runBoot();
      assert.deepEqual([report.started, report.endedBy, report.uptimeMs], ["A", endedBy, uptimeMs]);
      assert.equal(machine.nextCause, next);
      assert.equal(machine.runBoot().cause, next);
    });
  }

  it("a hang without a watchdog hangs for ever, and only power gets it out", () => {
    const boot: BootFunction = (board) => {
      board.program.start(board.slots[0], 0, 4, fakeDoor(board, 0, false));
      return undefined;
    };
    const machine = fakeMachine(boot, always(models.hangs(100)));
    const report = machine.runBoot();
    assert.equal(report.endedBy, "hang-without-watchdog");
    assert.equal(machine.nextCause, ResetCause.PowerOn);
    assert.equal(machine.runBoot({ powerCutAtMs: 400 }).endedBy, "power-cut");
  });

  it("cuts power at a time, in a hang too", () => {
    const machine = fakeMachine(starting(0), always(models.hangs()));
    const report = machine.runBoot({ powerCutAtMs: 1200 });
    assert.deepEqual([report.endedBy, report.uptimeMs], ["power-cut", 1200]);
    assert.equal(machine.runBoot().endedBy, "watchdog");
  });

  it("says what was started: slot, version, standing", () => {
    const report = fakeMachine(starting(1, true), always(models.kicksOnly())).powerOn();
    assert.deepEqual([report.started, report.version, report.trial, report.bootNumber], ["B", "1.2.3", true, 1]);
  });

  it("a bootloader that offers a door without a start is in recovery, and says why", () => {
    const boot: BootFunction = (board) => {
      board.pins.indicate(true);
      return RECOVERY_DOOR;
    };
    const machine = fakeMachine(boot, { reasonName: (reason) => `reason ${reason}` });
    const report = machine.powerOn();
    assert.deepEqual([report.started, report.reason, report.endedBy], ["recovery", "reason 162", "horizon"]);
    assert.equal(report.indicated, true);
    const repaired = machine.runBoot({ repair: () => machine.hal.reset.reboot() });
    assert.equal(repaired.endedBy, "software");
  });

  it("a bootloader that throws is a panic, with its error in the report", () => {
    const report = fakeMachine(() => {
      throw new Error("assert 12");
    }).powerOn();
    assert.deepEqual([report.started, report.endedBy, report.bootloaderError], ["none", "panic", "Error: assert 12"]);
  });

  it("counts the flash operations of each boot apart", () => {
    const machine = fakeMachine((board) => {
      board.journal.erasePage(0);
      board.journal.write(0, new Uint8Array(8));
      return undefined;
    });
    machine.powerOn();
    assert.deepEqual(machine.powerOn().flash, { reads: 0, writes: 1, erases: 1, bytesWritten: 8 });
  });
});

describe("machine: reset causes and what survives", () => {
  it("tells Unknown where the board cannot tell", () => {
    let told: ResetCause | undefined;
    const board = { ...FAKE_BOARD, knowsResetCauses: false };
    const boot: BootFunction = (hal) => {
      told = hal.reset.cause;
      return undefined;
    };
    const report = fakeMachine(boot, { board }).powerOn(ResetCause.Watchdog);
    assert.equal(told, ResetCause.Unknown);
    assert.deepEqual([report.cause, report.causeTold], [ResetCause.Watchdog, ResetCause.Unknown]);
  });

  it("takes any cause a test says, also those nothing in the machine leads to", () => {
    const machine = fakeMachine(() => undefined);
    assert.equal(machine.powerOn(ResetCause.BrownOut).cause, ResetCause.BrownOut);
    assert.equal(machine.powerOn(ResetCause.Pin).causeTold, ResetCause.Pin);
  });

  for (const [survives, uptimeMs] of [[true, 2000], [false, 5000]] as const) {
    it(`${survives ? "keeps" : "ends"} a running watchdog at a software reset as the board says`, () => {
      const board = { ...FAKE_BOARD, watchdogSurvivesSoftReset: survives };
      let boots = 0;
      const model: ProgramModel = (_door, host) => {
        boots++;
        if (boots === 1) {
          host.after(3000, () => host.reboot());
        }
      };
      const machine = fakeMachine(starting(0), { board, ...always(model) });
      assert.equal(machine.runBoot().endedBy, "software");
      const second = machine.runBoot();
      assert.deepEqual([second.endedBy, second.uptimeMs], ["watchdog", uptimeMs]);
    });
  }

  it("keeps a running watchdog over load(), and ends it at power-on", () => {
    const model: ProgramModel = (_door, host) => void host.after(3000, () => host.restart());
    const machine = fakeMachine(starting(0), always(model));
    machine.runBoot();
    assert.equal(machine.runBoot().uptimeMs, 2000);
    machine.runBoot({ powerCutAtMs: 1000 });
    assert.equal(machine.runBoot({ powerCutAtMs: 2900 }).uptimeMs, 2900);
  });

  it("lets time pass in deep sleep", () => {
    const machine = fakeMachine(starting(0), always(models.sleeps(1000, 60000)));
    machine.runBoot();
    assert.equal(machine.clock.nowUs, 61000000);
  });

  it("keeps the application's Storage over every restart", () => {
    const model: ProgramModel = (_door, host) => {
      const { storage } = host.devices;
      storage.write("boots", String(Number(storage.read("boots") ?? "0") + 1));
      host.after(10, () => host.panic());
    };
    const machine = fakeMachine(starting(0), always(model));
    machine.runBoot();
    machine.runBoot();
    assert.equal(machine.storage.read("boots"), "2");
  });

  it("sees a button that a person holds, and drops the indicator at a start", () => {
    const seen: boolean[] = [];
    const machine = fakeMachine((board) => {
      seen.push(board.pins.recoveryRequested());
      board.pins.indicate(true);
      return undefined;
    });
    machine.pins.setGesture(true);
    machine.powerOn();
    machine.pins.setGesture(false);
    let atStart: boolean | undefined;
    machine.runBoot({ stimulate: () => (atStart = machine.pins.indicated) });
    assert.deepEqual(seen, [true, false]);
    assert.equal(atStart, false);
  });
});

describe("machine: power cuts and broken rules", () => {
  const twoWrites: BootFunction = (board) => {
    board.journal.write(0, new Uint8Array(4));
    board.journal.write(4, new Uint8Array(4));
    board.program.start(board.slots[0], 0, 4, fakeDoor(board, 0, false));
    return undefined;
  };

  it("ends the boot where power fails, with nothing started", () => {
    const machine = fakeMachine(twoWrites, always(models.kicksOnly()));
    const report = machine.runBoot({ cut: { atOperation: 1, when: "before" } });
    assert.deepEqual([report.started, report.endedBy, report.flash.writes], ["none", "power-cut", 2]);
    assert.deepEqual([...machine.chip.peek(512, 8)], [0, 0, 0, 0, 255, 255, 255, 255]);
    assert.equal(machine.runBoot().cause, ResetCause.PowerOn);
  });

  it("cannot be talked out of a power cut by a bootloader that catches everything", () => {
    const stubborn: BootFunction = (board) => {
      for (let i = 0; i < 3; i++) {
        try {
          board.journal.write(4 * i, new Uint8Array(4));
        } catch {
          board.pins.recoveryRequested();
        }
      }
      return RECOVERY_DOOR;
    };
    const machine = fakeMachine(stubborn);
    const report = machine.runBoot({ cut: { atOperation: 0, when: "after" } });
    assert.deepEqual([report.started, report.endedBy, report.flash.writes], ["none", "power-cut", 1]);
  });

  it("records the operations of a boot for cut plans, and cuts each in turn", () => {
    const machine = fakeMachine(twoWrites, always(models.kicksOnly()));
    const operations = machine.recordOperations(() => void machine.runBoot());
    assert.deepEqual(operations.map(({ kind, offsetBytes }) => [kind, offsetBytes]), [["write", 512], ["write", 516]]);
  });

  it("makes a broken rule of the chip a failure of the run, even if the software caught it", () => {
    const machine = fakeMachine((board) => {
      board.journal.write(0, new Uint8Array(4));
      try {
        board.journal.write(0, new Uint8Array([1, 0, 0, 0]));
      } catch {
        return undefined;
      }
      return undefined;
    });
    assert.throws(() => machine.powerOn(), FlashRuleError);
  });

  it("keeps each partition within its bounds", () => {
    const machine = fakeMachine((board) => {
      board.journal.read(508, 8);
      return undefined;
    });
    assert.throws(() => machine.powerOn(), /partition journal has 512/);
  });

  it("resets by watchdog inside a slow erase, which tears it", () => {
    const board = { ...FAKE_BOARD, geometry: { ...FAKE_BOARD.geometry, eraseDurationUs: 3000000 } };
    const machine = fakeMachine(
      (hal, config) => {
        hal.watchdog.start(config.watchdogTimeoutMs);
        hal.journal.write(256, new Uint8Array(4));
        hal.journal.erasePage(0);
        hal.journal.erasePage(256);
        return undefined;
      },
      { board },
    );
    const report = machine.powerOn();
    assert.deepEqual([report.endedBy, report.uptimeMs], ["watchdog", 5000]);
    assert.equal(machine.chip.hasUnstableBits(768, 256), true);
  });

  it("charges virtual time for a signature check where told to", () => {
    const boot: BootFunction = (hal, config) => {
      hal.watchdog.start(config.watchdogTimeoutMs);
      const key = { publicKey: new Uint8Array(32), keyHash: new Uint8Array(32) };
      hal.verifier.verify(key, new Uint8Array(32), new Uint8Array(64));
      return undefined;
    };
    assert.equal(fakeMachine(boot, { verifyDurationMs: 6000 }).powerOn().started, "none");
    assert.equal(fakeMachine(boot, { verifyDurationMs: 4000 }).powerOn().started, "recovery");
    assert.equal(fakeMachine(boot, { verifyDurationMs: 6000, verifyPauses: 1 }).powerOn().started, "recovery");
  });
});

describe("machine: snapshots and settling", () => {
  it("comes back to a state, and the same boot follows from it", () => {
    const model: ProgramModel = (_door, host) => {
      host.devices.storage.write("x", String(host.devices.random.next()));
      host.after(50, () => host.panic());
    };
    const machine = fakeMachine(starting(0), always(model));
    machine.runBoot();
    const snapshot = machine.snapshot();
    const name = machine.stateHash();
    const first = machine.runBoot();
    const after = machine.stateHash();
    assert.notEqual(after, name);
    machine.restore(snapshot);
    assert.equal(machine.stateHash(), name);
    assert.deepEqual(machine.runBoot(), first);
    assert.equal(machine.stateHash(), after);
  });

  it("names states apart by next cause and by pins", () => {
    const machine = fakeMachine(() => undefined);
    const name = machine.stateHash();
    machine.pins.setGesture(true);
    const held = machine.stateHash();
    machine.pins.setGesture(false);
    assert.equal(machine.stateHash(), name);
    machine.nextCause = ResetCause.Watchdog;
    assert.equal(new Set([name, held, machine.stateHash()]).size, 3);
  });

  it("boots until something keeps running, or the bound is reached", () => {
    let boots = 0;
    const model: ProgramModel = (door, host) => (++boots < 3 ? models.crashes(10) : models.kicksOnly())(door, host);
    const settled = runUntilSettled(fakeMachine(starting(0), always(model)), 10);
    assert.deepEqual(settled.map((report) => report.endedBy), ["panic", "panic", "horizon"]);
    assert.equal(runUntilSettled(fakeMachine(starting(0), always(models.crashes(1))), 4).length, 4);
  });

  it("names the records a boot appended, and their last reason", () => {
    const machine = fakeMachine(
      (board) => {
        const next = board.journal.read(0, 512).indexOf(0xff);
        board.journal.write(next, new Uint8Array([1, 2, 3, next + 1]));
        return undefined;
      },
      {
        journalReader: (journal) => {
          const bytes = journal.read(0, 512);
          const count = bytes.indexOf(0xff) / 4;
          return Array.from({ length: count }, (_, i) => ({ sequence: i, name: `Record${i}`, reason: `why ${i}` }));
        },
      },
    );
    assert.deepEqual(machine.powerOn().journal, ["Record0"]);
    const second = machine.powerOn();
    assert.deepEqual([second.journal, second.reason], [["Record1"], "why 1"]);
    assert.equal(second.flash.reads, 1);
  });

  it("takes every board file there is", () => {
    for (const name of boardNames()) {
      const file = loadBoard(name);
      const machine = fakeMachine(() => undefined, { board: describeBoard(file) });
      assert.equal(machine.powerOn().started, "recovery");
      const start = file.flash.baseAddressBytes;
      assert.equal(machine.hal.slots[1].addressBytes, start + file.partitions.slotB.offsetBytes);
      assert.equal(machine.hal.random.trusted, file.engine.trustedRandom);
    }
  });

  it("refuses a board whose partitions overlap or are missing, by name", () => {
    const withPartitions = (partitions: PartitionTable) => () =>
      fakeMachine(() => undefined, { board: { ...FAKE_BOARD, partitions } });
    const rest = Object.fromEntries(Object.entries(FAKE_BOARD.partitions).filter(([name]) => name !== "journal"));
    assert.throws(withPartitions(rest), /board fake: there is no partition journal/);
    const data = { offsetBytes: 256, sizeBytes: 256 };
    const overlapping = { ...FAKE_BOARD.partitions, data };
    assert.throws(withPartitions(overlapping), /board fake: partition data overlaps partition boot/);
  });
});
