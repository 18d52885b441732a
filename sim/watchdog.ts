/**
 * The hardware watchdog. Once started it can be neither stopped nor given another time, only kicked; where the board
 * says so it runs on through a software reset, and the next software has to kick it. It counts in virtual time and
 * strikes also while the processor is busy or hangs.
 */

import type { Watchdog } from "../hal/watchdog";
import type { Deadline, VirtualClock } from "./clock";
import type { Life } from "./life";

export interface WatchdogState {
  readonly timeoutUs: number;
  readonly deadlineUs: number;
}

export class SimulatedWatchdog implements Watchdog, Deadline {
  /** Kicks since the processor started. */
  kicks = 0;
  private state: WatchdogState | undefined;
  /** Espruino's automatic mode: the interpreter's idle loop kicks, so that only a hang is noticed. */
  private automatic = false;

  constructor(
    private readonly clock: VirtualClock,
    private readonly life: Life,
  ) {
    clock.addDeadline(this);
  }

  start(timeoutMs: number): void {
    this.life.check();
    if (this.state === undefined) {
      const timeoutUs = Math.round(timeoutMs * 1000);
      this.state = { timeoutUs, deadlineUs: this.clock.nowUs + timeoutUs };
    }
  }

  kick(): void {
    this.life.check();
    this.kicks++;
    this.rewind();
  }

  /** Whether it runs. */
  get running(): boolean {
    return this.state !== undefined;
  }

  /** Switches Espruino's automatic kicking by the idle loop. */
  setAutomatic(automatic: boolean): void {
    this.life.check();
    this.automatic = automatic;
  }

  /** The interpreter is idle: in automatic mode it kicks, for as long as it waits. */
  idleUntil(untilUs: number): void {
    if (this.automatic && this.state !== undefined) {
      this.state = { timeoutUs: this.state.timeoutUs, deadlineUs: untilUs + this.state.timeoutUs };
    }
  }

  atUs(): number | undefined {
    return this.state?.deadlineUs;
  }

  strike(): void {
    this.state = undefined;
    this.life.end("watchdog");
  }

  /** The processor starts. @param survives whether a running watchdog runs on */
  begin(survives: boolean): void {
    this.kicks = 0;
    this.automatic = false;
    if (!survives) {
      this.state = undefined;
    }
  }

  snapshot(): WatchdogState | undefined {
    return this.state;
  }

  restore(state: WatchdogState | undefined): void {
    this.state = state;
  }

  private rewind(): void {
    if (this.state !== undefined) {
      this.state = { timeoutUs: this.state.timeoutUs, deadlineUs: this.clock.nowUs + this.state.timeoutUs };
    }
  }
}
