/**
 * The reductions of docs/explore.md against runs without them, on the smallest geometry: real power cuts at every byte,
 * no states taken together, pages that really fill up.
 */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { Explorer } from "../../../sim/explore/explorer";
import { cutPlaces } from "../../../sim/explore/cuts";
import { ghostText } from "../../../sim/explore/ghost";
import { certainState } from "../../../sim/explore/journal-form";
import { stateForm } from "../../../sim/explore/state-key";
import { stateText } from "../../../sim/explore/state-text";
import type { ExploreStory } from "../../../sim/explore/stories";
import { certainView, stateViolations } from "../../../sim/explore/watch";
import { ExploreWorld } from "../../../sim/explore/world";
import { FlashPage } from "../../../sim/flash-page";
import { SeededRandom } from "../../../sim/random";
import { exploreSetting, findStory } from "../../../tools/commands/sim-explore";
import { TINY_BOARD } from "./tiny-board";
import type { Place } from "./walks";
import { contentOf, futureOf, MOVE, placeOf, walkAtRandom } from "./walks";

const SETTING = exploreSetting(TINY_BOARD);
const UPDATE = findStory("update")!;
/** Few enough moves for a search that closes in seconds. */
const TINY: ExploreStory = {
  ...UPDATE,
  name: "tiny",
  confirmed: ["ni", "n"],
  trial: "nh",
  causes: [ResetCause.PowerOn],
};
const SEED = 0x5eed;

/** The same state with nothing on the journal's other pages. */
function withoutRing(world: ExploreWorld, { pages, ghost, form }: Place): Place {
  const { geometry } = world.machine.chip;
  const alone = pages.map((page, i) =>
    i < world.journalPages && i !== form.journalPage ? FlashPage.erased(geometry, 0, 0) : page);
  return placeOf(world, alone, ghost);
}

/** What boots come to, as far as it is not about the journal's pages. */
function outcomesOf(world: ExploreWorld, { pages, ghost }: Place): string[] {
  const outcomes: string[] = [];
  for (const reads of ["ones", "zeros"] as const) {
    for (const cause of [ResetCause.PowerOn, ResetCause.Watchdog, ResetCause.DeepSleepWake]) {
      const start = world.run(pages, ghost, { ...MOVE, cause, reads });
      const { recovery, trial, confirmed } = world.story;
      for (const behaviour of start.image < 0 ? recovery : start.onTrial ? trial : confirmed[start.image]) {
        const run = world.run(pages, ghost, { ...MOVE, cause, reads, behaviour });
        const after = world.pick(run.after);
        const slots = world.slotForms.map((forms, slot) => forms.form(world.slotOf(after, slot)).text);
        const state = stateText(certainState(world.journalOf(after))!);
        const facts = [run.image, run.onTrial, ghostText(run.ghost), ...slots, state, ...run.violations];
        outcomes.push([reads, cause, behaviour, ...facts].join());
      }
    }
  }
  return outcomes;
}

describe("explorer: reductions against runs without them", function () {
  // The search that closes takes most of it.
  this.timeout(300000);

  it("a cut that is worked out leaves what a real one leaves, at every byte, and is one of those tried", () => {
    const world = new ExploreWorld(SETTING, UPDATE);
    const { firstPages, firstGhost } = world;
    let compared = 0;
    for (const [agePositions, behaviour, cause] of [
      [0, "n", ResetCause.Watchdog], [0, "i", ResetCause.PowerOn], [10, "i", ResetCause.Watchdog],
    ] as const) {
      const move = { ...MOVE, cause, behaviour };
      const pages = agePositions === 0 ? firstPages : world.age(firstPages, agePositions);
      const run = world.run(pages, firstGhost, move);
      for (const [operation, { operation: asked }] of run.operations.entries()) {
        const tried = [...cutPlaces(world, run, operation)].filter((place) => place.pages !== undefined);
        const keys = new Set(tried.map((place) => stateForm(world, place.pages!, place.ghost).key));
        keys.add(stateForm(world, world.pick(run.operations[operation].before), firstGhost).key);
        const step = asked.kind === "erase" || asked.lengthBytes > 96 ? 37 : 1;
        for (let tornBytes = 0; tornBytes < asked.lengthBytes; tornBytes += step) {
          const real = world.run(pages, firstGhost, { ...move, cut: { operation, tornBytes } }, true);
          const worked = world.pick(world.tear(run, operation, tornBytes));
          assert.equal(contentOf(world.pick(real.after)), contentOf(worked));
          assert.ok(keys.has(stateForm(world, worked, real.ghost).key), `${operation} torn at ${tornBytes}`);
          compared++;
        }
      }
    }
    assert.ok(compared > 400, `${compared} compared`);
  });

  it("states of one name have the same future, whatever the flash holds, also on a page that was aged", () => {
    const world = new ExploreWorld(SETTING, UPDATE);
    const groups = new Map<string, Map<string, Place>>();
    for (const place of walkAtRandom(world, 150, new SeededRandom(SEED))) {
      // Counts in between are one by decision (R5), not because the future is the same.
      const { deaths, wakes } = certainView(world, place.pages)!;
      const name = `${deaths},${wakes},${place.form.key}`;
      const group = groups.get(name) ?? new Map<string, Place>();
      groups.set(name, group.set(contentOf(place.pages), place));
    }
    let compared = 0;
    for (const group of groups.values()) {
      const [first, ...others] = [...group.values()].sort((a, b) => b.form.leftPositions - a.form.leftPositions);
      for (const other of others.slice(0, 2)) {
        const positions = first.form.leftPositions - other.form.leftPositions;
        const pages = positions === 0 ? first.pages : world.age(first.pages, positions);
        const aged = placeOf(world, pages, first.ghost);
        assert.equal(aged.form.key, other.form.key);
        assert.equal(aged.form.leftPositions, other.form.leftPositions);
        assert.deepEqual(futureOf(world, aged), futureOf(world, other));
        compared++;
      }
    }
    assert.ok(compared > 40, `${compared} compared`);
  });

  it("what boots come to does not depend on the pages around the one that holds the state", () => {
    const world = new ExploreWorld(SETTING, UPDATE);
    const rings = new Map<string, Place>();
    for (const place of walkAtRandom(world, 250, new SeededRandom(SEED + 1))) {
      if (place.form.family !== place.form.key) {
        rings.set(place.form.key, place);
      }
    }
    for (const place of rings.values()) {
      assert.deepEqual(outcomesOf(world, place), outcomesOf(world, withoutRing(world, place)), place.form.family);
    }
    assert.ok(rings.size > 40, `${rings.size} compared`);
    assert.ok(new Set([...rings.values()].map(({ form }) => form.family)).size < rings.size);
  });

  it("a search that closes has met every state that random runs without reductions come to", () => {
    const families = new Set<string>();
    const result = new Explorer(SETTING, TINY, { onState: ({ family }) => families.add(family) }).run();
    assert.deepEqual(result.violations, []);
    assert.equal(result.closed, true);
    const world = new ExploreWorld(SETTING, TINY);
    let steps = 0;
    for (const place of walkAtRandom(world, 400, new SeededRandom(SEED))) {
      assert.deepEqual(stateViolations(world, place.pages, place.ghost), []);
      assert.ok(families.has(place.form.family), place.form.family.replace(/[^\x20-\x7e]+/g, "~"));
      steps++;
    }
    assert.ok(steps > 1500, `${steps} steps`);
    assert.ok(result.states > 300, `${result.states} states`);
  });
});
