/** An "engine" that runs one function of the test instead of what stands in the slot, and notes what it was asked. */

import type { FlashPartition } from "../flash";
import type { Program } from "../program";
import { MEMORY_REBOOT } from "./reset";

/** One call of `start`. */
export interface MemoryProgramStart {
  readonly slot: FlashPartition;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly door: object;
}

export interface MemoryProgram extends Program {
  readonly starts: MemoryProgramStart[];
  /** Reports an error that nobody caught to the handler, as a later callback of the application would. */
  fail(text: string): void;
}

/**
 * @param application runs at each start; what it throws goes to the handler, except a reboot, which ends the test's run
 */
export function createMemoryProgram(application: (door: object) => void): MemoryProgram {
  const starts: MemoryProgramStart[] = [];
  let handle: ((text: string) => void) | undefined = undefined;
  return {
    starts,
    start(slot: FlashPartition, offsetBytes: number, lengthBytes: number, door: object): void {
      starts.push({ slot, offsetBytes, lengthBytes, door });
      try {
        application(door);
      } catch (error) {
        if (error === MEMORY_REBOOT || handle === undefined) {
          throw error;
        }
        handle(String(error));
      }
    },
    onUncaughtError(handler: (text: string) => void): void {
      handle = handler;
    },
    fail(text: string): void {
      if (handle !== undefined) {
        handle(text);
      }
    },
  };
}
