import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { convert } from "xmlbuilder2";
import { SCENARIOS } from "../sim/scenario/shipped";
import { runMain, scratchFolder } from "./run-main";
import type { RunOptions, RunResult } from "./run-main";

const GOOD = `title: It starts
board: nrf52840dk
images:
  old: { version: 1.0.0 }
steps:
  - run: 10 s
    expect: { runs: 1.0.0, boots: 1 }
`;
const ATTACK = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>\\u001b]0;hacked\\u0007";
const BAD = `title: "It fails & <b>says so</b>"
board: nrf52840dk
images:
  old: { version: 1.0.0, does: [print: "${ATTACK}"] }
steps:
  - run: 10 s
    expect:
      boots: 1
      runs: 2.0.0
      prints: hacked
`;

describe("trialboot sim run with scenario files", function () {
  this.timeout(30000);
  const folder = scratchFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(folder.path(name), text);
    return name;
  };
  const run = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    runMain(["sim", "run", ...args], { cwd: folder.path(""), ...options });
  file("good.yaml", GOOD);
  file("bad.yaml", BAD);
  after(() => folder.remove());

  it("prints a line per scenario and the sum, and ends with 0 if all expectations hold", async () => {
    const { exitCode, stdout, stderr } = await run(["good.yaml", "good.yaml"]);
    assert.equal(stderr, "");
    assert.match(stdout, /^(passed +\d+ ms {2}It starts\n){2}\n2 passed, 0 failed, \d+\.\d s\n$/);
    assert.equal(exitCode, 0);
  });

  it("ends with 1 if one does not hold, and says which, where and what was found", async () => {
    const { exitCode, stdout } = await run(["good.yaml", "bad.yaml"]);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^FAILED +\d+ ms {2}It fails & <b>says so<\/b>\n/m);
    assert.match(stdout, /^ {8}bad\.yaml:9, after step 1 \(run 10 s\):\n/m);
    assert.match(stdout, /^ {8}runs: expected 2\.0\.0, found 1\.0\.0\n\n1 passed, 1 failed/m);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  it("shows on a terminal what runs, on a line that the result overwrites", async () => {
    const { stdout } = await run(["good.yaml"], { terminal: true });
    assert.match(stdout, /^ {2}1\/1 {2}It starts\r\u001b\[K/);
    assert.match(stripVTControlCharacters(stdout), /\rpassed +\d+ ms {2}It starts\n/);
    const plain = await run(["good.yaml"], { terminal: true, env: { NO_COLOR: "1" } });
    assert.doesNotMatch(plain.stdout, /\u001b|\r/);
  });

  it("prints with --quiet only what failed, with --json a value per line", async () => {
    const quiet = await run(["good.yaml", "bad.yaml", "--quiet"]);
    assert.equal(quiet.stdout.trimEnd().split("\n").length, 3);
    const { stdout, exitCode } = await run(["good.yaml", "bad.yaml", "--json"]);
    assert.equal(exitCode, 1);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    const facts = lines.map(({ event, ok }) => `${String(event)} ${String(ok)}`);
    assert.deepEqual(facts, ["scenario true", "scenario false", "end false"]);
    assert.deepEqual((lines[1]["failure"] as { line: number }).line, 9);
  });

  it("runs with --filter only what it names", async () => {
    const { stdout, exitCode } = await run(["good.yaml", "bad.yaml", "--filter", "STARTS"]);
    assert.match(stdout, /1 passed, 0 failed/);
    assert.equal(exitCode, 0);
    const none = await run(["good.yaml", "--filter", "nowhere"]);
    assert.equal(none.exitCode, 2);
    assert.match(none.stderr, /No scenario has "nowhere" in its title or file name/);
  });

  it("refuses every bad file at once, by file, line and field, and runs nothing", async () => {
    file("one.yaml", GOOD.replace("runs: 1.0.0", "runns: 1.0.0"));
    file("two.yaml", GOOD.replace("10 s", "10"));
    const { exitCode, stdout, stderr } = await run(["good.yaml", "one.yaml", "two.yaml"]);
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /\n {2}one\.yaml:7: steps\[1\]\.expect\.runns: there is no such field here/);
    assert.match(stderr, /\n {2}two\.yaml:6: steps\[1\]\.run: 10 is not right here/);
    assert.doesNotMatch(stderr, /\bat .*\.ts:/);
    assert.equal((await run(["nowhere.yaml"])).exitCode, 1);
  });

  it("reads applications only from the scenario's own folder", async () => {
    for (const name of ["../../etc/passwd", "/etc/passwd", "missing.js"]) {
      file("script.yaml", GOOD.replace("version: 1.0.0 }", `version: 1.0.0, file: "${name}" }`));
      const { exitCode, stderr } = await run(["script.yaml"]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /images\.old\.file: ".*" (is not in the scenario's folder|cannot be read)/);
    }
  });

  it("refuses flags that make no sense together", async () => {
    for (const line of ["good.yaml --board esp32", "good.yaml --story update", "--report x.html"]) {
      assert.equal((await run(line.split(" "))).exitCode, 2, line);
    }
  });

  it("writes JUnit XML that a parser takes, whatever an application prints", async () => {
    assert.equal((await run(["good.yaml", "bad.yaml", "--junit", "out.xml"])).exitCode, 1);
    const text = readFileSync(folder.path("out.xml"), "utf8");
    const { testsuites } = convert(text, { format: "object" }) as unknown as {
      testsuites: Record<string, unknown> & { testsuite: { testcase: Record<string, unknown>[] } };
    };
    assert.equal(testsuites["@tests"], "2");
    assert.equal(testsuites["@failures"], "1");
    const [good, bad] = testsuites.testsuite.testcase;
    assert.equal(good["@name"], "It starts");
    assert.equal(good["failure"], undefined);
    const failure = bad["failure"] as Record<string, string>;
    assert.equal(failure["@message"], "runs: expected 2.0.0, found 1.0.0");
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f]/);
  });

  it("writes a report that is one file, loads nothing, runs nothing and escapes everything", async () => {
    const env = { GITHUB_SHA: "0123456789abcdef" };
    assert.equal((await run(["good.yaml", "bad.yaml", "--report", "out.html"], { env })).exitCode, 1);
    const html = readFileSync(folder.path("out.html"), "utf8");
    assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'/);
    assert.match(html, /<dd id="passed"[^>]*>1<\/dd>/);
    assert.match(html, /0123456789ab</);
    assert.doesNotMatch(html, /<script|<img|<b>says|onerror=alert\(2\)>|https?:|@import|url\(/);
    assert.match(html, /&lt;script&gt;alert\(1\)/);
    assert.match(html, /It fails &amp; &lt;b&gt;says so&lt;\/b&gt;/);
    assert.doesNotMatch(html, /[\u0000-\u0008\u000b-\u001f]/);
    assert.match(html, /expected <b>2\.0\.0<\/b>, found <b>1\.0\.0<\/b>/);
  });

  it("runs a shipped scenario from its own folder", async () => {
    const { exitCode, stdout } = await runMain(["sim", "run", "update-confirmed.yaml"], { cwd: SCENARIOS });
    assert.equal(exitCode, 0, stdout);
  });
});
