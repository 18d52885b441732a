/** The sensor node with a mistake that shows at its first line: it throws before anything runs. */

import type { Handover } from "../../core/boot/handover";
import { startNode } from "./sensor-node";

/** As read from a calibration table that this version forgot to ship. */
const calibration: { offset: number } | undefined = undefined;

export function main(door: Handover): void {
  const table = calibration as unknown as { offset: number };
  const offset = table.offset;
  startNode(door, {
    beforeSample(count: number): void {
      if (count < offset) {
        return;
      }
    },
  });
}
