/**
 * A sensor node for Espruino: samples a temperature, stores it, reports it over the serial link, and confirms itself
 * once it has shown that it works.
 */

import type { Handover } from "../../core/boot/handover";
import { canStillBeUpdated, mainLoopAlive, memoryWithinBounds } from "../checks";
import { startRuntime } from "../runtime";
import { openSampleLog } from "./sample-log";

/** What the sample uses of Espruino's globals. */
declare const E: { getTemperature(): number };
declare const process: { memory(): { free: number } };
declare const Serial1: {
  setup(baud: number): void;
  println(text: string): void;
  on(event: "data", callback: (text: string) => void): void;
};
declare function setInterval(callback: () => void, intervalMs: number): number;

const SAMPLE_INTERVAL_MS = 10000;
const REPORT_EVERY_SAMPLES = 6;
const FREE_VARIABLES_MIN = 200;
/** The gateway answers each report; a node that hears nothing for this long could not be updated either. */
const CONTACT_DEADLINE_MS = 240000;

/** What the two broken variants replace. */
export interface Behaviour {
  /** Called before each sample. */
  beforeSample(count: number): void;
}

/** The node, with a place where a variant can go wrong. */
export function startNode(door: Handover, behaviour: Behaviour): void {
  const log = openSampleLog(door.data);
  const loop = mainLoopAlive(3 * SAMPLE_INTERVAL_MS, 2 * SAMPLE_INTERVAL_MS, function (): number {
    return door.uptimeMs();
  });
  let gatewayAnswered = false;
  let count = 0;

  Serial1.setup(115200);
  Serial1.on("data", function (): void {
    gatewayAnswered = true;
  });

  startRuntime(door, {
    checks: [
      loop,
      memoryWithinBounds(FREE_VARIABLES_MIN, function (): number {
        return process.memory().free;
      }),
      canStillBeUpdated(CONTACT_DEADLINE_MS, function (): boolean {
        return gatewayAnswered;
      }),
    ],
    minTrialMs: undefined,
    onConfirm: undefined,
  });

  setInterval(function (): void {
    behaviour.beforeSample(count);
    log.add(Math.round(E.getTemperature() * 100));
    loop.beat();
    const newest = log.newest();
    if (newest !== undefined && count % REPORT_EVERY_SAMPLES === 0) {
      Serial1.println("sample " + newest.number.toString() + " " + newest.centiDegrees.toString());
    }
    count++;
  }, SAMPLE_INTERVAL_MS);
}

export function main(door: Handover): void {
  startNode(door, {
    beforeSample(): void {
      // The working node has nothing to go wrong here.
    },
  });
}
