import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { boardFaults, boardNames, loadBoard } from "../../tools/boards";
import { REPOSITORY } from "../../tools/build/repository";
import { ToolError } from "../../tools/errors";

interface Draft {
  [field: string]: unknown;
  flash: Record<string, number>;
  partitions: Record<string, { offsetBytes: number; sizeBytes: number }>;
}

/** esp32.json with one change. */
function changed(change: (board: Draft) => void): string[] {
  const board = JSON.parse(readFileSync(path.join(REPOSITORY, "boards", "esp32.json"), "utf8")) as Draft;
  change(board);
  return boardFaults(board, "esp32");
}

const ED25519 = { schemes: ["lms", "ed25519"], policy: "all" };

const FAULTS: [string, (board: Draft) => void, RegExp][] = [
  ["a missing field", (board) => delete board["chip"], /must have required property 'chip'/],
  ["an unknown field", (board) => (board["colour"] = "red"), /additional properties \(colour\)/],
  ["an upper-case name", (board) => (board["name"] = "ESP32"), /\/name must match pattern/],
  ["a name that is not the file's", (board) => (board["name"] = "other"), /called esp32.json.*named other/],
  ["an unknown engine", (board) => (board["engine"] = { name: "basic" }), /\/engine/],
  ["the small class", (board) => (board["class"] = "small"), /\/class must be equal to constant/],
  ["a partition inside a page", (board) => (board.partitions["data"].offsetBytes += 4), /data.*start of a page/],
  ["a part of a page", (board) => (board.partitions["data"].sizeBytes -= 4), /data.*whole number of pages/],
  ["a partition beyond the flash", (board) => (board.flash["sizeBytes"] = 0x3b0000 - 4096), /slotB.*beyond the flash/],
  ["an overlap by one page", (board) => (board.partitions["journal"].sizeBytes += 4096), /journal and data overlap/],
  ["one page of journal", (board) => (board.partitions["journal"].sizeBytes = 4096), /journal is smaller than 2/],
  ["unequal slots", (board) => (board.partitions["slotB"].sizeBytes -= 4096), /differ in size/],
  [
    "slots below 64 KB",
    (board) => (board.partitions["slotA"].sizeBytes = board.partitions["slotB"].sizeBytes = 15 * 4096),
    /smaller than 65536 bytes/,
  ],
  ["Ed25519 without a table size", (board) => (board["signatures"] = ED25519), /required property 'combTeeth'/],
  ["no scheme", (board) => (board["signatures"] = { schemes: [], policy: "any" }), /schemes must NOT have fewer/],
  ["an unknown policy", (board) => (board["signatures"] = { schemes: ["lms"], policy: "most" }), /policy must be/],
  ["a page of broken write units", (board) => (board.flash["pageSizeBytes"] = 4098), /whole number of write units/],
];

describe("board files", () => {
  for (const name of boardNames()) {
    it(`${name} is valid`, () => {
      assert.equal(loadBoard(name).name, name);
    });
  }

  it("esp32 and nrf52840dk are among them", () => {
    assert.deepEqual(
      ["esp32", "nrf52840dk"].filter((name) => !boardNames().includes(name)),
      [],
    );
  });

  it("the table in boards/README.md shows the plans of the files", () => {
    const readme = readFileSync(path.join(REPOSITORY, "boards", "README.md"), "utf8");
    for (const name of boardNames()) {
      const { boot, journal, slotA, slotB, data } = loadBoard(name).partitions;
      const cells = [boot, journal, slotA, slotB, data].map(
        ({ offsetBytes, sizeBytes }) => `0x${offsetBytes.toString(16)}, ${sizeBytes / 1024} KB`,
      );
      assert.ok(readme.includes(`| \`${name}\` | ${cells.join(" | ")} |`), name);
    }
  });

  it("an unknown board is refused with the names of those that exist", () => {
    assert.throws(
      () => loadBoard("ESP32"),
      (error) => error instanceof ToolError && error.exitCode === 2 && error.next.includes("esp32, linux, nrf52840dk"),
    );
  });

  it("may have LMS alone, which needs no tables", () => {
    assert.deepEqual(changed((board) => (board["signatures"] = { schemes: ["lms"], policy: "any" })), []);
  });

  it("the table in boards/README.md shows the signatures of the files", () => {
    const readme = readFileSync(path.join(REPOSITORY, "boards", "README.md"), "utf8");
    for (const name of boardNames()) {
      const { schemes, policy, combTeeth } = loadBoard(name).signatures;
      const row = `| \`${name}\` | ${schemes.join(", ")} | ${policy} | ${combTeeth ?? "none"} |`;
      assert.ok(readme.includes(row), row);
    }
  });

  describe("are refused, with a sentence, for", () => {
    for (const [what, change, sentence] of FAULTS) {
      it(what, () => {
        assert.match(changed(change).join(" "), sentence);
      });
    }
  });
});
