import assert from "node:assert/strict";
import { soak } from "../../../tools/commands/sim-soak";
import type { Context } from "../../../tools/context";
import { ToolError } from "../../../tools/errors";

interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...argv: string[]): Said {
  let [stdout, stderr] = ["", ""];
  const context: Context = {
    env: {},
    cwd: "/",
    stdout: (data) => void (stdout += data.toString()),
    stderr: (text) => void (stderr += text),
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    askSecret: () => Promise.resolve(undefined),
  };
  return { exitCode: soak(argv, context), stdout, stderr };
}

describe("trialboot sim soak", function () {
  this.timeout(60000);

  it("says what it did, and with which seed, so that it can be done again", () => {
    const { exitCode, stdout, stderr } = run("--seed", "5", "--boots", "60");
    assert.equal(exitCode, 0);
    assert.match(stderr, /^note: The seed is 5\.\n$/);
    assert.match(stdout, /^1 boards? in [\d.]+ s: 60 boots, \d+ updates .*power cuts.* Seed 5\.\n$/);
  });

  it("gives counts to programs", () => {
    const { stdout } = run("--seed", "5", "--boots", "60", "--json", "--quiet");
    const said = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([said["seed"], said["boots"], said["lives"], said["failure"]], [5, 60, 1, undefined]);
  });

  it("replays a board up to a boot, a line each", () => {
    const { stdout } = run("--seed", "5", "--until", "12");
    const boots = stdout.split("\n").filter((line) => /^ +\d+  /.test(line));
    assert.equal(boots.length, 12);
    assert.match(stdout, /^boot  cause/);
  });

  it("refuses a replay without a seed, and numbers that are none", () => {
    for (const argv of [["--until", "3"], ["--seed", "x"], ["--seconds", "-1"], ["--board", "nothing"]]) {
      assert.throws(() => run(...argv), ToolError, argv.join(" "));
    }
  });
});
