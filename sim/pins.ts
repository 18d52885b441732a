/** Pins by name, with levels that keep while the processor restarts: a button stays pressed. */

import type { Pins } from "../hal/pins";
import type { Life } from "./life";

export interface PinRoles {
  /** Pin whose high level is the recovery gesture. */
  readonly recovery: string;
  /** Pin of the indicator. */
  readonly indicator: string;
}

export class SimulatedPins implements Pins {
  /** Told of every change of level, whoever made it. */
  onChange: ((pin: string, level: number) => void) | undefined;
  private levels = new Map<string, number>();

  constructor(
    private readonly roles: PinRoles,
    private readonly life: Life,
  ) {}

  recoveryRequested(): boolean {
    this.life.check();
    return this.level(this.roles.recovery) > 0;
  }

  indicate(on: boolean): void {
    this.life.check();
    this.setLevel(this.roles.indicator, on ? 1 : 0);
  }

  /** Whether the indicator is on. */
  get indicated(): boolean {
    return this.level(this.roles.indicator) > 0;
  }

  /** A person makes or ends the recovery gesture. */
  setGesture(active: boolean): void {
    this.setLevel(this.roles.recovery, active ? 1 : 0);
  }

  /** 0..1; a pin that nobody drives is 0. */
  level(pin: string): number {
    return this.levels.get(pin) ?? 0;
  }

  setLevel(pin: string, level: number): void {
    if (this.level(pin) !== level) {
      this.levels.set(pin, level);
      this.onChange?.(pin, level);
    }
  }

  /** The processor starts: what it drove itself falls back. */
  begin(): void {
    this.setLevel(this.roles.indicator, 0);
  }

  snapshot(): ReadonlyMap<string, number> {
    return new Map(this.levels);
  }

  restore(levels: ReadonlyMap<string, number>): void {
    this.levels = new Map(levels);
  }
}
