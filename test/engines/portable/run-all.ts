/**
 * The portable suites for an engine without a test runner. Prints one line per case, `ok` or `not ok`,
 * the suite's name, a colon and the title; a failure's reason follows after ` # `.
 */

import { makeCheck } from "./check";
import { SUITES } from "./suites";

declare function print(this: void, text: string): void;

function runCase(name: string, body: () => void): void {
  let reason = "";
  let failed = false;
  try {
    body();
  } catch (error) {
    failed = true;
    reason = String(error);
  }
  print(failed ? "not ok " + name + " # " + reason : "ok " + name);
}

export function runAll(): void {
  for (let i = 0; i < SUITES.length; i++) {
    const suite = SUITES[i];
    suite.run(
      makeCheck((title: string, body: () => void) => {
        runCase(suite.name + ": " + title, body);
      }),
    );
  }
}
