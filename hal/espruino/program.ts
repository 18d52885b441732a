/** Starts an application from its slot, in place where the board can. */

import type { FlashPartition } from "../flash";
import type { Program } from "../program";
import type { TextSource } from "./flash";

/** `eval` in a scope with nothing in it: an application's undeclared variables must not land among the bootloader's. */
export type Evaluate = (this: void, text: string) => unknown;

declare const process: { on(event: string, handler: (error: unknown) => void): void };

export class EspruinoProgram implements Program {
  private readonly evaluate: Evaluate;

  constructor(evaluate: Evaluate) {
    this.evaluate = evaluate;
  }

  /**
   * What is thrown here ends `.boot0`; Espruino then hands it to `uncaughtException`, as it does a stack overflow,
   * which no `catch` would see.
   */
  start(slot: FlashPartition, offsetBytes: number, lengthBytes: number, door: object): void {
    const evaluate = this.evaluate;
    const application = evaluate((slot as unknown as TextSource).readText(offsetBytes, lengthBytes));
    if (typeof application === "function") {
      (application as (door: object) => void)(door);
    }
  }

  onUncaughtError(handler: (text: string) => void): void {
    process.on("uncaughtException", function (error: unknown): void {
      handler(String(error));
    });
  }
}
