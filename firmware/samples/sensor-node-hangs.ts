/** The sensor node with a loop that never ends, in its fourth sample: the watchdog has to notice. */

import type { Handover } from "../../core/boot/handover";
import { startNode } from "./sensor-node";

const HANGS_AT_SAMPLE = 3;

export function main(door: Handover): void {
  startNode(door, {
    beforeSample(count: number): void {
      while (count >= HANGS_AT_SAMPLE) {
        // A driver that waits for a sensor which never answers looks like this.
      }
    },
  });
}
