import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { Explorer } from "../../../sim/explore/explorer";
import type { BootMove, Move } from "../../../sim/explore/moves";
import { moveText, parseMove } from "../../../sim/explore/moves";
import { parsePathId, pathId, PathIdError } from "../../../sim/explore/path-id";
import { replay } from "../../../sim/explore/replay";
import type { ExploreResult } from "../../../sim/explore/result";
import { stateForm } from "../../../sim/explore/state-key";
import { STORIES } from "../../../sim/explore/stories";
import { ExploreWorld } from "../../../sim/explore/world";
import { loadBoard } from "../../../tools/boards";
import { exploreSetting, findStory } from "../../../tools/commands/sim-explore";
import { TINY_BOARD } from "./tiny-board";

const SETTING = exploreSetting(TINY_BOARD);
const BOOT: BootMove = {
  kind: "boot", agePositions: 0, cause: ResetCause.PowerOn, gesture: false, behaviour: "n", reads: "random",
  disturbance: undefined, cut: undefined,
};

function explored(story: string, statesMax: number): ExploreResult {
  return new Explorer(SETTING, findStory(story)!, { statesMax }).run();
}

describe("explorer", function () {
  this.timeout(60000);

  for (const { name, wire } of STORIES) {
    it(`finds nothing broken in the first states of ${name}, and says that it was bounded`, () => {
      const result = explored(name, wire === undefined ? 25 : 6);
      assert.deepEqual(result.violations, []);
      assert.equal(result.closed, false);
      assert.ok(result.open > 0 && result.states > 25, `${result.states} states, ${result.open} open`);
      assert.ok(result.cuts > 50 * result.boots, `${result.cuts} cuts in ${result.boots} boots`);
    });
  }

  it("comes to the same each time", () => {
    const [first, second] = [explored("update", 15), explored("update", 15)].map((row) =>
      ({ ...row, seconds: 0, processorSeconds: 0, bootsPerSecond: 0 }));
    assert.deepEqual(first, second);
  });

  it("writes every move so that it can be read again", () => {
    const moves: Move[] = [
      BOOT,
      { ...BOOT, agePositions: 12, cause: ResetCause.WarmStart, gesture: true, behaviour: "i", reads: "late" },
      { ...BOOT, cut: { operation: 3, tornBytes: 28 } },
      { ...BOOT, cut: { operation: 3, tornBytes: -1 } },
      { ...BOOT, cut: { operation: 30, tornBytes: undefined } },
      { ...BOOT, disturbance: { kind: "read", readNumber: 7, byte: 2048 } },
      { ...BOOT, disturbance: { kind: "slot", slot: 1 }, reads: "zeros" },
      { kind: "flip", slot: 0, offsetBytes: 100 },
    ];
    assert.deepEqual(moves.map(moveText).map(parseMove), moves);
    const path = { board: "esp32", story: "update", moves };
    assert.deepEqual(parsePathId(pathId(path)), path);
    assert.ok(pathId({ ...path, moves: moves.slice(0, 4) }).length < 50);
  });

  it("refuses an id that is damaged, foreign or of another version", () => {
    const id = pathId({ board: "tiny", story: "update", moves: [BOOT, BOOT] });
    assert.throws(() => parsePathId("7t12"), PathIdError);
    assert.throws(() => parsePathId(id.replace("pn-pn", "pn-wn")), /check digits/);
    const world = new ExploreWorld(SETTING, findStory("update")!);
    const beyond = { board: "tiny", story: "update", moves: [{ ...BOOT, cut: { operation: 9, tornBytes: 0 } }] };
    assert.throws(() => [...replay(world, beyond)], /boot 1 has no operation 9 .* another commit/);
  });

  it("replays a path with a line for each boot and each flash operation", () => {
    const world = new ExploreWorld(SETTING, findStory("update")!);
    const moves = ["pi", "sh@2t28", "pn=o"].map((text) => parseMove(text)!);
    const events = [...replay(world, { board: "tiny", story: "update", moves })];
    const boots = events.flatMap((event) => (event.event === "boot" ? [event.text] : []));
    assert.deepEqual(boots, [
      "slot A starts, 1.0.0; ended by horizon",
      "starts none; ended by power-cut",
      "slot B starts, 2.0.0, trial; ended by horizon",
    ]);
    const operations = events.flatMap((event) => (event.event === "operation" ? [event.text] : []));
    assert.match(operations.join("\n"), /write journal, page 1, 32 bytes, trial-requested, sequence 6 at position 4$/m);
    assert.equal(events.filter(({ event }) => event === "violation").length, 0);
  });

  it("comes to the same states with slots of all their pages as with slots of a few", () => {
    const setting = exploreSetting(loadBoard("esp32"));
    const [whole, compact] = [true, false].map((isWhole) => {
      const world = new ExploreWorld({ ...setting, isWhole }, findStory("update")!);
      const run = world.run(world.firstPages, world.firstGhost, { ...BOOT, behaviour: "i" });
      assert.deepEqual(run.violations, []);
      const keys = run.operations.map(({ before, ghost }) => stateForm(world, world.pick(before), ghost).key);
      return { operations: keys.length, keys: [...new Set(keys)] };
    });
    assert.ok(whole.operations > compact.operations + 50, `${whole.operations} and ${compact.operations}`);
    assert.deepEqual(whole.keys, compact.keys);
  });
});
