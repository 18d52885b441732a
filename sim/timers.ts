/** setTimeout and setInterval over virtual time. All of them die with the processor. */

import type { VirtualClock } from "./clock";

interface Timer {
  readonly callback: () => void;
  readonly repeats: boolean;
  intervalUs: number;
  event: number;
}

/** Shortest time between two calls; without one, a timer of 0 ms would stop virtual time. */
const INTERVAL_US_MIN = 1000;

function intervalOf(delayMs: number): number {
  return Math.max(INTERVAL_US_MIN, Math.round((Number.isFinite(delayMs) ? delayMs : 0) * 1000));
}

export class Timers {
  private readonly timers = new Map<number, Timer>();
  private idsGiven = 0;

  /**
   * @param invoke runs a callback of the application and deals with what it throws
   */
  constructor(
    private readonly clock: VirtualClock,
    private readonly invoke: (callback: () => void) => void,
  ) {}

  /** @returns the timer's id, from 1 as on Espruino */
  add(callback: () => void, delayMs: number, repeats: boolean): number {
    const id = ++this.idsGiven;
    const timer = { callback, repeats, intervalUs: intervalOf(delayMs), event: 0 };
    this.timers.set(id, timer);
    this.schedule(id, timer);
    return id;
  }

  remove(id: number): void {
    const timer = this.timers.get(id);
    if (timer !== undefined) {
      this.clock.cancel(timer.event);
      this.timers.delete(id);
    }
  }

  removeAll(): void {
    for (const id of [...this.timers.keys()]) {
      this.remove(id);
    }
  }

  /** Gives the timer another interval, from now on. */
  change(id: number, delayMs: number): void {
    const timer = this.timers.get(id);
    if (timer !== undefined) {
      this.clock.cancel(timer.event);
      timer.intervalUs = intervalOf(delayMs);
      this.schedule(id, timer);
    }
  }

  /** The processor starts. */
  begin(): void {
    this.timers.clear();
    this.idsGiven = 0;
  }

  private schedule(id: number, timer: Timer): void {
    timer.event = this.clock.schedule(timer.intervalUs, () => {
      if (timer.repeats) {
        this.schedule(id, timer);
      } else {
        this.timers.delete(id);
      }
      this.invoke(timer.callback);
    });
  }
}
