/** Board files: every fault is told in a sentence, and a file without faults makes a board that can be simulated. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describeBoard } from "../../../sim/board-description";
import { placesOf } from "../../../sim/board-description";
import { NorFlash } from "../../../sim/flash";
import { planBoard } from "../../../tools/board/layout";
import type { FullBoardData } from "../../../tools/boards";
import { allBoardNames, boardFaults } from "../../../tools/boards";
import type { FuzzTarget } from "../target";

function boardText(name: string): Uint8Array {
  const file = new URL(`../../../boards/${name}.json`, import.meta.url);
  return new Uint8Array(Buffer.from(JSON.stringify(JSON.parse(readFileSync(file, "utf8")))));
}

function named(value: unknown): string {
  const name = typeof value === "object" && value !== null && "name" in value ? value.name : "";
  return typeof name === "string" ? name : "";
}

export const target: FuzzTarget = {
  name: "board",
  maxBytes: 8192,
  seeds: () => allBoardNames().map(boardText),
  words: [
    '"outside":["boot","journal","data","slotA","slotB"]', '"flash":', '"layout":', '"writesPerWordMax":1',
    '"slotBytes":65536', '"journalPages":1', '"freeRegions":[]', '"class":"small"',
    '"__proto__":', '"sizeBytes":65536', "null", "-1", "[]", "1e99", "0.5", "4096", "true",
  ],
  run(input) {
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(input).toString("utf8"));
    } catch {
      return;
    }
    const faults = boardFaults(value, named(value));
    assert.ok(faults.every((fault) => fault.length > 10 && fault.endsWith(".")), "a fault is no sentence");
    assert.deepEqual(boardFaults(value, named(value)), faults, "the faults change");
    if (faults.length > 0 || (value as FullBoardData).class !== "full") {
      return;
    }
    const board = describeBoard(planBoard(value as FullBoardData));
    const places = placesOf(board);
    assert.equal(places.slots[0].sizeBytes, places.slots[1].sizeBytes);
    if (board.geometry.sizeBytes <= 1 << 25) {
      assert.equal(new NorFlash(board.geometry).read(places.journal.offsetBytes, 4).length, 4);
    }
  },
};
