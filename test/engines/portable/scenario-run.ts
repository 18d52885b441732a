/** A scenario as a function, for engines that get it as a bundle. */

import { runTape } from "./scenario";

declare function print(this: void, text: string): void;

export function runScenario(tape: string): void {
  runTape(tape, function (text: string): void {
    print(text);
  });
}
