/**
 * Walks breadth-first through all states that a board can get into in a story, from its first state: in each, every
 * boot that may come next, and power failing at every place of it. docs/explore.md says what counts as every, what is
 * taken together and why.
 */

import { ResetCause } from "../../core/boot/reset-cause";
import { RECORD_BYTES, STATE_BYTES } from "../../core/limits";
import { cutPlaces, isTracked, operationName } from "./cuts";
import type { Node } from "./frontier";
import { Frontier } from "./frontier";
import type { BootMove, Reads } from "./moves";
import { noisyReads } from "./noise";
import type { ExploreOptions, ExploreResult } from "./result";
import type { StateForm } from "./state-key";
import { stateForm } from "./state-key";
import type { ExploreStory } from "./stories";
import { ExploreWorld } from "./world";
import type { ExploreSetting, Run } from "./world";

/** A boot up to where the application has its say. */
interface Start {
  /** With an application that does nothing. */
  readonly move: BootMove;
  readonly run: Run;
  /** Positions of the journal page in use that it needs; Infinity: it went on to another page. */
  readonly needs: number;
}

/** What was done after all starts that came to the same. */
interface Continuation {
  /** Positions that each behaviour needs. */
  readonly needs: Map<string, number>;
  /** Behaviours and positions left with which they ran. */
  readonly done: Set<string>;
}

const PLAIN_READS: readonly Reads[] = ["ones", "zeros"];
const MIXED_READS: readonly Reads[] = ["alternating", "late", "random"];
const PROGRESS_EVERY = 50;

const UNDISTURBED = {
  kind: "boot", agePositions: 0, gesture: false, reads: "random", disturbance: undefined, cut: undefined,
} as const;

export class Explorer {
  readonly world: ExploreWorld;
  private readonly frontier: Frontier;
  private readonly continuations = new Map<string, Continuation>();
  private readonly formsAfter = new WeakMap<Run, StateForm>();
  /** Operations that were torn in a state already. */
  private readonly torn = new Map<string, { readonly leftPositions: number; readonly cuts: number }>();

  constructor(
    private readonly setting: ExploreSetting,
    private readonly story: ExploreStory,
    private readonly options: ExploreOptions = {},
  ) {
    this.world = new ExploreWorld(setting, story);
    this.frontier = new Frontier(this.world, setting.board.name, options);
  }

  run(): ExploreResult {
    const { frontier, world } = this;
    frontier.reach(undefined, world.firstPages, world.firstGhost, undefined);
    for (let node = frontier.next(); node !== undefined; node = frontier.next()) {
      this.expand(node);
      if (frontier.counts.expanded % PROGRESS_EVERY === 0) {
        this.options.onProgress?.(frontier.result());
      }
    }
    return frontier.result();
  }

  /** Every move from a state. */
  private expand(node: Node): void {
    this.flipBits(node);
    const starts = node.form.flaky ? this.startFlaky(node) : this.startAll(node, this.moves("random"));
    starts.forEach((start, i) => {
      this.goOn(node, start);
      if (!node.form.flaky) {
        // What is read before a slot is the same, whatever the cause.
        this.disturb(node, start, i === 0 ? 0 : this.world.journalPages + 1);
      }
    });
    // The same on a page that is nearly full, as far as the boot notices.
    const needsMax = Math.max(0, ...starts.map(({ needs }) => (needs === Infinity ? 0 : needs)));
    for (let left = Math.min(node.form.leftPositions, needsMax) - 1; left >= 1; left--) {
      const agePositions = node.form.leftPositions - left;
      for (const { move } of starts.filter(({ needs }) => needs > left && needs !== Infinity)) {
        if (!this.frontier.isOver) {
          this.goOn(node, this.start(node, { ...move, agePositions }));
        }
      }
    }
  }

  /** Where it makes a difference how unstable bits read: each way, with each cause. */
  private startFlaky(node: Node): Start[] {
    const seen = new Set<string>();
    const starts = PLAIN_READS.flatMap((reads) => this.startAll(node, this.moves(reads), seen));
    // Bits that read in turns, or by chance, are gone on with where the start came out in a way of its own (R11).
    for (const reads of MIXED_READS) {
      const moves = this.moves(reads);
      if (!seen.has(this.startName(this.start(node, moves[0]).run))) {
        starts.push(...this.startAll(node, moves, seen));
      }
    }
    return starts;
  }

