/** Runs the portable suites on an interpreter that is not Node and makes one mocha test of every case. */

import assert from "node:assert/strict";
import { makeCheck } from "./portable/check";
import { SUITES } from "./portable/suites";

/** Title of every case, as the program prints it. */
function caseNames(): string[] {
  const names: string[] = [];
  for (const suite of SUITES) {
    suite.run(makeCheck((title) => names.push(`${suite.name}: ${title}`)));
  }
  return names;
}

/** Outcome by case: `ok`, or the reason of the failure. */
export function parseOutcomes(lines: string[]): Map<string, string> {
  const outcomes = new Map<string, string>();
  for (const line of lines) {
    const match = /^(ok|not ok) (.*?)(?: # (.*))?$/.exec(line);
    if (match?.[2] !== undefined) {
      outcomes.set(match[2], match[1] === "ok" ? "ok" : (match[3] ?? "failed without a reason"));
    }
  }
  return outcomes;
}

/**
 * Defines the tests; call it inside a `describe`.
 *
 * @param run compiles the portable program, runs it, and gives the lines it printed
 */
export function testOnEngine(run: () => Promise<string[]>): void {
  const names = caseNames();
  let outcomes = new Map<string, string>();

  before(async function () {
    this.timeout(120_000);
    outcomes = parseOutcomes(await run());
  });

  it("has run exactly the cases that Node runs", () => {
    assert.deepEqual([...outcomes.keys()].sort(), [...names].sort());
  });

  for (const name of names) {
    it(name, () => {
      assert.equal(outcomes.get(name) ?? "the case did not run", "ok");
    });
  }
}
