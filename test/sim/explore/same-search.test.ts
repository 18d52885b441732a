import assert from "node:assert/strict";
import { Explorer } from "../../../sim/explore/explorer";
import type { ExploreResult } from "../../../sim/explore/result";
import { searchName } from "../../../sim/explore/same-search";
import { boardNames, loadBoard } from "../../../tools/boards";
import { exploreSetting, findStory } from "../../../tools/commands/sim-explore";

const STATES_MAX = 12;

/** What the first states of a search come to, without what differs in each run. */
function firstStates(board: string): ExploreResult {
  const result = new Explorer(exploreSetting(loadBoard(board)), findStory("update")!, { statesMax: STATES_MAX }).run();
  return { ...result, board: "", seconds: 0, processorSeconds: 0, bootsPerSecond: 0 };
}

describe("boards that are the same to a search", function () {
  this.timeout(60000);

  it("come to as many states, edges, boots and cuts", () => {
    const groups = new Map<string, string[]>();
    for (const board of boardNames()) {
      const name = searchName(loadBoard(board));
      groups.set(name, [...(groups.get(name) ?? []), board]);
    }
    let compared = 0;
    for (const [first, ...others] of groups.values()) {
      const expected = others.length === 0 ? undefined : firstStates(first);
      for (const other of others) {
        assert.deepEqual(firstStates(other), expected, `${other} and ${first}`);
        compared++;
      }
    }
    assert.ok(compared >= 3, `${compared} compared`);
  });

  it("differ in nothing that a search asks for", () => {
    const board = loadBoard("esp32");
    const name = searchName(board);
    const { flash, partitions } = board;
    const journal = { ...partitions.journal, sizeBytes: partitions.journal.sizeBytes + flash.pageSizeBytes };
    for (const other of [
      { ...board, flash: { ...flash, writeUnitBytes: 8 } },
      { ...board, flash: { ...flash, writesPerWordMax: 2 } },
      { ...board, partitions: { ...partitions, journal } },
      { ...board, knowsResetCauses: !board.knowsResetCauses },
      { ...board, verifyMode: board.verifyMode === "seal" ? "full" as const : "seal" as const },
    ]) {
      assert.notEqual(searchName(other), name);
    }
    assert.equal(searchName({ ...board, name: "other", flash: { ...flash, baseAddressBytes: 4096 } }), name);
  });
});
