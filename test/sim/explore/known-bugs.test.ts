/**
 * Two bugs that MCUboot shipped, made again in a changed copy of the boot chain: the explorer has to find each, and the
 * id that it prints has to lead there again.
 *
 * - The trailer that says which image is confirmed was erased where it stood before it was written anew: a power cut
 *   inside that erase left neither the old state nor the new one.
 * - An image that failed its check was erased at once: one read that went wrong cost a good image.
 */

import assert from "node:assert/strict";
import { Explorer } from "../../../sim/explore/explorer";
import { parsePathId } from "../../../sim/explore/path-id";
import { replay } from "../../../sim/explore/replay";
import type { FoundViolation } from "../../../sim/explore/result";
import type { ExploreSetting } from "../../../sim/explore/world";
import { ExploreWorld } from "../../../sim/explore/world";
import { exploreSetting, findStory } from "../../../tools/commands/sim-explore";
import { SMALL_BOARD } from "../sweep-boards";
import { changedCopy } from "./changed-copy";
import type { Change, ChangedCopy } from "./changed-copy";

const STATES_MAX = 60;

const ERASED_IN_PLACE: Change = {
  file: "core/journal/journal.ts",
  from: "if (!journal.usable || (page !== oldPage && page !== journal.surePage)) {",
  to: "if (!journal.usable || page === oldPage) {",
};

const ERASED_WHEN_BAD: Change = {
  file: "bootloader/chain.ts",
  from: "  } while (image.reason !== Reason.None && tries < VERIFY_TRIES_MAX);\n",
  to: "  } while (image.reason !== Reason.None && tries < VERIFY_TRIES_MAX - 2);\n" +
    "  if (image.reason !== Reason.None) {\n    flash.erasePage(0);\n  }\n",
};

describe("explorer: known bugs of MCUboot, made again", function () {
  this.timeout(60000);
  let copy: ChangedCopy;

  function find(boot: ExploreSetting["boot"]): FoundViolation | undefined {
    const setting = { ...exploreSetting(SMALL_BOARD), boot };
    return new Explorer(setting, findStory("update")!, { statesMax: STATES_MAX }).run().violations[0];
  }

  function replayed(boot: ExploreSetting["boot"], id: string): string[] {
    const world = new ExploreWorld({ ...exploreSetting(SMALL_BOARD), boot }, findStory("update")!);
    return [...replay(world, parsePathId(id))].flatMap((event) => (event.event === "violation" ? [event.text] : []));
  }

  afterEach(() => copy.remove());

  for (const [title, change, sentence] of [
    ["the state is erased where it stands", ERASED_IN_PLACE, /no page of the journal surely holds the state/],
    ["a slot is erased because one read of it went wrong", ERASED_WHEN_BAD, /the bootloader does an erase in slot A/],
  ] as const) {
    it(title, async () => {
      copy = await changedCopy([change]);
      const violation = find(copy.boot);
      assert.match(violation?.sentence ?? "nothing was found", sentence);
      assert.ok(replayed(copy.boot, violation!.id).includes(violation!.sentence), "the id leads there again");
      const unchanged = exploreSetting(SMALL_BOARD).boot;
      assert.ok(!replayed(unchanged, violation!.id).includes(violation!.sentence), "the unchanged code is better");
    });
  }

  it("an unchanged copy breaks nothing as far as these two were searched for", async () => {
    copy = await changedCopy([]);
    assert.equal(find(copy.boot), undefined);
  });
});
