/** The states that a search has met, those that it has still to walk on from, and what it found broken. */

import type { Ghost } from "./ghost";
import { ghostText } from "./ghost";
import type { Move } from "./moves";
import { pathId } from "./path-id";
import type { ExploreOptions, ExploreResult, FoundViolation } from "./result";
import type { StateForm } from "./state-key";
import { stateForm } from "./state-key";
import { stateViolations } from "./watch";
import type { ExploreWorld, TrackedPages } from "./world";

/** How a state was reached. */
interface Trail {
  readonly before: Trail | undefined;
  readonly move: Move | undefined;
  readonly depth: number;
}

/** A state to walk on from. */
export interface Node {
  readonly pages: TrackedPages;
  readonly ghost: Ghost;
  readonly form: StateForm;
  readonly trail: Trail;
}

/** What is known of a state. */
interface Entry {
  /** Most positions left on the journal's page with which it was met. */
  readonly leftPositions: number;
  isWaiting: boolean;
}

/** Places that are marginal at one time, if nobody says (docs/explore.md, A2). */
const MARGINAL_PLACES_MAX = 1;
/** No boot uses up so many positions of a page: with more left, it is all the same how many. */
const FAR_POSITIONS = 24;
const MICROSECONDS = 1e6;
/** So many states leave the front of the queue before it is copied. */
const QUEUE_STEP = 1000;

class Queue {
  private nodes: Node[] = [];
  private first = 0;

  get length(): number {
    return this.nodes.length - this.first;
  }

  push(node: Node): void {
    this.nodes.push(node);
  }

  shift(): Node | undefined {
    const node = this.nodes[this.first];
    if (this.length > 0 && ++this.first === QUEUE_STEP) {
      this.nodes = this.nodes.slice(this.first);
      this.first = 0;
    }
    return node;
  }
}

export class Frontier {
  readonly violations: FoundViolation[] = [];
  readonly counts = { edges: 0, boots: 0, cuts: 0, leftOut: 0, depth: 0, expanded: 0 };
  private readonly known = new Set<string>();
  private readonly families = new Map<string, Entry>();
  private readonly far = new Queue();
  /** States met on a page that is nearly full: most are met with more of it left, and then these are no news. */
  private readonly near = new Queue();
  private readonly startedMs = performance.now();
  private readonly usedBefore = process.cpuUsage();

  constructor(
    private readonly world: ExploreWorld,
    private readonly boardName: string,
    private readonly options: ExploreOptions,
  ) {}

  /** Whether enough was found broken. */
  get isOver(): boolean {
    return this.violations.length >= (this.options.violationsMax ?? 1);
  }

  get open(): number {
    return this.far.length + this.near.length;
  }

  /** The next state to walk on from; `undefined`: none is left, or the bound is reached. */
  next(): Node | undefined {
    while (!this.isOver && this.open > 0 && this.counts.expanded < (this.options.statesMax ?? Infinity)) {
      const node = this.far.shift() ?? this.near.shift()!;
      const entry = this.families.get(node.form.family)!;
      // A later visit with more of the page left takes this one's place.
      if (entry.leftPositions === node.form.leftPositions) {
        entry.isWaiting = false;
        this.counts.expanded++;
        return node;
      }
    }
    return undefined;
  }

  /** A state was reached. @param from the state before; `undefined` for the first one */
  reach(from: Node | undefined, pages: TrackedPages, ghost: Ghost, move: Move | undefined): StateForm {
    if (from !== undefined && pages === from.pages && ghostText(ghost) === ghostText(from.ghost)) {
      return from.form;
    }
    const form = stateForm(this.world, pages, ghost);
    if (form.marginalPlaces > (this.options.marginalPlacesMax ?? MARGINAL_PLACES_MAX)) {
      this.counts.leftOut++;
      return form;
    }
    const trail = { before: from?.trail, move, depth: from === undefined ? 0 : from.trail.depth + 1 };
    if (!this.known.has(form.key)) {
      this.known.add(form.key);
      this.options.onState?.(form, trail.depth);
      this.counts.depth = Math.max(this.counts.depth, trail.depth);
      const [sentence] = stateViolations(this.world, pages, ghost);
      if (sentence !== undefined) {
        this.violate(trail, sentence);
        return form;
      }
    }
    const entry = this.families.get(form.family);
    const isCovered = entry !== undefined &&
      (form.leftPositions <= entry.leftPositions || (entry.leftPositions >= FAR_POSITIONS && !entry.isWaiting));
    if (!isCovered) {
      this.families.set(form.family, { leftPositions: form.leftPositions, isWaiting: true });
      (form.leftPositions < FAR_POSITIONS ? this.near : this.far).push({ pages, ghost, form, trail });
    }
    return form;
  }

  /** A rule was broken by this move. */
  broken(from: Node, move: Move, sentence: string): void {
    this.violate({ before: from.trail, move, depth: from.trail.depth + 1 }, sentence);
  }

  result(): ExploreResult {
    const { edges, boots, cuts, leftOut, depth } = this.counts;
    const { user, system } = process.cpuUsage(this.usedBefore);
    const processorSeconds = (user + system) / MICROSECONDS;
    return {
      board: this.boardName,
      story: this.world.story.name,
      states: this.known.size,
      open: this.open,
      edges,
      boots,
      cuts,
      leftOut,
      depth,
      closed: this.open === 0 && this.violations.length === 0,
      seconds: (performance.now() - this.startedMs) / 1000,
      processorSeconds,
      bootsPerSecond: Math.round(boots / processorSeconds),
      violations: this.violations,
    };
  }

  private violate(last: Trail, sentence: string): void {
    if (this.isOver) {
      return;
    }
    const moves: Move[] = [];
    for (let trail: Trail | undefined = last; trail !== undefined; trail = trail.before) {
      if (trail.move !== undefined) {
        moves.unshift(trail.move);
      }
    }
    this.violations.push({ id: pathId({ board: this.boardName, story: this.world.story.name, moves }), sentence });
  }
}