  /** Boots with each cause. @returns one of those that came to the same */
  private startAll(node: Node, moves: readonly BootMove[], seen = new Set<string>()): Start[] {
    const starts = new Map<string, Start>();
    for (const move of moves) {
      if (!this.frontier.isOver) {
        const start = this.start(node, move);
        const name = this.startName(start.run);
        seen.add(name);
        if (!starts.has(name)) {
          starts.set(name, start);
        }
      }
    }
    return [...starts.values()];
  }

  private start(node: Node, move: BootMove): Start {
    const run = this.walk(node, move, 0);
    return { move, run, needs: this.needs(node.form, run, 0) };
  }

  /** Names what a boot came to before the application had its say. */
  private startName(run: Run): string {
    const after = this.formAfter(run);
    return `${run.image},${run.onTrial},${after.leftPositions},${after.key}`;
  }

  private moves(reads: Reads): BootMove[] {
    const causes = this.setting.board.knowsResetCauses ? this.story.causes : [ResetCause.Unknown];
    const moves = causes.map((cause): BootMove => ({ ...UNDISTURBED, cause, reads, behaviour: "n" }));
    return this.story.gesture ? [...moves, { ...moves[0], gesture: true }] : moves;
  }

  /**
   * Everything that the application may do after a start. What is in memory then follows from what is in flash, once
   * the start has written something; so starts that came to the same are gone on with once, whatever was before (R9).
   */
  private goOn(node: Node, { move, run }: Start): void {
    const after = this.formAfter(run);
    const hasWritten = run.operations.length > 0;
    const memory = after.flaky || !hasWritten ? `${move.reads} ${node.form.key}` : "";
    const name = `${run.image},${run.onTrial},${hasWritten},${after.key},${memory}`;
    const known = this.continuations.get(name) ?? { needs: new Map<string, number>(), done: new Set<string>() };
    this.continuations.set(name, known);
    const stays = this.firstTurn(run) === run.operations.length;
    for (const behaviour of this.behaviours(run)) {
      this.behave(node, { ...move, behaviour }, run, after, known);
      const needs = stays ? known.needs.get(behaviour) ?? 0 : 0;
      for (let left = Math.min(after.leftPositions, needs) - 1; left >= 0; left--) {
        const agePositions = move.agePositions + after.leftPositions - left;
        this.behave(node, { ...move, behaviour, agePositions }, run, { ...after, leftPositions: left }, known);
      }
    }
  }

  /** @param after the state at the start, with as many positions left as there are in this boot */
  private behave(node: Node, move: BootMove, start: Run, after: StateForm, known: Continuation): void {
    const name = `${move.behaviour}${after.leftPositions}`;
    const fits = (known.needs.get(move.behaviour) ?? Infinity) <= after.leftPositions;
    if (fits || known.done.has(name) || this.frontier.isOver) {
      return;
    }
    known.done.add(name);
    const run = this.walk(node, move, start.operationsBeforeStart);
    const needs = this.needs(this.formAfter(start), run, start.operationsBeforeStart);
    if (needs !== Infinity) {
      known.needs.set(move.behaviour, needs);
    }
  }

  private behaviours(run: Run): readonly string[] {
    const { confirmed, trial, recovery } = this.story;
    const letters = run.image < 0 ? recovery : run.onTrial ? trial : confirmed[run.image] ?? "";
    return Array.from(letters).filter((letter) => letter !== "n");
  }

  /** Boots with a wrong bit in one read, and with every read of a slot wrong. No cuts in them. */
  private disturb(node: Node, { move, run }: Start, firstRead: number): void {
    for (const disturbance of noisyReads(this.world, node.form, run, firstRead)) {
      if (!this.frontier.isOver) {
        const disturbed = { ...move, disturbance };
        this.finish(node, disturbed, this.boot(node, disturbed));
      }
    }
  }

  private flipBits(node: Node): void {
    if (node.ghost.flips >= this.story.flipsMax) {
      return;
    }
    const ghost = { ...node.ghost, flips: node.ghost.flips + 1 };
    const imageBytes = this.world.images[0].bytes.length;
    const seals = Math.ceil(imageBytes / RECORD_BYTES) * RECORD_BYTES;
    for (const slot of [0, 1]) {
      // Header, payload, signature, the two seals.
      for (const offsetBytes of [0, 100, imageBytes - 1, seals, seals + RECORD_BYTES]) {
        this.frontier.counts.edges++;
        this.frontier.reach(node, this.world.flip(node.pages, slot, offsetBytes), ghost, {
          kind: "flip", slot, offsetBytes,
        });
      }
    }
  }

