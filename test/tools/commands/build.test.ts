import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { checkForEngine } from "../../../tools/build/engine-check";
import { ENGINES } from "../../../tools/build/engines";
import { REPOSITORY } from "../../../tools/build/repository";
import { type RunResult, runMain, scratchFolder } from "../run-main";

const FIXTURES = path.join(REPOSITORY, "test", "fixtures", "adapting");

const MAIN_TS = `
import type { Handover } from "trialboot/core/boot/handover";
import { startRuntime } from "trialboot/firmware/runtime";
import { greeting, Tone } from "./greeting";
declare function print(text: string): void;

/** Hoisted in TypeScript, and called only when it is there. */
export function main(door: Handover): void {
  const { trial } = door.info;
  startRuntime(door, { checks: [], minTrialMs: 1000, onConfirm: undefined });
  print(helper([...greeting(Tone.Loud, trial)].join(" ")));
}

function helper(text = "nothing"): string {
  return "[" + text + "]";
}
`;

const GREETING_TS = `
export const enum Tone { Quiet, Loud }
export function greeting(tone: Tone, trial: boolean): string[] {
  return [tone === Tone.Loud ? "HELLO" : "hello", trial ? "trial" : "confirmed"];
}
`;

describe("trialboot build", function () {
  this.timeout(60_000);
  const folder = scratchFolder();
  const cwd = folder.path(".");

  function put(name: string, text: string): void {
    mkdirSync(path.dirname(folder.path(name)), { recursive: true });
    writeFileSync(folder.path(name), text);
  }

  function read(name: string): string {
    return readFileSync(folder.path(name), "latin1");
  }

  async function run(...argv: string[]): Promise<RunResult> {
    const result = await runMain(argv, { cwd });
    assert.doesNotMatch(result.stderr, /internal error/);
    return result;
  }

  /** The virtual board prints what the application does. */
  async function simulated(payload: string, ...more: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await run("sim", "run", "--board", "linux", "--image", payload, ...more);
    assert.equal(exitCode, 0, stdout + stderr);
    return stdout;
  }

  before(async () => {
    put("main.ts", MAIN_TS);
    put("greeting.ts", GREETING_TS);
    put("app.js", 'var n = 0;\nsetInterval(function () { n++; if (n < 3) print("n is " + n); }, 1000);\n');
    assert.equal((await run("keys", "new", "-q", "-o", "key.pem")).exitCode, 0);
    assert.equal((await run("keys", "public", "key.pem", "-q", "-o", "public.pem")).exitCode, 0);
  });

  after(() => folder.remove());

  it("makes ES5 of TypeScript, which a board starts and confirms", async () => {
    const { exitCode, stdout, stderr } = await run("build", "main.ts", "--board", "linux", "-o", "main.payload.js");
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^Wrote main\.payload\.js for linux: not signed\npayload {4}[\d,]+ bytes\nimage .*left\n/);
    const text = read("main.payload.js");
    assert.match(text, /^\(function\(\w+\)\{.*\}\)$/);
    assert.deepEqual(checkForEngine(text, { ...ENGINES["espruino"], hoistsFunctions: true }), []);
    assert.match(await simulated("main.payload.js"), /\[HELLO confirmed\]/);
    assert.match(await simulated("main.payload.js", "--story", "update"), /Version 2\.0\.0 is confirmed/);
  });

  it("makes an update of a plain script that confirms itself, without a change in it", async () => {
    assert.equal((await run("build", "app.js", "--board", "linux")).exitCode, 0);
    const story = await simulated("build/app.payload.js", "--story", "update");
    assert.match(story, /n is 2/);
    assert.match(story, /5m00s {2}2\.0\.0 is healthy and confirms itself/);
  });

  it("gives the script its checks, and rolls back where one never passes", async () => {
    const never = { name: "never", deadlineMs: 20_000, passed: "n > 1000000" };
    const project = { board: "linux", minTrialMs: 5000 };
    put("trialboot.json", JSON.stringify({ ...project, checks: [never] }));
    assert.equal((await run("build", "app.js", "-o", "never.payload.js")).exitCode, 0);
    put("trialboot.json", JSON.stringify({ ...project, checks: [{ ...never, passed: "n > 1" }] }));
    assert.equal((await run("build", "app.js", "-o", "passes.payload.js")).exitCode, 0);
    put("trialboot.json", "{}");
    const rolledBack = await run(
      ...["sim", "run", "--board", "linux", "--story", "update", "--image", "never.payload.js"],
    );
    assert.equal(rolledBack.exitCode, 32, rolledBack.stdout);
    assert.match(rolledBack.stdout, /trial {6}software {6}20\.0s/);
    assert.match(await simulated("passes.payload.js", "--story", "update"), /5s {2}2\.0\.0 is healthy/);
  });

  it("leaves the script's own door and onInit alone", async () => {
    put("names.js", 'var door = "mine"; function onInit() { print("ready " + door); }');
    assert.equal((await run("build", "names.js", "--board", "linux")).exitCode, 0);
    const text = read("build/names.payload.js");
    assert.match(text, /global\.onInit=\w+/);
    assert.match(await simulated("build/names.payload.js"), /The application runs/);
  });

  it("links in modules, each once and only when it is asked for", async () => {
    put("linked.js", 'var a = require("first");\nprint(a.name + " " + (require("first") === a) + " " + a.second());');
    put("modules/first.js", 'print("first runs");\nexports.name = "first";\n' +
      'exports.second = function () { return require("second"); };');
    put("modules/second.js", "module.exports = 42;");
    assert.equal((await run("build", "linked.js", "--board", "linux")).exitCode, 0);
    const printed = await simulated("build/linked.payload.js");
    assert.match(printed, /first true 42/);
    assert.equal(printed.match(/first runs/g)?.length, 1);
  });

  it("takes a payload as it is", async () => {
    put("payload.js", "// A payload.\n(function (door) {\n  door.every(1000, function () { door.kickWatchdog(); });\n" +
      "  door.confirm();\n});\n");
    assert.equal((await run("build", "payload.js", "--board", "linux")).exitCode, 0);
    assert.match(read("build/payload.payload.js"), /^\(function\(\w+\)\{\w+\.every\(1e3,function\(\)\{/);
    assert.match(await simulated("build/payload.payload.js", "--story", "update"), /Version 2\.0\.0 is confirmed/);
  });

  it("signs in one go what verify accepts", async () => {
    const flags = ["--sign", "key.pem", "--version", "1.2.3", "--security-counter", "7", "-o", "out/app.bin"];
    const { exitCode, stdout, stderr } = await run("build", "app.js", "--board", "linux", ...flags);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^Wrote out\/app\.bin for linux: version 1\.2\.3, signed with key\.pem\n/);
    const verified = await run("verify", "out/app.bin", "--key", "public.pem", "--slot-size", "0x10000");
    assert.match(verified.stdout, /^accepted out\/app\.bin\nversion +1\.2\.3\+0\nsecurity counter +7\n/);
    assert.ok(existsSync(folder.path("out/app.payload.js")));
    assert.match(await simulated("out/app.bin", "--key", "public.pem"), /version 1\.2\.3 in slot A/);
  });

  it("says in JSON how large all is, as the image says itself", async () => {
    const flags = ["--sign", "key.pem", "--version", "1.0.0", "--security-counter", "1", "-o", "j.bin", "--json"];
    const { stdout } = await run("build", "app.js", "--board", "linux", ...flags);
    const value = JSON.parse(stdout) as Record<string, unknown>;
    const imageBytes = readFileSync(folder.path("j.bin")).length;
    assert.equal(value["payloadBytes"], readFileSync(folder.path("j.payload.js")).length);
    assert.equal(value["imageBytes"], imageBytes);
    const unsigned = await run("build", "app.js", "--board", "linux", "--json");
    assert.equal((JSON.parse(unsigned.stdout) as Record<string, unknown>)["imageBytes"], imageBytes);
  });

  it("gives the same bytes for the same source", async () => {
    await run("build", "main.ts", "--board", "linux", "-o", "one.js");
    await run("build", "main.ts", "--board", "linux", "-o", "two.js");
    assert.equal(read("one.js"), read("two.js"));
  });

  it("does not build what the check refuses, unless it is forced", async () => {
    const before = path.join(FIXTURES, "before.js");
    const refused = await run("build", before, "--board", "linux", "-o", "forced.js");
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /before\.js was not built: 8 errors, 1 note\./);
    assert.ok(!existsSync(folder.path("forced.js")));
    assert.equal((await run("build", before, "--board", "linux", "-o", "forced.js", "--force")).exitCode, 0);
  });

  it("refuses in sentences", async () => {
    put("large.js", `var text = "${"x".repeat(70_000)}"; print(text.length);`);
    put("wrong.ts", "export function main(): void { nothing(); }");
    put("other.ts", "export function start(): void {}");
    put("ring-a.ts", 'import { b } from "./ring-b";\nexport function main(): void { b(); }\nexport const x = 1;');
    put("ring-b.ts", 'import { x } from "./ring-a";\nexport function b(): number { return x; }');
    put("esm.js", 'import { a } from "./a";\na();');
    put("bad.json", JSON.stringify({ board: "linux", checks: [{ name: "a", deadlineMs: 1000, passed: "a +" }] }));
    put("ts.json", JSON.stringify({ board: "linux", minTrialMs: 5 }));
    const linux = ["--board", "linux"];
    const cases: readonly (readonly [string[], number, RegExp])[] = [
      [["large.js", ...linux], 1, /The image would have 7\d+ bytes; a slot of linux holds \d+\./],
      [["wrong.ts", ...linux], 24, /wrong\.ts:1:32: Cannot find name 'nothing'/],
      [["other.ts", ...linux], 24, /other\.ts exports no function main/],
      [["ring-a.ts", ...linux], 24, /ring-a\.ts cannot be bundled: .*[Cc]ircular/],
      [["esm.js", ...linux], 1, /esm\.js:1:1: error: Espruino has no import\./],
      [["app.js", "--config", "bad.json"], 24, /The check "a" of the project file is no expression/],
      [["main.ts", "--config", "ts.json"], 24, /minTrialMs is for plain scripts/],
      [["app.js", ...linux, "--version", "1.0.0"], 2, /--version is for a signed image/],
      [["app.js", ...linux, "--sign", "key.pem"], 2, /needs a version/],
      [["app.js", ...linux, "--sign", "key.pem", "--version", "1.0.0"], 2, /needs a security counter/],
      [["app.js", ...linux, "--sign", "none.pem", "--version", "1.0.0", "-s", "1"], 1, /none\.pem cannot be read/],
      [["app.js", ...linux, "-o", "app.js"], 2, /app\.js is also app\.js, which would be overwritten/],
      [["app.js", ...linux, "--sign", "key.pem", "--version", "1.0.0", "-s", "1", "-o", "key.pem"], 2, /overwritten/],
      [["app.js", ...linux, "-o", "app.js/x/y.js"], 1, /a part of the path is a file/],
    ];
    for (const [argv, exitCode, message] of cases) {
      const result = await run("build", ...argv);
      assert.equal(result.exitCode, exitCode, `${argv.join(" ")}: ${result.stderr}`);
      assert.match(result.stderr, message, argv.join(" "));
    }
    assert.match(read("app.js"), /^var n = 0;/);
  });
});
