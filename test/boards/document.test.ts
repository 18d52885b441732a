import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { boardNames, loadBoard } from "../../tools/boards";
import { boardsDocument, withBoardsDocument } from "../../tools/board/document";
import type { SelftestReport } from "../../tools/board/tried";
import { addReport, itemsOf, readTried, TRIAL_ITEMS } from "../../tools/board/tried";

const REPORT: SelftestReport = {
  board: "esp32",
  interpreterVersion: "2v29",
  date: "2026-08-19",
  items: [{ item: "watchdog", outcome: "passed", measured: "8.1 s" }, { item: "reset-causes", outcome: "failed" }],
};

describe("docs/boards.md", () => {
  it("shows what the board files and boards/tried.json say", () => {
    const text = readFileSync(new URL("../../docs/boards.md", import.meta.url), "utf8");
    assert.equal(withBoardsDocument(text, readTried()), text);
  });

  it("names only boards and items that there are", () => {
    for (const [board, items] of Object.entries(readTried())) {
      const known: readonly string[] = itemsOf(loadBoard(board));
      assert.deepEqual(Object.keys(items).filter((item) => !known.includes(item)), []);
    }
  });

  it("turns not tried into tried by a report of the board, and keeps other results", () => {
    const lamp = { outcome: "passed", interpreterVersion: "2v28", date: "2026-01-02" } as const;
    const tried = addReport({ esp32: { lamp } }, REPORT);
    const before = boardsDocument({});
    const after = boardsDocument(tried);
    const changed = after.split("\n").filter((line) => !before.split("\n").includes(line));
    assert.deepEqual(changed, [
      `| ${TRIAL_ITEMS.watchdog} | passed 2026-08-19, 2v29: 8.1 s |`,
      `| ${TRIAL_ITEMS["reset-causes"]} | failed 2026-08-19, 2v29 |`,
      `| ${TRIAL_ITEMS.lamp} | passed 2026-01-02, 2v28 |`,
    ]);
  });

  it("takes no report of items, outcomes or days that are none", () => {
    const broken = [
      { ...REPORT, date: "yesterday" },
      { ...REPORT, items: [{ item: "colour", outcome: "passed" }] },
      { ...REPORT, items: [{ item: "lamp", outcome: "perhaps" }] },
    ];
    for (const report of broken) {
      assert.throws(() => addReport({}, report as SelftestReport), RangeError);
    }
  });

  it("has more than ten items for every board, and those of its parts only where it has them", () => {
    for (const name of boardNames()) {
      assert.ok(itemsOf(loadBoard(name)).length > 9, name);
    }
    assert.ok(itemsOf(loadBoard("banglejs2")).includes("watchdog-running"));
    assert.ok(!itemsOf(loadBoard("banglejs2")).includes("gesture"));
    assert.ok(!itemsOf(loadBoard("nrf52840dk")).includes("native-hash"));
  });
});
