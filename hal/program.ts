/** How the engine starts an application from flash and reports what it throws. */

import type { FlashPartition } from "./flash";

export interface Program {
  /**
   * Evaluates the payload, which must be a function expression or a script, and calls the function with `door`.
   * Runs from flash where the engine can. What the application throws goes to the handler for uncaught errors.
   */
  start(slot: FlashPartition, offsetBytes: number, lengthBytes: number, door: object): void;
  /** Sets the one handler for errors that nobody caught, also those of later callbacks. */
  onUncaughtError(handler: (text: string) => void): void;
}
