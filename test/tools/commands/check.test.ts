import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../../../tools/build/repository";
import { runMain, scratchFolder } from "../run-main";

const FIXTURES = path.join(REPOSITORY, "test", "fixtures", "adapting");

interface JsonResult {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly findings: readonly { readonly rule: string; readonly line: number; readonly file: string }[];
}

/** The blocks of docs/adapting.md in one language, in their order. */
function blocks(language: string): string[] {
  const text = readFileSync(path.join(REPOSITORY, "docs", "adapting.md"), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map((match) => match[1] ?? "");
}

describe("trialboot check", function () {
  this.timeout(30_000);
  const folder = scratchFolder();
  const cwd = folder.path(".");

  function put(name: string, text: string | Uint8Array): void {
    mkdirSync(path.dirname(folder.path(name)), { recursive: true });
    writeFileSync(folder.path(name), text);
  }

  after(() => folder.remove());

  for (const [name, exitCode] of [["before", 1], ["after", 0]] as const) {
    it(`says of ${name}.js what docs/adapting.md says that it says`, async () => {
      const result = await runMain(["check", `${name}.js`, "--board", "esp32"], { cwd: FIXTURES });
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.ok(blocks("text").includes(result.stdout), result.stdout);
    });

    it(`${name}.js is the file that docs/adapting.md shows`, () => {
      assert.ok(blocks("js").includes(readFileSync(path.join(FIXTURES, `${name}.js`), "utf8")));
    });
  }

  it("docs/adapting.md shows the project file that its application has", () => {
    assert.deepEqual(blocks("json"), [readFileSync(path.join(FIXTURES, "trialboot.json"), "utf8")]);
  });

  it("prints one JSON value with --json, and nothing else on stdout", async () => {
    const result = await runMain(["check", "before.js", "--board", "esp32", "--json"], { cwd: FIXTURES });
    const value = JSON.parse(result.stdout) as JsonResult;
    assert.equal(result.exitCode, 1);
    assert.deepEqual([value.ok, value.exitCode], [false, 1]);
    assert.deepEqual(value.findings.filter(({ rule }) => rule === "watchdog").map(({ line }) => line), [38]);
  });

  it("checks linked modules under their own names", async () => {
    put("app.js", 'require("screen").show(1);');
    put("modules/screen.js", "exports.show = function (x) {\n  save(x);\n};");
    const { stdout, exitCode } = await runMain(["check", "app.js", "--board", "linux"], { cwd });
    assert.equal(exitCode, 1);
    assert.match(stdout, /^modules\/screen\.js:2:3: error: save\(\) is refused/);
    assert.match(stdout, /app\.js on linux: 1 error\.\n$/);
  });

  it("names the lines of the source in TypeScript", async () => {
    put("src/main.ts", [
      'import { later } from "./later";',
      "declare function save(): void;",
      "interface Unused { readonly a: number }",
      "export function main(door: object): void {",
      "  later(door);",
      "  save();",
      "}",
    ].join("\n"));
    // A function below its use is no fault here: compiling puts functions first.
    put("src/later.ts", "declare function poke32(at: number, value: number): void;\nfirst({});\n" +
      "export function later(door: object): void {\n  first(door);\n}\n" +
      "function first(_door: object): void {\n  poke32(1, 2);\n}\n");
    const { stdout, exitCode } = await runMain(["check", "src/main.ts", "--board", "linux"], { cwd });
    assert.equal(exitCode, 1, stdout);
    assert.match(stdout, /^src\/main\.ts:6:3: error: save\(\)/m);
    assert.match(stdout, /^src\/later\.ts:7:3: warning: poke32\(\)/m);
    assert.match(stdout, /1 error, 1 warning\.\n$/);
  });

  it("takes board and source from the project file", async () => {
    put("project/trialboot.json", '{ "board": "linux", "entry": "app.js" }');
    put("project/app.js", "print(1);");
    const { stdout, exitCode } = await runMain(["check"], { cwd: folder.path("project") });
    assert.deepEqual([exitCode, stdout], [0, "app.js on linux: nothing found.\n"]);
  });

  it("refuses in sentences what it cannot work on", async () => {
    put("latin.js", new Uint8Array([0x22, 0xb0, 0x22]));
    put("empty/none", "");
    put("bad/trialboot.json", '{ "bord": "linux" }');
    put("worse/trialboot.json", "{");
    const cases: readonly (readonly [string[], string, number, RegExp])[] = [
      [["check", "missing.js", "--board", "linux"], cwd, 1, /missing\.js cannot be read/],
      [["check", "latin.js", "--board", "linux"], cwd, 24, /not a text in UTF-8/],
      [["check", "app.js"], cwd, 2, /Say for which board/],
      [["check", "app.js", "--board", "none"], cwd, 2, /There is no board "none"/],
      [["check"], folder.path("empty"), 2, /nothing to work on/],
      [["check", "--bord", "linux"], cwd, 2, /Did you mean --board/],
      [["check"], folder.path("bad"), 1, /there is no field bord/],
      [["check"], folder.path("worse"), 1, /is not JSON/],
      [["check", "a.js", "b.js", "--board", "linux"], cwd, 2, /./],
    ];
    for (const [argv, where, exitCode, message] of cases) {
      const result = await runMain(argv, { cwd: where });
      assert.equal(result.exitCode, exitCode, `${argv.join(" ")}: ${result.stderr}`);
      assert.match(result.stderr, message);
      assert.doesNotMatch(result.stderr, /internal error/);
    }
  });
});
