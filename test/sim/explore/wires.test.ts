/**
 * The stories with a wire: what their search finds broken in changed copies of management and boot chain, and that it
 * meets every state which random runs come to.
 */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { Explorer } from "../../../sim/explore/explorer";
import { parseMove } from "../../../sim/explore/moves";
import { parsePathId, pathId } from "../../../sim/explore/path-id";
import { replay } from "../../../sim/explore/replay";
import type { ExploreStory } from "../../../sim/explore/stories";
import type { ExploreSetting } from "../../../sim/explore/world";
import { ExploreWorld } from "../../../sim/explore/world";
import { SeededRandom } from "../../../sim/random";
import { certainView } from "../../../sim/explore/watch";
import { exploreSetting, findStory } from "../../../tools/commands/sim-explore";
import type { Change, ChangedCopy } from "./changed-copy";
import { changedCopy } from "./changed-copy";
import { WIRED_BOARD } from "./tiny-board";
import type { Place } from "./walks";
import { contentOf, futureOf, placeOf, walkAtRandom } from "./walks";

const STATES_MAX = 40;
const SEED = 0x5eed;

/** A story with few moves. */
function few(name: string, confirmed: string, changes: Partial<ExploreStory> = {}): ExploreStory {
  const causes = [ResetCause.PowerOn];
  return { ...findStory(name)!, confirmed: [confirmed, "n", "n"], trial: "n", recovery: "n", causes, ...changes };
}

const RESUMED_TOO_FAR: Change = {
  file: "bootloader/management-upload.ts",
  from: "    mark(upload, whole);\n",
  to: "    mark(upload, whole + page);\n",
};

const MARK_NOT_REPEATED: Change = {
  file: "bootloader/management-upload.ts",
  from: "    mark(upload, upload.status.nextBytes);\n",
  to: "",
};

const RUNNING_SLOT_WRITTEN: Change = {
  file: "bootloader/service.ts",
  from: "const writer = createWriter(chain, runningSlot);",
  to: "const writer = createWriter(chain, otherSlot(runningSlot));",
};

const RESUMING_COSTS_NOTHING: Change = {
  file: "bootloader/management-upload.ts",
  from: "    countErase(site.chain, site.log);\n",
  to: "",
};

const USE_NOT_RECORDED: Change = {
  file: "core/smp/login.ts",
  from: "set === CommandSet.Files && hasRead || management.recordUse(set, keyHash)",
  to: "keyHash.length > 0",
};

const FAILURES_NOT_RECORDED: Change = {
  file: "bootloader/management-login.ts",
  from: "  appendNote(chain, RecordType.LoginFailed, Slot.None, log.failures, name, 0);\n",
  to: "",
};

describe("explorer: management over wires", function () {
  this.timeout(60000);
  let copy: ChangedCopy | undefined;

  function replayed(setting: ExploreSetting, story: ExploreStory, id: string): string[] {
    const events = [...replay(new ExploreWorld(setting, story), parsePathId(id))];
    return events.flatMap((event) => (event.event === "violation" ? [event.text] : []));
  }

  afterEach(() => copy?.remove());

  const changes: readonly (readonly [string, Change, ExploreStory, RegExp])[] = [
    ["an upload goes on one page too far", RESUMED_TOO_FAR, few("upload", "nU"), /goes on at 1024, but slot B/],
    ["the slot that runs is written", RUNNING_SLOT_WRITTEN, few("upload", "nU"), /the confirmed image 0 is lost/],
    ["data is erased without a record of who did it", USE_NOT_RECORDED, few("commands", "nF"), /no business/],
    ["forged logins are forgotten at a restart", FAILURES_NOT_RECORDED, few("limits", "nS"), /1 forged logins/],
  ];
  for (const [title, change, story, sentence] of changes) {
    it(`finds that ${title}`, async () => {
      copy = await changedCopy([change]);
      const setting = exploreSetting(WIRED_BOARD);
      const { boot, management } = copy;
      const changed = { ...setting, boot, management };
      const [violation] = new Explorer(changed, story, { statesMax: STATES_MAX }).run().violations;
      assert.match(violation?.sentence ?? "nothing was found", sentence);
      assert.ok(replayed(changed, story, violation.id).includes(violation.sentence), "the id leads there again");
      assert.ok(!replayed(setting, story, violation.id).includes(violation.sentence), "the unchanged code is better");
    });
  }

  // What longer searches found: the paths are short, the searches are not.
  const paths: readonly (readonly [string, Change, string, string, RegExp])[] = [
    ["a mark older than an erase is believed", MARK_NOT_REPEATED, "upload", "+9pU@9t28-pU=o@6t0-pU=z", /at 1024/],
    ["going on after a restart counts as no erase", RESUMING_COSTS_NOTHING, "limits", "pO@5a-pO-pn", /2 erases/],
  ];
  for (const [title, change, story, path, sentence] of paths) {
    it(`tells on its path that ${title}`, async () => {
      copy = await changedCopy([change]);
      const setting = exploreSetting(WIRED_BOARD);
      const { boot, management } = copy;
      const id = pathId({ board: WIRED_BOARD.name, story, moves: path.split("-").map((text) => parseMove(text)!) });
      assert.match(replayed({ ...setting, boot, management }, findStory(story)!, id).join(), sentence);
      assert.doesNotMatch(replayed(setting, findStory(story)!, id).join(), sentence);
    });
  }

  it("states of one name have the same future, whatever management noted before", () => {
    const world = new ExploreWorld(exploreSetting(WIRED_BOARD), few("limits", "nHOES", { trial: "n" }));
    const groups = new Map<string, Map<string, Place>>();
    for (const place of walkAtRandom(world, 40, new SeededRandom(SEED), ["n", "H", "O", "E", "S"])) {
      const { deaths, wakes } = certainView(world, place.pages)!;
      const name = `${deaths},${wakes},${place.form.key}`;
      const group = groups.get(name) ?? new Map<string, Place>();
      groups.set(name, group.set(contentOf(place.pages), place));
    }
    let compared = 0;
    for (const group of groups.values()) {
      const [first, ...others] = [...group.values()].sort((a, b) => b.form.leftPositions - a.form.leftPositions);
      for (const other of others.slice(0, 1)) {
        const positions = first.form.leftPositions - other.form.leftPositions;
        const aged = placeOf(world, positions === 0 ? first.pages : world.age(first.pages, positions), first.ghost);
        assert.equal(aged.form.key, other.form.key);
        assert.deepEqual(futureOf(world, aged, ["O", "S"]), futureOf(world, other, ["O", "S"]));
        compared++;
      }
    }
    assert.ok(compared > 10, `${compared} compared`);
  });
});