  private boot(node: Node, move: BootMove): Run {
    this.frontier.counts.boots++;
    const { agePositions } = move;
    const pages = agePositions === 0 ? node.pages : this.world.age(node.pages, agePositions);
    return this.world.run(pages, node.ghost, move);
  }

  /** Runs a boot to its end, and cuts power at every place of it from an operation on. */
  private walk(node: Node, move: BootMove, firstOperation: number): Run {
    const run = this.boot(node, move);
    const first = move.agePositions === 0 ? firstOperation : Math.max(firstOperation, this.firstTurn(run));
    let form = node.form;
    for (let number = first; number < run.operations.length && !this.frontier.isOver; number++) {
      const { before, ghost } = run.operations[number];
      if (number === first || this.changedState(run, number - 1)) {
        const cut = { operation: number, tornBytes: -1 };
        form = this.frontier.reach(node, this.world.pick(before), ghost, { ...move, cut });
      }
      this.frontier.counts.cuts++;
      this.tearOperation(node, move, run, number, form);
    }
    this.finish(node, move, run);
    return run;
  }

  /** Whether an operation changed anything that belongs to a state, or what an outsider knows. */
  private changedState(run: Run, number: number): boolean {
    return isTracked(this.world, run.operations[number].operation) ||
      run.operations[number].ghost !== (run.operations[number + 1]?.ghost ?? run.ghost);
  }

  /** Power fails inside an operation and right behind it. @param form the state before it */
  private tearOperation(node: Node, move: BootMove, run: Run, number: number, form: StateForm): void {
    const { counts } = this.frontier;
    const name = `${form.key}|${operationName(this.world, run, number, form)}`;
    const known = this.torn.get(name);
    if (known !== undefined && known.leftPositions >= form.leftPositions) {
      counts.cuts += known.cuts;
      counts.edges += known.cuts;
      return;
    }
    let cuts = 0;
    for (const place of cutPlaces(this.world, run, number)) {
      cuts += place.count;
      if (place.leftOut) {
        counts.leftOut += place.count;
      } else if (place.pages !== undefined && !this.frontier.isOver) {
        this.frontier.reach(node, place.pages, place.ghost, { ...move, cut: place.cut });
      }
    }
    counts.cuts += cuts;
    counts.edges += cuts;
    this.torn.set(name, { leftPositions: form.leftPositions, cuts });
  }

  private finish(node: Node, move: BootMove, run: Run): void {
    this.frontier.counts.edges++;
    if (run.violations.length > 0) {
      this.frontier.broken(node, move, run.violations[0]);
    } else {
      this.formsAfter.set(run, this.frontier.reach(node, this.world.pickLike(run.after, node.pages), run.ghost, move));
    }
  }

  /** The state that a boot ends in. */
  private formAfter(run: Run): StateForm {
    return this.formsAfter.get(run) ?? stateForm(this.world, this.world.pick(run.after), run.ghost);
  }

  /** Number of the first operation that erases a page of the journal. */
  private firstTurn(run: Run, from = 0): number {
    const { offsetBytes, sizeBytes } = this.world.places.journal;
    const first = run.operations.findIndex(({ operation }, i) =>
      i >= from && operation.kind === "erase" && operation.offsetBytes >= offsetBytes &&
      operation.offsetBytes < offsetBytes + sizeBytes);
    return first < 0 ? run.operations.length : first;
  }

  /** Positions of the journal page in use that a boot needs from an operation on. */
  private needs(form: StateForm, run: Run, from: number): number {
    if (this.firstTurn(run, from) < run.operations.length || form.journalPage < 0) {
      return Infinity;
    }
    const page = this.world.places.journal.offsetBytes + form.journalPage * this.world.pageBytes;
    let end = 0;
    for (const { operation } of run.operations.slice(from)) {
      const offset = operation.offsetBytes - page;
      if (offset >= 0 && offset < this.world.pageBytes) {
        end = Math.max(end, offset + operation.lengthBytes);
      }
    }
    return Math.max(0, (end - STATE_BYTES) / RECORD_BYTES - form.usedPositions);
  }
}
