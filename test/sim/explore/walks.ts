/** Walks of a board without any reduction: real power cuts at every byte, no states taken together. */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { cutPlaces } from "../../../sim/explore/cuts";
import type { Ghost } from "../../../sim/explore/ghost";
import type { BootMove, Reads } from "../../../sim/explore/moves";
import type { StateForm } from "../../../sim/explore/state-key";
import { stateForm } from "../../../sim/explore/state-key";
import type { ExploreWorld, Run, TrackedPages } from "../../../sim/explore/world";
import type { SeededRandom } from "../../../sim/random";

/** Drawn from in stories of updates; what a start does not allow counts as nothing. */
const UPDATE_BEHAVIOURS = ["n", "n", "h", "i"];

export const MOVE: BootMove = {
  kind: "boot", agePositions: 0, cause: ResetCause.PowerOn, gesture: false, behaviour: "n", reads: "random",
  disturbance: undefined, cut: undefined,
};

/** A state, and what it is called. */
export interface Place {
  readonly pages: TrackedPages;
  readonly ghost: Ghost;
  readonly form: StateForm;
}

export function contentOf(pages: TrackedPages): string {
  return pages.map((page) => page.digest()).join();
}

export function placeOf(world: ExploreWorld, pages: TrackedPages, ghost: Ghost): Place {
  return { pages, ghost, form: stateForm(world, pages, ghost) };
}

function isInScope({ form }: Place): boolean {
  return form.marginalPlaces <= 1;
}

function pick<T>(random: SeededRandom, values: readonly T[]): T {
  return values[random.below(values.length)];
}

/** What the story lets a start do. */
function allowedAfter({ story }: ExploreWorld, { image, onTrial }: Run): string {
  return image < 0 ? story.recovery : onTrial ? story.trial : story.confirmed[image] ?? "";
}

/** A boot without any reduction: drawn at random, and cut for real at any byte. `undefined`: it leads out of scope. */
function stepAtRandom(
  world: ExploreWorld, place: Place, random: SeededRandom, behaviours: readonly string[],
): Place | undefined {
  const reads: Reads = place.form.flaky ? pick(random, ["ones", "zeros"] as const) : "random";
  const cause = pick(random, world.story.causes);
  const behaviour = pick(random, behaviours);
  const start = world.run(place.pages, place.ghost, { ...MOVE, cause, reads });
  const isAllowed = allowedAfter(world, start).includes(behaviour);
  const move = { ...MOVE, cause, reads, behaviour: isAllowed ? behaviour : "n" };
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
export function* walkAtRandom(
  world: ExploreWorld, walks: number, random: SeededRandom, behaviours: readonly string[] = UPDATE_BEHAVIOURS,
): Generator<Place> {
  for (let walk = 0; walk < walks; walk++) {
    let place: Place | undefined = placeOf(world, world.firstPages, world.firstGhost);
    for (let boots = 0; boots < 8 && place !== undefined && isInScope(place); boots++) {
      yield place;
      place = stepAtRandom(world, place, random, behaviours);
    }
  }
}

/** States that a search leaves out are all alike. */
function nameOf(place: Place): string {
  return isInScope(place) ? place.form.key : "out of scope";
}

/**
 * What may come next, as text: for each boot where it leads, and where each of its cuts does.
 *
 * @param behaviours gone through where an application runs, besides doing nothing
 */
export function futureOf(
  world: ExploreWorld, { pages, ghost, form }: Place, behaviours: readonly string[] = ["i", "h"],
): string[] {
  const future: string[] = [];
  const readings: readonly Reads[] = form.flaky ? ["ones", "zeros"] : ["random"];
  for (const reads of readings) {
    for (const cause of [ResetCause.PowerOn, ResetCause.Watchdog, ResetCause.Software]) {
      for (const behaviour of ["n", ...behaviours]) {
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
