/** Why the chip started, and how to make it start again. */

import type { ResetCause } from "../core/boot/reset-cause";

export interface Reset {
  /** The cause of this start. `ResetCause.Unknown` where the chip cannot tell or its register cannot be read. */
  readonly cause: ResetCause;
  /** Resets the chip. Does not return on a board. */
  reboot(): void;
}
