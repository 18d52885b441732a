import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { runMain, scratchFolder, VECTORS } from "./run-main";

interface Line {
  readonly event: "say" | "boot" | "end";
  readonly text?: string;
  readonly started?: string;
  readonly version?: string;
  readonly trial?: boolean;
  readonly endedBy?: string;
  readonly console?: string[];
  readonly ok?: boolean;
  readonly rejected?: string[];
}

function linesOf(stdout: string): Line[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
}

const WELL_BEHAVED = `(function (door) {
  console.log("hello from", door.info.version.major);
  door.every(1000, function () { door.kickWatchdog(); });
  setTimeout(function () { door.confirm(); }, 5000);
})`;

describe("trialboot sim run", function () {
  this.timeout(30000);
  const folder = scratchFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(folder.path(name), text);
    return folder.path(name);
  };
  after(() => folder.remove());

  it("tells the update, then the bad updates, as make sim does", async () => {
    const { exitCode, stdout, stderr } = await runMain(["sim", "run", "--json"]);
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    const lines = linesOf(stdout);
    const boots = lines.filter(({ event }) => event === "boot");
    assert.deepEqual(boots.map((boot) => `${boot.started} ${boot.version} ${boot.trial} ${boot.endedBy}`), [
      "A 1.0.0 false software",
      "B 2.0.0 true horizon",
      "B 2.0.0 false software",
      "A 3.0.0 true watchdog",
      "B 2.0.0 false software",
      "A 4.0.0 true software",
      "B 2.0.0 false horizon",
    ]);
    const end = lines.at(-1);
    assert.deepEqual([end?.event, end?.ok, end?.version, end?.rejected], ["end", true, "2.0.0", ["3.0.0", "4.0.0"]]);
  });

  it("says the same to people: a line a boot, 99 columns at most, no colours in a pipe", async () => {
    const { exitCode, stdout } = await runMain(["sim", "run", "--board", "nrf52840dk"]);
    assert.equal(exitCode, 0);
    assert.equal(stripVTControlCharacters(stdout), stdout);
    for (const line of stdout.split("\n")) {
      assert.ok(line.length <= 99, line);
      assert.equal(line, line.trimEnd());
    }
    assert.equal(stdout.match(/^ {3}\d {2}\S/gm)?.length, 7);
    assert.match(stdout, /^boot {2}cause /m);
    assert.match(stdout, /1m00s {2}the gateway sends version 2\.0\.0, \d,\d{3} bytes, in \d\d chunks\n/);
    assert.match(stdout, /5m00s {2}2\.0\.0 is healthy and confirms itself\n/);
    assert.match(stdout, /\nVersion 2\.0\.0 is confirmed in slot B; 3\.0\.0 and 4\.0\.0 were rejected\.\n/);
    assert.match(stdout, /\nTry next:\n/);
  });

  it("colours on a terminal and not with NO_COLOR, the same text", async () => {
    const argv = ["sim", "run", "--story", "update"];
    const [plain, coloured, refused] = await Promise.all([
      runMain(argv),
      runMain(argv, { terminal: true }),
      runMain(argv, { terminal: true, env: { NO_COLOR: "1" } }),
    ]);
    assert.notEqual(coloured.stdout, plain.stdout);
    assert.equal(stripVTControlCharacters(coloured.stdout), plain.stdout);
    assert.equal(refused.stdout, plain.stdout);
  });

  it("leaves the boots alone with --quiet", async () => {
    const { stdout } = await runMain(["sim", "run", "--story", "bad-update", "--quiet"]);
    assert.deepEqual(stdout.trimEnd().split("\n").map((line) => line.slice(0, 4)), [
      "boot", "   1", "   2", "   3", "   4", "   5",
    ]);
  });

  it("cuts power in the update, then everywhere in it, and counts the places", async () => {
    const { exitCode, stdout } = await runMain(["sim", "run", "--story", "power-cut", "--board", "nrf52840dk"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /Power was cut in \d{3} ways at \d\d flash operations, \d,\d{3}\s+boots/);
    assert.doesNotMatch(stdout, /--story power-cut/);
  });

  it("boots an application of one's own and shows what it prints", async () => {
    const app = file("app.js", WELL_BEHAVED);
    const { exitCode, stdout } = await runMain(["sim", "run", "--image", app]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^ {11}\| {2}hello from 1$/m);
    const json = await runMain(["sim", "run", "--image", app, "--json"]);
    const boot = linesOf(json.stdout).find(({ event }) => event === "boot");
    assert.deepEqual(boot?.console, ["hello from 1"]);
  });

  it("sends it as an update with --story update, to its confirmation or to the way back", async () => {
    const good = await runMain(["sim", "run", "--story", "update", "--image", file("good.js", WELL_BEHAVED)]);
    assert.deepEqual([good.exitCode, good.stderr], [0, ""]);
    assert.match(good.stdout, /Version 2\.0\.0 is confirmed in slot B\./);
    const lazy = file("lazy.js", "(function () {})");
    const bad = await runMain(["sim", "run", "--story", "update", "--image", lazy]);
    assert.equal(bad.exitCode, 32);
    assert.match(bad.stderr, /lazy\.js was tried and given up; version 1\.0\.0 runs again/);
    const idle = file("idle.js", "(function (door) { door.every(1000, function () { door.kickWatchdog(); }); })");
    const undecided = await runMain(["sim", "run", "--story", "update", "--image", idle]);
    assert.equal(undecided.exitCode, 1);
    assert.match(undecided.stderr, /neither confirmed itself nor failed/);
  });

  it("fails by name where the board lacks a global, and says where to add it", async () => {
    const app = file("nrf.js", "(function (door) { NRF.setAdvertising({}); })");
    const { exitCode, stderr } = await runMain(["sim", "run", "--image", app]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: The application uses NRF, which the simulated esp32 does not have\.\n/);
    assert.match(stderr, /--globals FILE/);
  });

  it("takes globals from a file", async () => {
    const app = file("battery.js", WELL_BEHAVED.replace("console.log(", "console.log(NRF.getBattery(), "));
    const globals = file("globals.mjs", "export const globals = { NRF: { getBattery: () => 2.9 } };");
    const { exitCode, stdout } = await runMain(["sim", "run", "--image", app, "--globals", globals]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /2\.9 hello/);
  });

  it("says what is wrong with a file of globals", async () => {
    for (const [name, text] of [["none.mjs", "export const other = 1;"], ["broken.mjs", "export const globals = {"]]) {
      const { exitCode, stderr } = await runMain(["sim", "run", "--globals", file(name, text)]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /cannot be used as globals: /);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
    const missing = await runMain(["sim", "run", "--globals", folder.path("nowhere.mjs")]);
    assert.match(missing.stderr, /nowhere\.mjs cannot be read: there is no such file/);
  });

  it("says why an application does not keep running", async () => {
    const cases: [string, string, RegExp][] = [
      ["throws.js", "(function () { missing.field; })", /uses missing/],
      ["error.js", "(function () { throw new Error('broken pump'); })", /ended by an error: Error: broken pump/],
      ["lazy.js", "(function () {})", /watchdog reset the board after 8 seconds.*\n.*door\.kickWatchdog/],
      ["syntax.js", "(function () {", /SyntaxError/],
    ];
    for (const [name, text, expected] of cases) {
      const { exitCode, stderr } = await runMain(["sim", "run", "--image", file(name, text)]);
      assert.equal(exitCode, 1, name);
      assert.match(stderr, expected);
    }
  });

  it("boots a signed image as it is, with its key, and refuses it by name without", async () => {
    const image = join(VECTORS, "images/good/seccnt-5.bin");
    const unknown = await runMain(["sim", "run", "--image", image]);
    assert.equal(unknown.exitCode, 20);
    assert.match(unknown.stdout, /recovery .* nothing-bootable/);
    assert.match(unknown.stderr, /\(key-unknown\).*\n.*--key PUBLIC\.pem/);
    const known = await runMain(["sim", "run", "--image", image, "--key", "keys/sign-a.public.pem"]);
    assert.match(known.stdout, /A {9}1\.2\.3\+4 {3}confirmed/);
  });

  it("keeps control characters of an application off the terminal", async () => {
    const app = file("escape.js", WELL_BEHAVED.replace("hello", "\\u001b[31mred"));
    const { stdout } = await runMain(["sim", "run", "--image", app]);
    assert.match(stdout, /\\u001b\[31mred/);
    assert.equal(stdout.includes("\u001b"), false);
  });

  it("refuses a wrong command line and useless files with a sentence", async () => {
    copyFileSync(join(VECTORS, "payloads/1k.js"), folder.path("payload.bin"));
    const cases: [string[], number, RegExp][] = [
      [["sim"], 2, /run, boot, explore, replay, soak/],
      [["sim", "walk"], 2, /sim cannot do "walk"/],
      [["sim", "run", "--board", "toaster"], 2, /no board "toaster"/],
      [["sim", "run", "--story", "epic"], 2, /"epic" is not a value of --story/],
      [["sim", "run", "--story", "power-cut", "--image", "a.js"], 2, /applications of its own/],
      [["sim", "run", "--key", "keys/sign-a.public.pem"], 2, /Add --image/],
      [["sim", "run", "--image", folder.path("nowhere.js")], 1, /there is no such file/],
      [["sim", "run", "--image", folder.path("payload.bin")], 24, /neither a signed image nor an application/],
      [["sim", "run", "--image", file("empty.js", "")], 24, /is empty/],
    ];
    for (const [argv, expected, sentence] of cases) {
      const { exitCode, stderr } = await runMain(argv);
      assert.equal(exitCode, expected, argv.join(" "));
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /internal error|\n {4}at /);
    }
  });
});
