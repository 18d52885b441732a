/** Everything a board can do, put together by the engine's driver folder. */

import type { ImageVerifier } from "../core/image/signatures";
import type { Clock } from "./clock";
import type { FlashPartition } from "./flash";
import type { Hash } from "./hash";
import type { Pins } from "./pins";
import type { Program } from "./program";
import type { Random } from "./random";
import type { Reset } from "./reset";
import type { Watchdog } from "./watchdog";

export interface Board {
  /** Slot A, then slot B. */
  readonly slots: FlashPartition[];
  readonly journal: FlashPartition;
  /** The page of the boot partition that holds the provisioning block. */
  readonly provisioning: FlashPartition;
  /** The application's own pages. */
  readonly data: FlashPartition;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  readonly watchdog: Watchdog;
  readonly reset: Reset;
  readonly clock: Clock;
  readonly random: Random;
  readonly pins: Pins;
  readonly program: Program;
}
