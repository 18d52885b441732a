/** The mains plug: cuts power at a time, whatever the processor is doing. */

import type { Deadline, VirtualClock } from "./clock";
import type { Life } from "./life";

export class PowerSwitch implements Deadline {
  private cutUs: number | undefined;

  constructor(
    private readonly clock: VirtualClock,
    private readonly life: Life,
  ) {
    clock.addDeadline(this);
  }

  /** Cuts power at this uptime of the processor; `undefined`: leaves it on. */
  cutAfter(uptimeMs: number | undefined): void {
    this.cutUs = uptimeMs === undefined ? undefined : this.clock.nowUs - this.clock.uptimeUs + uptimeMs * 1000;
  }

  atUs(): number | undefined {
    return this.cutUs;
  }

  strike(): void {
    this.cutUs = undefined;
    this.life.end("power-cut");
  }
}
