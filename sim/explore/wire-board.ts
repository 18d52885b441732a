/** What a board of a story with a wire has besides. */

import type { ManagementConfig } from "../../bootloader/config";
import type { Machine } from "../machine";
import { simulatedManagement } from "../serve/management";
import type { StoryWire } from "./stories";
import type { TechnicianKeys } from "./technician-key";
import type { ExploreSetting } from "./world";

/** Erases over wires in a day where a story is not about them. */
const ERASES_ENOUGH = 65000;
const FRAME_BYTES = 1024;
const US_PER_MS = 1000;

export function wireManagement(
  { erasesMax }: StoryWire, { board, management }: ExploreSetting, { known }: TechnicianKeys,
): ManagementConfig {
  const erasesPerDay = erasesMax ?? ERASES_ENOUGH;
  return simulatedManagement(board.name, [known.trusted], { erasesPerDay, frameBytes: FRAME_BYTES, ...management });
}

/** Time passes, and the interpreter's idle loop kicks the watchdog. */
export function idle({ clock, watchdog }: Machine, milliseconds: number): void {
  const untilUs = clock.nowUs + milliseconds * US_PER_MS;
  watchdog.setAutomatic(true);
  watchdog.idleUntil(untilUs);
  clock.advanceTo(untilUs);
}
