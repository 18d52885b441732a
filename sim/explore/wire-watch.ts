/** What must hold of management over a wire, and what an outsider at the wire learns. docs/explore.md has the rules. */

import { RecordField, RecordType } from "../../core/journal/record";
import { CommandSet } from "../../core/smp/policy";
import type { FlashOperation } from "../power";
import type { PartitionPlace } from "../partition";
import type { Ghost } from "./ghost";
import { certainCounts } from "./management-form";
import { newestRecord } from "./page-form";
import { FAILURES_KEPT } from "./state-text";
import type { WireFacts } from "./wire-behaviours";
import type { ExploreWorld, TrackedPages } from "./world";

/** One erase of a page of the journal before management is opened again must not make the board forget; two may. */
const TURNS_MAX = 2;

/** What the watch of a boot lends. */
export interface Watched {
  readonly world: ExploreWorld;
  ghost: Ghost;
  /** Slot that a client's uploads go to. */
  freeSlot(): number;
  pagesNow(): TrackedPages;
  broke(sentence: string): void;
}

export class WireWatch implements WireFacts {
  /** A first chunk was sent: the next erase of a slot is its own. */
  private isBegun = false;
  private mayTouchSlot = false;
  private mayTouchData = false;

  constructor(private readonly watched: Watched) {}

  begins(): void {
    this.isBegun = true;
    this.mayTouchSlot = true;
  }

  goesOnAt(startBytes: number): void {
    const { watched } = this;
    const { world } = watched;
    const slot = watched.freeSlot();
    const kept = world.slotOf(watched.pagesNow(), slot).slice(0, startBytes / world.pageBytes);
    if (startBytes < world.images[0].bytes.length && !world.slotForms[slot].isStart(kept)) {
      watched.broke(`an upload goes on at ${startBytes}, but slot ${"AB"[slot]} does not surely hold what is before`);
    }
  }

  holds(bytes: Uint8Array): void {
    const { watched } = this;
    const { world } = watched;
    const slot = watched.freeSlot();
    const { image } = world.slotForms[slot].form(world.slotOf(watched.pagesNow(), slot));
    if (image < 0 || Buffer.compare(world.images[image].bytes, bytes) !== 0) {
      watched.broke(`the board says that it has a file, but slot ${"AB"[slot]} holds something else`);
    }
  }

  mayErase(): void {
    this.mayTouchSlot = true;
  }

  mayResetData(): void {
    this.mayTouchData = true;
  }

  logsIn(): void {
    this.change({ failures: 0 });
  }

  loginRefused(): void {
    const { failures } = this.watched.ghost;
    this.change({ failures: Math.min(failures + 1, FAILURES_KEPT) });
  }

  dayIsOver(): void {
    this.change({ erases: 0, failures: 0, turns: 0 });
  }

  toldToWait(seconds: number): void {
    const { ghost } = this.watched;
    if (ghost.failures > 0 && seconds < 2 ** ghost.failures) {
      this.watched.broke(`after ${ghost.failures} forged logins or more technicians are to wait ${seconds} s only`);
    }
  }

  /** Management was opened: it has read the journal, and written again what an old page said. */
  opened(): void {
    const { watched } = this;
    const { world, ghost } = watched;
    if (ghost.erases + ghost.failures === 0) {
      return;
    }
    const { erases, failures } = certainCounts(world.journalOf(watched.pagesNow()));
    const isLost = erases < ghost.erases || failures < ghost.failures;
    if (isLost && ghost.turns < TURNS_MAX) {
      watched.broke(`${ghost.erases} erases, ${ghost.failures} forged logins; known are ${erases}, ${failures}`);
    }
    this.change({ erases: Math.min(ghost.erases, erases), failures: Math.min(ghost.failures, failures), turns: 0 });
  }

  /** The chip is about to be asked for an operation: what the ghost knows, it knows if power fails in it. */
  before({ kind, offsetBytes }: FlashOperation): void {
    const { world, ghost } = this.watched;
    if (kind === "erase" && isIn(world.places.journal, offsetBytes)) {
      this.change({ turns: Math.min(ghost.turns + 1, TURNS_MAX) });
    }
    const slot = world.places.slots.findIndex((place) => isIn(place, offsetBytes));
    if (kind === "erase" && slot >= 0 && this.isBegun) {
      this.isBegun = false;
      this.countErase();
    }
  }

  /** An operation in a slot that no rule of every story forbids. Seals are written by who confirms. */
  checkSlot(kind: FlashOperation["kind"], slot: number): void {
    if (kind === "erase" && !this.mayTouchSlot) {
      this.watched.broke(`slot ${"AB"[slot]} is erased, though nothing that was asked for over a wire needs that`);
    }
  }

  /** Whether the application's data may be erased: a technician asked, and that is the journal's last word. */
  mayEraseData(): boolean {
    const { world } = this.watched;
    const record = newestRecord(world.journalOf(this.watched.pagesNow()));
    return this.mayTouchData && record !== undefined && record[RecordField.Type] === RecordType.PrivilegedUse &&
      record[RecordField.Detail] === CommandSet.FactoryReset;
  }

  private countErase(): void {
    const { watched } = this;
    const { erasesMax } = watched.world.story.wire!;
    if (erasesMax === undefined) {
      return;
    }
    const erases = watched.ghost.erases + 1;
    if (erases > erasesMax) {
      watched.broke(`a slot is erased over a wire for the ${erases}th time, of ${erasesMax} that are allowed`);
    }
    this.change({ erases });
  }

  private change(change: Partial<Ghost>): void {
    const next = { ...this.watched.ghost, ...change };
    this.watched.ghost = next.erases + next.failures === 0 ? { ...next, turns: 0 } : next;
  }
}

function isIn(place: PartitionPlace, offsetBytes: number): boolean {
  return offsetBytes >= place.offsetBytes && offsetBytes < place.offsetBytes + place.sizeBytes;
}
