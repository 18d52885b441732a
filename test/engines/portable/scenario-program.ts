/** A scenario as a program that runs when it is loaded: Lua. The tape is a global variable. */

import { runTape } from "./scenario";

declare const TAPE: string;
declare function print(this: void, text: string): void;

runTape(TAPE, (text: string) => {
  print(text);
});
