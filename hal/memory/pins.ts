/** Pins as plain fields: the test makes the gesture and looks at the indicator. */

import type { Pins } from "../pins";

export interface MemoryPins extends Pins {
  /** Makes or ends the recovery gesture. */
  setGesture(active: boolean): void;
  /** Whether the indicator is on. */
  indicated(): boolean;
}

export function createMemoryPins(): MemoryPins {
  let gesture = false;
  let indicator = false;
  return {
    recoveryRequested(): boolean {
      return gesture;
    },
    indicate(on: boolean): void {
      indicator = on;
    },
    setGesture(active: boolean): void {
      gesture = active;
    },
    indicated(): boolean {
      return indicator;
    },
  };
}
