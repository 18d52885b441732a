/** One-shot timers, for what has no board yet. */

/** A number on the device; nothing but a name for `clear`. */
export type Timer = object;

interface Timers {
  setTimeout(this: void, callback: () => void, delayMs: number): Timer;
  clearTimeout(this: void, timer: Timer): void;
}

declare const global: Timers;

/** Calls `callback` once, from the event loop. */
export function after(delayMs: number, callback: () => void): Timer {
  return global.setTimeout(callback, delayMs);
}

export function cancel(timer: Timer): void {
  global.clearTimeout(timer);
}
