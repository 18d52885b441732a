import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ExploreResult } from "../../sim/explore/result";
import { runMain, scratchFolder } from "./run-main";

describe("trialboot sim explore and sim replay", function () {
  this.timeout(60000);
  const folder = scratchFolder();
  after(() => folder.remove());

  it("says what was explored, in a row per board and story, and writes the rows to build/explore.json", async () => {
    const stories = ["--story", "update", "--story", "rollback"];
    const argv = ["sim", "explore", "--board", "nrf52840dk", ...stories, "--bound", "3"];
    const { exitCode, stdout, stderr } = await runMain(argv, { cwd: folder.path("") });
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    const number = "[\\d,]+";
    const row = (story: string): RegExp => new RegExp(
      `^nrf52840dk ${story}: ${number} states, ${number} edges, ${number} cuts, ` +
      `${number} boots run \\(${number} a second of one core\\), ` +
      `bounded \\(${number} open\\), [\\d.]+ s$`, "m");
    assert.match(stdout, row("update"));
    assert.match(stdout, row("rollback"));
    const rows = JSON.parse(readFileSync(folder.path("build/explore.json"), "utf8")) as ExploreResult[];
    assert.deepEqual(rows.map(({ board, story, closed }) => [board, story, closed]), [
      ["nrf52840dk", "update", false], ["nrf52840dk", "rollback", false],
    ]);
  });

  it("prints one JSON value per line", async () => {
    const argv = ["sim", "explore", "--board", "esp32", "--story", "update", "--bound", "1", "--json"];
    const { stdout } = await runMain(argv, { cwd: folder.path("") });
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { event: string });
    assert.deepEqual(lines.map(({ event }) => event), ["row", "end"]);
  });

  it("replays a path", async () => {
    const { exitCode, stdout } = await runMain(["sim", "replay", "esp32.update.pi@0a.mz0v"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^1 {2}pi@0a {2}start by power-on; .*power fails after operation 0$/m);
    assert.match(stdout, /^ {7}0 {2}write journal, page \d, 32 bytes, install-begin, sequence 4 at position 2$/m);
    assert.match(stdout, /^ {3}-> {2}slot A starts, 1\.0\.0; ended by power-cut$/m);
    assert.match(stdout, /^Nothing was broken on this path\.$/m);
  });

  it("refuses wrong command lines and wrong ids with a sentence", async () => {
    const cases: [string[], number, RegExp][] = [
      [["sim", "explore", "--board", "toaster"], 2, /no board "toaster"/],
      [["sim", "explore", "--story", "epic"], 2, /"epic" is not a value of --story/],
      [["sim", "explore", "--bound", "0"], 2, /out of range/],
      [["sim", "replay"], 2, /ID is missing/],
      [["sim", "replay", "7t12"], 1, /"7t12" cannot be replayed: it does not have the four parts/],
      [["sim", "replay", "esp32.update.pi@1a.mz0v"], 1, /check digits are wrong/],
    ];
    for (const [argv, expected, sentence] of cases) {
      const { exitCode, stderr } = await runMain(argv, { cwd: folder.path("") });
      assert.equal(exitCode, expected, argv.join(" "));
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /internal error|\n {4}at /);
    }
  });
});
