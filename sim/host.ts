/** What an application, real or modelled, can reach of the machine beside the handover door. */

import type { VirtualClock } from "./clock";
import type { Life } from "./life";
import type { SimulatedLink } from "./link";
import type { SimulatedPins } from "./pins";
import type { SeededRandom } from "./random";
import type { ApplicationStorage } from "./storage";
import { Timers } from "./timers";
import type { SimulatedWatchdog } from "./watchdog";

/** Console lines kept of one boot. */
const CONSOLE_LINES_MAX = 1000;

export interface HostDevices {
  readonly boardName: string;
  readonly chip: string;
  readonly clock: VirtualClock;
  readonly life: Life;
  readonly link: SimulatedLink;
  readonly pins: SimulatedPins;
  readonly random: SeededRandom;
  readonly storage: ApplicationStorage;
  readonly watchdog: SimulatedWatchdog;
}

export class ApplicationHost {
  readonly timers: Timers;
  /** What the application printed since the processor started. */
  console: string[] = [];
  /** How long the deep sleep lasts that the application asked for last. */
  sleepUs = 0;
  /** Whether this start is a wake from deep sleep. */
  wokeFromSleep = false;
  /** The application's own listeners for uncaught errors. */
  uncaughtListeners: ((error: unknown) => void)[] = [];

  /**
   * @param invoke runs a callback of the application; uncaught errors go to their handler
   */
  constructor(
    readonly devices: HostDevices,
    readonly invoke: (callback: () => void) => void,
  ) {
    this.timers = new Timers(devices.clock, invoke);
  }

  /** The processor starts. */
  begin(wokeFromSleep: boolean): void {
    this.wokeFromSleep = wokeFromSleep;
    this.timers.begin();
    this.console = [];
    this.uncaughtListeners = [];
    this.sleepUs = 0;
  }

  print(line: string): void {
    if (this.console.length < CONSOLE_LINES_MAX) {
      this.console.push(line);
    }
  }

  after(delayMs: number, callback: () => void): number {
    return this.timers.add(callback, delayMs, false);
  }

  every(intervalMs: number, callback: () => void): number {
    return this.timers.add(callback, intervalMs, true);
  }

  /** A software reset: Espruino's `E.reboot()`. */
  reboot(): never {
    return this.devices.life.end("software");
  }

  /** A new interpreter without a chip reset: Espruino's `load()` and `reset()`. */
  restart(): never {
    return this.devices.life.end("warm-start");
  }

  /** Off, until a timer wakes the chip. */
  deepSleep(durationMs: number): never {
    if (!(durationMs > 0)) {
      throw new RangeError(`deep sleep needs a time after which the chip wakes, not ${durationMs} ms`);
    }
    this.sleepUs = Math.round(durationMs * 1000);
    return this.devices.life.end("deep-sleep");
  }

  /** A lock-up or out of memory that resets the chip. */
  panic(): never {
    return this.devices.life.end("panic");
  }

  /** The processor never comes back from here. */
  hang(): never {
    return this.devices.life.end("hang");
  }
}
