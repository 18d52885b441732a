import { makeCheck } from "./portable/check";
import { SUITES } from "./portable/suites";

describe("portable suites on Node", () => {
  for (const suite of SUITES) {
    describe(suite.name, () => {
      suite.run(
        makeCheck((title, body) => {
          it(title, body);
        }),
      );
    });
  }
});
