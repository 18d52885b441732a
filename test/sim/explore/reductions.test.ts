/**
 * The reductions of docs/explore.md against runs without them, on the smallest geometry: real power cuts at every byte,
 * no states taken together, pages that really fill up.
 */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { Explorer } from "../../../sim/explore/explorer";
import { cutPlaces } from "../../../sim/explore/cuts";
import type { Ghost } from "../../../sim/explore/ghost";
import { ghostText } from "../../../sim/explore/ghost";
import { certainState } from "../../../sim/explore/journal-form";
import type { BootMove, Reads } from "../../../sim/explore/moves";
import { stateForm } from "../../../sim/explore/state-key";
import type { StateForm } from "../../../sim/explore/state-key";
import { stateText } from "../../../sim/explore/state-text";
import type { ExploreStory } from "../../../sim/explore/stories";
import { certainView, stateViolations } from "../../../sim/explore/watch";
import { ExploreWorld } from "../../../sim/explore/world";
import type { TrackedPages } from "../../../sim/explore/world";
import { FlashPage } from "../../../sim/flash-page";
import { SeededRandom } from "../../../sim/random";
import { exploreSetting, findStory } from "../../../tools/commands/sim-explore";
import { TINY_BOARD } from "./tiny-board";

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
const MOVE: BootMove = {
  kind: "boot", agePositions: 0, cause: ResetCause.PowerOn, gesture: false, behaviour: "n", reads: "random",
  disturbance: undefined, cut: undefined,
};
const SEED = 0x5eed;

interface Place {
  readonly pages: TrackedPages;
  readonly ghost: Ghost;
  readonly form: StateForm;
}

function contentOf(pages: TrackedPages): string {
  return pages.map((page) => page.digest()).join();
}

function placeOf(world: ExploreWorld, pages: TrackedPages, ghost: Ghost): Place {
  return { pages, ghost, form: stateForm(world, pages, ghost) };
}

function isInScope({ form }: Place): boolean {
  return form.marginalPlaces <= 1;
}

function pick<T>(random: SeededRandom, values: readonly T[]): T {
  return values[random.below(values.length)];
}

/** A boot without any reduction: drawn at random, and cut for real at any byte. `undefined`: it leads out of scope. */
function stepAtRandom(world: ExploreWorld, place: Place, random: SeededRandom): Place | undefined {
  const reads: Reads = place.form.flaky ? pick(random, ["ones", "zeros"] as const) : "random";
  const cause = pick(random, world.story.causes);
  const behaviour = pick(random, ["n", "n", "h", "i"]);
  const start = world.run(place.pages, place.ghost, { ...MOVE, cause, reads });
  const { recovery, trial, confirmed } = world.story;
  const allowed = start.image < 0 ? recovery : start.onTrial ? trial : confirmed[start.image];
  const move = { ...MOVE, cause, reads, behaviour: allowed.includes(behaviour) ? behaviour : "n" };
  const whole = world.run(place.pages, place.ghost, move);
  assert.deepEqual(whole.violations, []);
  if (whole.operations.length === 0 || random.below(3) === 0) {
    return placeOf(world, world.pick(whole.after), whole.ghost);
  }
  const operation = random.below(whole.operations.length);
  const { operation: asked } = whole.operations[operation];
  const tornBytes = pick(random, [-1, undefined, random.below(asked.lengthBytes), 0, asked.lengthBytes - 1]);
  if (asked.kind === "erase" && tornBytes !== undefined && tornBytes > 0) {
    return undefined;
  }
  const isLeftOut = [...cutPlaces(world, whole, operation)].some(({ cut, count, leftOut }) =>
    leftOut && tornBytes !== undefined && tornBytes >= cut.tornBytes! && tornBytes < cut.tornBytes! + count);
  if (isLeftOut) {
    return undefined;
  }
  const run = world.run(place.pages, place.ghost, { ...move, cut: { operation, tornBytes } }, true);
  return placeOf(world, world.pick(run.after), run.ghost);
}

/** Walks of a few boots each. */
function* walkAtRandom(world: ExploreWorld, walks: number, random: SeededRandom): Generator<Place> {
  for (let walk = 0; walk < walks; walk++) {
    let place: Place | undefined = placeOf(world, world.firstPages, world.firstGhost);
    for (let boots = 0; boots < 8 && place !== undefined && isInScope(place); boots++) {
      yield place;
      place = stepAtRandom(world, place, random);
    }
  }
}

/** States that a search leaves out are all alike. */
function nameOf(place: Place): string {
  return isInScope(place) ? place.form.key : "out of scope";
}

/** What may come next, as text: for each boot where it leads, and where each of its cuts does. */
function futureOf(world: ExploreWorld, { pages, ghost, form }: Place): string[] {
  const future: string[] = [];
  const readings: readonly Reads[] = form.flaky ? ["ones", "zeros"] : ["random"];
  for (const reads of readings) {
    for (const cause of [ResetCause.PowerOn, ResetCause.Watchdog, ResetCause.Software]) {
      for (const behaviour of ["n", "i", "h"]) {
        const move = { ...MOVE, cause, reads, behaviour };
        const start = world.run(pages, ghost, { ...move, behaviour: "n" });
        if (behaviour === "n" || (start.image >= 0 && !(behaviour === "i" && start.onTrial))) {
          const run = world.run(pages, ghost, move);
          const after = stateForm(world, world.pick(run.after), run.ghost);
          const cuts = run.operations.flatMap((_, number) =>
            [...cutPlaces(world, run, number)].map((cut) =>
              cut.pages === undefined ? "" : nameOf(placeOf(world, cut.pages, cut.ghost))));
          const end = nameOf({ pages, ghost, form: after });
          const different = [...new Set(cuts)].sort();
          const facts = [reads, cause, behaviour, end, after.leftPositions];
          future.push([...facts, ...run.violations, ...different].join("\n"));
        }
      }
    }
  }
  return future;
}

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
