/**
 * Mocha's closing, the tests that did not run by name, and the counts in build/reports/<report>.json for CI.
 * Passing tests print nothing but a dot on a terminal.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";
import { REPOSITORY } from "./repository";

/** What one run came to; the CI summary adds these up. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const REPORTS = path.join(REPOSITORY, "build", "reports");

const { EVENT_RUN_END, EVENT_TEST_END, EVENT_TEST_PENDING } = Mocha.Runner.constants;

class Reporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const notRun: string[] = [];

    runner.on(EVENT_TEST_END, () => {
      if (process.stdout.isTTY) {
        process.stdout.write(".");
      }
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      notRun.push(test.fullTitle());
    });
    runner.once(EVENT_RUN_END, () => {
      this.epilogue();
      for (const title of notRun) {
        process.stdout.write(`  not run: ${title}\n`);
      }
      const { passes, failures, pending } = this.stats;
      const counts: TestCounts = { passed: passes, failed: failures, skipped: pending };
      const options_ = options.reporterOptions as { report?: string } | undefined;
      mkdirSync(REPORTS, { recursive: true });
      writeFileSync(path.join(REPORTS, `${options_?.report ?? "mocha"}.json`), `${JSON.stringify(counts)}\n`);
    });
  }
}

// Mocha asks a reporter module for its default export.
export { Reporter as default };
