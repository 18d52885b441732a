/** The simulator runs every board of the full class, as its file and its partition plan describe it. */

import assert from "node:assert/strict";
import { boardNames } from "../../tools/boards";
import { runMain } from "../tools/run-main";

describe("boards in the simulator", function () {
  this.timeout(60_000);

  for (const name of boardNames()) {
    it(`${name} updates itself, confirms, and rolls a bad update back`, async () => {
      const argv = ["sim", "run", "--board", name, "--story", "update", "--quiet"];
      const { exitCode, stderr, stdout } = await runMain(argv);
      assert.equal(exitCode, 0, stderr + stdout);
    });
  }

  for (const name of ["puckjs", "mdbt42q", "pixljs", "microbit2"]) {
    it(`${name} is refused: A/B does not fit`, async () => {
      const { exitCode, stderr } = await runMain(["sim", "run", "--board", name]);
      assert.equal(exitCode, 2);
      assert.match(stderr, /A\/B does not fit there/);
    });
  }
});
