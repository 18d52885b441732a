import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type RunResult, runMain, scratchFolder } from "../run-main";

async function succeed(cwd: string, ...argv: string[]): Promise<RunResult> {
  const result = await runMain(argv, { cwd });
  assert.equal(result.exitCode, 0, `${argv.join(" ")}: ${result.stdout}${result.stderr}`);
  return result;
}

describe("trialboot init", function () {
  this.timeout(60_000);
  const folder = scratchFolder();
  const cwd = folder.path(".");

  after(() => folder.remove());

  for (const [language, flags] of [["TypeScript", []], ["a plain script", ["--js"]]] as const) {
    it(`makes a project of ${language} that is checked, built, signed, verified and simulated`, async () => {
      const name = `project-${flags.length}`;
      await succeed(cwd, "init", name, "--board", "linux", ...flags);
      const project = folder.path(name);
      const checked = await succeed(project, "check");
      assert.match(checked.stdout, /on linux: nothing found\.\n$/);
      await succeed(project, "build");
      await succeed(
        project,
        ...["verify", "build/app.bin", "--key", "keys/signing.public.pem", "--slot-size", "0x10000"],
        ...["--counter-floor", "1"],
      );
      const scenario = await succeed(project, "sim", "run", "scenario.yaml");
      assert.match(scenario.stdout, /1 passed, 0 failed/);
      const image = ["--image", "build/app.bin", "--key", "keys/signing.public.pem", "--board", "linux"];
      const run = await succeed(project, "sim", "run", ...image);
      assert.match(run.stdout, /23 degrees/);
    });
  }

  it("has scripts whose command lines the verbs take", async () => {
    await succeed(cwd, "init", "scripts", "-q");
    const description = JSON.parse(readFileSync(folder.path("scripts/package.json"), "utf8")) as {
      name: string;
      scripts: Record<string, string>;
    };
    assert.equal(description.name, "scripts");
    assert.deepEqual(Object.keys(description.scripts), ["check", "build", "sign", "sim", "flash"]);
    for (const name of ["check", "build", "sign", "sim"]) {
      const [program, ...argv] = (description.scripts[name] ?? "").split(" ");
      assert.equal(program, "trialboot");
      await succeed(folder.path("scripts"), ...argv);
    }
  });

  it("keeps the private key to its owner and out of git", async () => {
    await succeed(cwd, "init", "secret");
    assert.equal(statSync(folder.path("secret/keys/signing.pem")).mode & 0o777, 0o600);
    assert.match(readFileSync(folder.path("secret/.gitignore"), "utf8"), /^keys\/\*\.pem\n!keys\/\*\.public\.pem$/m);
  });

  it("overwrites nothing: it names what is there and writes nothing at all", async () => {
    mkdirSync(folder.path("there/src"), { recursive: true });
    writeFileSync(folder.path("there/src/main.ts"), "mine");
    const { exitCode, stderr } = await runMain(["init", "there"], { cwd });
    assert.equal(exitCode, 1);
    assert.match(stderr, /there\/src\/main\.ts exists already and is not overwritten; nothing was written\./);
    assert.deepEqual(readdirSync(folder.path("there")), ["src"]);
    assert.equal(readFileSync(folder.path("there/src/main.ts"), "utf8"), "mine");
    const again = await runMain(["init", "secret"], { cwd });
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /keys\/signing\.pem/);
  });

  it("refuses in sentences a board that is none, and a folder that cannot be", async () => {
    writeFileSync(folder.path("file"), "");
    for (const [argv, exitCode, message] of [
      [["init", "x", "--board", "none"], 2, /There is no board "none"/],
      [["init"], 2, /DIR/],
      [["init", "file/inside"], 1, /a part of the path is a file/],
    ] as const) {
      const result = await runMain(argv, { cwd });
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(result.stderr, message);
    }
  });
});
