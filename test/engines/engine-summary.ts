/** The reporter of the engine suites: as the others, and at the end one line with the counts of all engines. */

import Mocha from "mocha";
import Reporter from "../../tools/build/mocha-reporter";

const { EVENT_RUN_END, EVENT_TEST_FAIL } = Mocha.Runner.constants;

class EngineSummary extends Reporter {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    let failedTests = 0;

    runner.on(EVENT_TEST_FAIL, (failed) => {
      failedTests += failed instanceof Mocha.Test ? 1 : 0;
    });
    // Registered after the base's own, so that nothing is printed behind it.
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      // Also those whose preparation failed: mocha counts that as one failure and says nothing of the tests.
      const notRun = runner.total - passes - failedTests;
      process.stdout.write(`${passes} passed, ${failures} failed, ${notRun} not run\n`);
    });
  }
}

// Mocha asks a reporter module for its default export.
export { EngineSummary as default };
