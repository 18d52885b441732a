/** The sensor node with a loop that never ends, in its fourth sample: the watchdog has to notice. */

import type { Handover } from "../../core/boot/handover";
import { startNode } from "./sensor-node";

/** What the sample uses of Espruino's globals. */
declare const E: { getTemperature(): number };

const HANGS_AT_SAMPLE = 3;
/** No sensor ever reads this. */
const NEVER_DEGREES = -300;

export function main(door: Handover): void {
  startNode(door, {
    beforeSample(count: number): void {
      // A driver that waits for a sensor which never answers looks like this. The loop asks the sensor, because
      // compilers take a loop without any effect for one that ends, and leave it out.
      while (count >= HANGS_AT_SAMPLE && E.getTemperature() > NEVER_DEGREES) {
        // Nothing else to do.
      }
    },
  });
}
