import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { partitionTable } from "../../tools/board/table";
import {
  allBoardNames, boardFaults, boardNames, firstClassBoardNames, loadBoard, loadBoardData,
} from "../../tools/boards";
import { REPOSITORY } from "../../tools/build/repository";
import { ToolError } from "../../tools/errors";

interface Draft {
  [field: string]: unknown;
  flash: Record<string, number | boolean>;
  storage: { offsetBytes: number; sizeBytes: number };
  freeRegions: { offsetBytes: number; sizeBytes: number }[];
  layout: { [field: string]: unknown; outside: string[]; inside: string[]; slotBytes: number; journalPages: number };
  engine: Record<string, unknown>;
  watchdog: Record<string, unknown>;
  notes: string[];
}

/** A board file with one change; esp32.json unless another is named. */
function changed(change: (board: Draft) => void, name = "esp32"): string[] {
  const board = JSON.parse(readFileSync(path.join(REPOSITORY, "boards", `${name}.json`), "utf8")) as Draft;
  change(board);
  return boardFaults(board, name);
}

const ED25519 = { schemes: ["lms", "ed25519"], policy: "all" };

const FAULTS: [string, (board: Draft) => void, RegExp][] = [
  ["a missing field", (board) => delete board["chip"], /must have required property 'chip'/],
  ["an unknown field", (board) => (board["colour"] = "red"), /additional properties \(colour\)/],
  ["an upper-case name", (board) => (board["name"] = "ESP32"), /\/name must match pattern/],
  ["a name that is not the file's", (board) => (board["name"] = "other"), /called esp32.json.*named other/],
  ["an unknown engine", (board) => (board.engine["name"] = "basic"), /\/engine/],
  ["the small class with slots", (board) => (board["class"] = "small"), /\/layout boolean schema is false/],
  ["a part of a page", (board) => (board.layout["dataBytes"] = 4092), /data.*whole number of pages/],
  ["a Storage that starts inside a page", (board) => (board.storage.offsetBytes += 4), /Storage starts .* page/],
  ["flash that ends before Storage does", (board) => (board.flash["sizeBytes"] = 0x3fe000), /Storage ends .*beyond/],
  [
    "the range that ESP32's getFree() names inside Storage",
    (board) => board.freeRegions.push({ offsetBytes: 0x360000, sizeBytes: 0xa0000 }),
    /0x360000 lies inside Storage.*getFree/,
  ],
  ["a partition twice", (board) => board.layout.inside.push("boot"), /boot 2 times/],
  ["a partition nowhere", (board) => board.layout.outside.pop(), /data 0 times/],
  ["raw pages in Storage without a file", (board) => delete board.layout["storageFile"], /wipe itself/],
  ["no free region", (board) => (board.freeRegions = []), /there is no free region/],
  [
    "slots that cannot be run where they are",
    (board) => {
      board.layout.outside.push(...board.layout.inside.splice(0));
      delete board.layout["storageFile"];
      board.freeRegions = [{ offsetBytes: 0x204000, sizeBytes: 0x11c000 }];
    },
    /cannot be run from where they are/,
  ],
  ["partitions beyond the free region", (board) => (board.layout["dataBytes"] = 0x9000), /data lies in Storage/],
  ["a smaller region", (board) => (board.freeRegions[0].sizeBytes = 0xf000), /data.*beyond the free region/],
  ["slots larger than Storage", (board) => (board.layout.slotBytes = 0x80000), /tb.flash ends .*beyond Storage/],
  ["slots below 64 KB", (board) => (board.layout.slotBytes = 15 * 4096), /fewer than 65536/],
  ["one page of journal", (board) => (board.layout.journalPages = 1), /journal is smaller than 2/],
  ["three pages of journal without a reason", (board) => (board.layout.journalPages = 3), /no note.*"Journal:"/],
  ["a trial without end", (board) => (board["trial"] = { attempts: 1, forgiven: 254 }), /fewer than 255 starts/],
  ["another chip's driver", (board) => (board["chip"] = "nrf52840"), /driver esp32 is none for the chip nrf52840/],
  [
    "a time-out beyond that of a watchdog that runs and cannot be changed",
    (board) => Object.assign(board.watchdog, { canBeStopped: false, runningAtStartMs: 5000 }),
    /watchdogTimeoutMs cannot be 8000/,
  ],
  ["an application's Storage that compacts", (board) => (board["optionalFiles"] = []), /one of the files storage/],
  ["images that no hash takes", (board) => (board.engine["nativeSha256"] = false), /needs the file sha256/],
  [
    "a seal that covers less without saying so",
    (board) => {
      Object.assign(board.engine, { nativeSha256: false });
      Object.assign(board, { verifyMode: "seal" });
    },
    /no note that begins with "Seal:"/,
  ],
  ["Ed25519 without a table size", (board) => (board["signatures"] = ED25519), /required property 'combTeeth'/],
  ["no scheme", (board) => (board["signatures"] = { schemes: [], policy: "any" }), /schemes must NOT have fewer/],
  ["an unknown policy", (board) => (board["signatures"] = { schemes: ["lms"], policy: "most" }), /policy must be/],
  [
    "frames that the input buffer does not hold",
    (board) => (board["smp"] = { bufBytes: 4096, serial: { device: "Serial1", baud: 115_200 } }),
    /more than the input buffer holds/,
  ],
  ["management without a wire", (board) => (board["smp"] = { bufBytes: 1024 }), /needs a wire/],
  [
    "a serial window without a serial wire",
    (board) => Object.assign(board, {
      smp: { bufBytes: 1024, ble: true }, recovery: { serialWindowMs: 500, powerCycles: 0 },
    }),
    /window needs smp.serial/,
  ],
  [
    "a serial window that outlasts the watchdog",
    (board) => (board["recovery"] = { serialWindowMs: 5000, powerCycles: 0 }),
    /more than half of its time-out/,
  ],
  ["files in unmapped pages", (board) => (board.layout["bootFiles"] = ["service"]), /second free region/],
  ["a page of broken write units", (board) => (board.flash["pageSizeBytes"] = 4098), /whole number of write units/],
];

