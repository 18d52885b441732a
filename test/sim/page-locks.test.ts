import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import type { BoardDescription } from "../../sim/board-description";
import type { BootFunction } from "../../sim/machine-options";
import { PowerCutSweep } from "../../sim/sweep";
import { FAKE_BOARD, fakeDoor, fakeMachine } from "./fake-board";
import { SMALL_BOARD, sweepSetting } from "./sweep-boards";

const LOCKS = ["acl", "bprot"] as const;
/** BPROT locks pages of 4 KB. */
const PAGE = 4096;

function lockedBoard(pageLock: "acl" | "bprot" | "none"): BoardDescription {
  const partitions = Object.fromEntries(["boot", "journal", "slotA", "slotB", "data"].map((name, i) =>
    [name, { offsetBytes: 2 * i * PAGE, sizeBytes: 2 * PAGE }]));
  return {
    ...FAKE_BOARD,
    chip: "nrf52840",
    geometry: { sizeBytes: 10 * PAGE, pageSizeBytes: PAGE, writeUnitBytes: 4 },
    partitions: partitions,
    pageLock,
  };
}

/** Offsets of the pages that take a write: in the bootloader, and then in the application of slot A. */
function writablePages(pageLock: "acl" | "bprot" | "none"): [before: number[], then: number[], next: number[]] {
  const found: number[][] = [];
  const probe = (): void => {
    const { chip } = machine;
    found.push(Array.from({ length: 10 }, (_, i) => i).filter((page) => {
      chip.erasePage(page * PAGE);
      chip.write(page * PAGE, Uint8Array.of(1, 2, 3, 4));
      const isWritten = chip.read(page * PAGE, 1)[0] === 1;
      chip.erasePage(page * PAGE);
      return isWritten && chip.read(page * PAGE, 1)[0] === 255;
    }));
  };
  const boot: BootFunction = (board) => {
    probe();
    board.program.start(board.slots[0], 0, 4, fakeDoor(board, 0, false));
    return undefined;
  };
  const machine = fakeMachine(boot, { board: lockedBoard(pageLock), models: () => probe });
  machine.runBoot();
  machine.runBoot({ cause: ResetCause.Software });
  return [found[0], found[1], found[2]];
}

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("page locks of an nRF52, in the simulator", () => {
  for (const lock of LOCKS) {
    it(`${lock}: nobody writes bootloader and running slot while an application runs; a reset opens them`, () => {
      assert.deepEqual(writablePages(lock), [ALL, [2, 3, 6, 7, 8, 9], ALL]);
    });
  }

  it("none: everything stays open", () => {
    assert.deepEqual(writablePages("none"), [ALL, ALL, ALL]);
  });

  it("an update confirms itself behind them, wherever power fails: its seal is written at the next start", () => {
    const sweep = new PowerCutSweep(sweepSetting({ ...SMALL_BOARD, driver: { file: "nrf52", lock: "acl" } }));
    const uncut = sweep.run([]);
    assert.deepEqual(uncut.violations, []);
    assert.deepEqual(uncut.boots.map(({ started }) => started), ["A", "B", "B"]);
    const result = sweep.sweep({
      writes: "sample", erases: "sample", writeUnitBytes: 4, unstableReads: ["random"], seed: 5,
    });
    assert.deepEqual(result.violations, []);
    assert.equal(result.confirmed, result.cases);
  });
});
