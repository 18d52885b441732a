/** The sensor node with a mistake that shows at its first line: it throws before anything runs. */

import type { Handover } from "../../core/boot/handover";
import { startNode } from "./sensor-node";

/** What the sample uses of Espruino's globals. */
declare const Serial1: { println(text: string): void };

/** A calibration table that this version forgot to ship. */
const calibration: { offsets: number[] } = { offsets: [] };

export function main(door: Handover): void {
  const offset = calibration.offsets[0];
  // The offset goes out on the wire, because minifiers leave out what nobody uses, mistakes included.
  Serial1.println("calibrated by " + offset.toString());
  startNode(door, {
    beforeSample(): void {
      // It never gets here.
    },
  });
}