describe("board files", () => {
  for (const name of allBoardNames()) {
    it(`${name} is valid`, () => {
      assert.equal(loadBoardData(name).name, name);
    });
  }

  it("six are first-class, two of the full class are data only, four are of the small class", () => {
    const first = ["banglejs2", "esp32", "esp32c3", "linux", "nrf52840dk", "xiaoble"];
    assert.deepEqual(firstClassBoardNames(), first);
    assert.deepEqual(boardNames(), [...first, "esp32s3", "joltjs"].sort());
    const small = ["mdbt42q", "microbit2", "pixljs", "puckjs"];
    assert.deepEqual(allBoardNames(), [...boardNames(), ...small].sort());
  });

  it("those of the small class are refused with why, and what there is instead", () => {
    assert.throws(() => loadBoard("puckjs"), (error) => error instanceof ToolError && error.exitCode === 2 &&
      /A\/B does not fit there. Until a one-slot-plus-recovery form exists/.test(error.message) &&
      error.next.includes("esp32"));
  });

  it("esp32, nrf52840dk and linux have the plans that recorded stories and searches know", () => {
    const placesOf = (name: string): number[] => {
      const { boot, journal, slotA, slotB, data } = loadBoard(name).partitions;
      return [boot, journal, slotA, slotB, data].flatMap(({ offsetBytes, sizeBytes }) => [offsetBytes, sizeBytes]);
    };
    assert.deepEqual(placesOf("esp32"), [
      0x310000, 0x4000, 0x314000, 0x4000, 0x330000, 0x40000, 0x370000, 0x40000, 0x318000, 0x8000,
    ]);
    assert.deepEqual(placesOf("nrf52840dk"), [
      0xa6000, 0x2000, 0xa8000, 0x4000, 0xac000, 0x20000, 0xcc000, 0x20000, 0xa0000, 0x6000,
    ]);
    assert.deepEqual(placesOf("linux"), [
      0x400, 0x400, 0x800, 0x1000, 0x3800, 0x10000, 0x13800, 0x10000, 0x1800, 0x2000,
    ]);
  });

  it("slots without a size take what the bootloader's files leave of Storage", () => {
    const { slotA, slotB } = loadBoard("joltjs").partitions;
    assert.deepEqual([slotA.sizeBytes, slotB.offsetBytes + slotB.sizeBytes], [34 * 4096, 0x91000 + 80 * 4096]);
  });

  it("the plan as text has a line for each partition, with its address for the interpreter, and the room left", () => {
    const lines = partitionTable(loadBoard("banglejs2"));
    assert.equal(lines.length, 6);
    assert.match(lines[3] ?? "", /^slotA +0x60016000 +262144 +64 pages in the file tb.flash, .* 262104 bytes$/);
    assert.match(lines[5] ?? "", /^Storage +0x60096000 +7774208 /);
  });

  it("an unknown board is refused with the names of those that exist", () => {
    assert.throws(
      () => loadBoard("ESP32"),
      (error) => error instanceof ToolError && error.exitCode === 2 && error.next.includes("linux, nrf52840dk"),
    );
  });

  it("may have LMS alone, which needs no tables", () => {
    assert.deepEqual(changed((board) => (board["signatures"] = { schemes: ["lms"], policy: "any" })), []);
  });

  describe("are refused, with a sentence, for", () => {
    for (const [what, change, sentence] of FAULTS) {
      it(what, () => {
        assert.match(changed(change).join(" "), sentence);
      });
    }
  });
});
