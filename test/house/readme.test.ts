import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { runMain, scratchFolder } from "../tools/run-main";
import { readText } from "./project-files";

describe("README.md", () => {
  const scratch = scratchFolder();
  after(() => scratch.remove());

  it("shows an application that confirms itself as an update, in twenty lines", async function () {
    this.timeout(60_000);
    const example = /```js\n([\s\S]*?)```/.exec(readText("README.md"))?.[1];
    assert.ok(example !== undefined, "there is no example");
    assert.ok(example.trimEnd().split("\n").length <= 20);
    const file = scratch.path("app.js");
    writeFileSync(file, example);
    const run = await runMain(["sim", "run", "--story", "update", "--image", file]);
    assert.equal(run.exitCode, 0, run.stderr);
    assert.match(run.stdout, /Version 2\.0\.0 is confirmed in slot B\./);
  });

  it("names Make targets that exist", () => {
    const makefile = readText("Makefile");
    const named = [...readText("README.md").matchAll(/(?:^|`)make ([a-z-]+)/gm)].map((match) => match[1]);
    assert.ok(named.length > 0);
    const missing = named.filter((name) => !makefile.includes(`\n${name ?? ""}:`));
    assert.deepEqual(missing, []);
  });
});
