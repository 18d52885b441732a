/** What `trialboot check` says of the language, held against the real Espruino. */

import assert from "node:assert/strict";
import { REFUSED, TAKEN } from "../../tools/application/language-cases";
import { isInstalled, runOnEspruino } from "./interpreter";

describe("the language that the check of applications knows, on the real Espruino", function () {
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }

  for (const program of TAKEN) {
    it(`takes ${program}`, () => {
      const lines = runOnEspruino(`${program}\nprint("came " + "through");`);
      assert.ok(lines.some((line) => line.includes("came through")), lines.slice(-4).join("\n"));
    });
  }

  for (const program of REFUSED) {
    it(`refuses ${program}`, () => {
      assert.throws(() => runOnEspruino(program), /Uncaught|SyntaxError/);
    });
  }
});
