import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundleHost } from "../../../tools/build/host-bundle";
import { REPOSITORY } from "../../../tools/build/repository";

interface Package {
  readonly dependencies: Record<string, string>;
  readonly files: string[];
  readonly version: string;
}

const description = JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8")) as Package;

describe("the installed command", function () {
  this.timeout(120_000);
  let folder = "";
  let packages: readonly string[] = [];

  before(async () => {
    // As npm would install it: the published files and the dependencies, no TypeScript.
    folder = mkdtempSync(path.join(tmpdir(), "trialboot-host-"));
    ({ packages } = await bundleHost(path.join(folder, "dist")));
    for (const name of [...description.files.filter((file) => file !== "dist"), "package.json"]) {
      cpSync(path.join(REPOSITORY, name), path.join(folder, name), { recursive: true });
    }
    symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(folder, "node_modules"), "junction");
  });

  after(() => rmSync(folder, { recursive: true }));

  const trialboot = (root: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [path.join(root, "bin", "trialboot.js"), ...args], { encoding: "utf8" });

  it("needs no package that is not a dependency", () => {
    assert.deepEqual(packages.filter((name) => !(name in description.dependencies)), []);
  });

  it("loads no compiler when it starts", () => {
    const compilers = ["rollup", "terser", "typescript", "typescript-to-lua"];
    assert.deepEqual(packages.filter((name) => compilers.includes(name) || name.startsWith("@rollup/")), []);
  });

  it("makes a project, builds it and says how a board would be flashed, installed", () => {
    const project = path.join(folder, "demo");
    const image = path.join(project, "app.bin");
    const flags = ["--board", "linux", "--key", path.join(project, "keys/signing.public.pem"), "--image", image];
    for (const args of [
      ["init", project, "--board", "linux"],
      ["build", "--config", path.join(project, "trialboot.json"), "-o", image],
      ["flash", ...flags, "--dry-run"],
    ]) {
      const { status, stderr } = trialboot(folder, ...args);
      assert.equal(status, 0, stderr);
    }
  });

  it("is published with all that it needs", () => {
    assert.deepEqual(["bin", "boards", "dist", "docs"].filter((name) => !description.files.includes(name)), []);
  });

  for (const where of ["installed", "in a checkout"]) {
    it(`says its version, ${where}`, () => {
      const { status, stdout, stderr } = trialboot(where === "installed" ? folder : REPOSITORY, "--version");
      assert.equal(status, 0, stderr);
      assert.ok(stdout.includes(description.version), stdout);
      assert.equal(stderr, "");
    });

    it(`tells a story of the simulator, ${where}`, () => {
      const root = where === "installed" ? folder : REPOSITORY;
      const { status, stdout, stderr } = trialboot(root, "sim", "run", "--story", "bad-update");
      assert.equal(status, 0, stderr);
      assert.match(stdout, /Version 2\.0\.0 is confirmed in slot A; 3\.0\.0 and 4\.0\.0 were rejected\./);
    });

    it(`passes the exit code on, ${where}`, () => {
      const { status, stdout, stderr } = trialboot(where === "installed" ? folder : REPOSITORY, "no-such-verb");
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /no-such-verb/);
    });
  }
});
