/**
 * Virtual time. It stands still while code runs, unless the code is charged for it with `elapse`; between events it
 * jumps. Order is a function of the calls alone: earlier time first, then earlier scheduling.
 *
 * Deadlines are hardware (watchdog, power switch): they strike also while the processor is busy, events do not.
 * A deadline that falls on the same microsecond as an event strikes first.
 */

/** Hardware that acts at a time of its own. */
export interface Deadline {
  /** When it strikes; `undefined`: not armed. */
  atUs(): number | undefined;
  /** Acts; usually it stops the processor by throwing. Afterwards `atUs` must have changed. */
  strike(): void;
}

interface Event {
  readonly id: number;
  readonly atUs: number;
  readonly run: () => void;
}

export class VirtualClock {
  private readonly deadlines: Deadline[] = [];
  /** A binary heap by (atUs, id). */
  private heap: Event[] = [];
  private cancelled = new Set<number>();
  private idsGiven = 0;
  private currentUs = 0;
  private startUs = 0;

  /** Time since the machine was made, in microseconds. */
  get nowUs(): number {
    return this.currentUs;
  }

  /** Time since the processor started, in microseconds. */
  get uptimeUs(): number {
    return this.currentUs - this.startUs;
  }

  /** The processor starts: uptime is 0 and nothing is scheduled. */
  begin(): void {
    this.startUs = this.currentUs;
    this.heap = [];
    this.cancelled.clear();
  }

  /** Sets the time, for snapshots and for time that passes without power. */
  jumpTo(nowUs: number): void {
    this.currentUs = nowUs;
  }

  addDeadline(deadline: Deadline): void {
    this.deadlines.push(deadline);
  }

  /** Runs `run` after `delayUs`. @returns an id for `cancel` */
  schedule(delayUs: number, run: () => void): number {
    const event = { id: ++this.idsGiven, atUs: this.currentUs + Math.max(0, Math.round(delayUs)), run };
    this.heap.push(event);
    this.rise(this.heap.length - 1);
    return event.id;
  }

  cancel(id: number): void {
    this.cancelled.add(id);
  }

  /** When the next event is due; `undefined`: none is scheduled. */
  nextEventUs(): number | undefined {
    while (this.heap.length > 0 && this.cancelled.delete(this.heap[0].id)) {
      this.take();
    }
    return this.heap[0]?.atUs;
  }

  /** Lets time pass without running events; deadlines strike on the way. */
  advanceTo(targetUs: number): void {
    for (let due = this.firstDeadline(targetUs); due !== undefined; due = this.firstDeadline(targetUs)) {
      this.currentUs = Math.max(this.currentUs, due.atUs()!);
      due.strike();
    }
    this.currentUs = Math.max(this.currentUs, targetUs);
  }

  /** The processor is busy for `durationUs`. */
  elapse(durationUs: number): void {
    this.advanceTo(this.currentUs + Math.round(durationUs));
  }

  /** Moves to the next event and runs it. There must be one. */
  runNext(): void {
    const atUs = this.nextEventUs();
    if (atUs === undefined) {
      throw new Error("no event is scheduled");
    }
    this.advanceTo(atUs);
    this.take().run();
  }

  /** The first deadline that strikes by `untilUs`, the earlier added of two at the same time. */
  firstDeadline(untilUs: number): Deadline | undefined {
    let first: Deadline | undefined;
    let firstUs = untilUs;
    for (const deadline of this.deadlines) {
      const atUs = deadline.atUs();
      if (atUs !== undefined && (atUs < firstUs || (atUs === firstUs && first === undefined))) {
        first = deadline;
        firstUs = atUs;
      }
    }
    return first;
  }

  private before(a: number, b: number): boolean {
    const [first, second] = [this.heap[a], this.heap[b]];
    return first.atUs < second.atUs || (first.atUs === second.atUs && first.id < second.id);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b], this.heap[a]];
  }

  private rise(index: number): void {
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) {
        return;
      }
      this.swap(at, parent);
      at = parent;
    }
  }

  private take(): Event {
    const first = this.heap[0];
    const last = this.heap.pop()!;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.sink();
    }
    return first;
  }

  private sink(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        least = child < this.heap.length && this.before(child, least) ? child : least;
      }
      if (least === at) {
        return;
      }
      this.swap(at, least);
      at = least;
    }
  }
}
