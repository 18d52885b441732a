import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { REPOSITORY } from "../../tools/build/repository";
import { projectFiles, readText, TOP_FOLDERS, typescriptFiles } from "./project-files";

const LINES_MAX = 400;
const COLUMNS_MAX = 120;

/** Text that people wrote: not lock files, not vectors, not the sources of third parties. */
const WRITTEN = projectFiles().filter(
  (file) => /\.(ts|js|lua|md|json|sh)$|^Makefile$|^\.ci\//.test(file) && !isData(file),
);

function isData(file: string): boolean {
  return file === "package-lock.json" || file.startsWith("test/vectors/") || file.startsWith("test/fixtures/");
}

interface Package {
  readonly [field: string]: unknown;
  readonly license: string;
  readonly engines: { readonly node: string };
}

const PACKAGE = JSON.parse(readText("package.json")) as Package;

/** `name@range` of everything that is not one exact version. */
function loosePins(description: Package): string[] {
  const groups = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return groups
    .flatMap((group) => Object.entries((description[group] ?? {}) as Record<string, string>))
    .filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(range))
    .map(([name, range]) => `${name}@${range}`);
}

describe("package.json", () => {
  it("pins every package to one exact version", () => {
    assert.deepEqual(loosePins(PACKAGE), []);
  });

  it("would be refused with a range", () => {
    const loose = { ...PACKAGE, dependencies: { a: "^1.0.0", b: "1.x", c: "latest", d: "1.0.0" } };
    assert.deepEqual(loosePins(loose), ["a@^1.0.0", "b@1.x", "c@latest"]);
  });

  it("has a lock file with the packages of every platform, so that npm ci works on each", () => {
    const { packages } = JSON.parse(readText("package-lock.json")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    assert.ok(optional.length > 0);
    assert.deepEqual(
      optional.filter((name) => !(`node_modules/${name}` in packages)),
      [],
    );
  });

  it("is what the lock file was made from", () => {
    const { packages } = JSON.parse(readText("package-lock.json")) as { packages: Record<string, Package> };
    for (const group of ["dependencies", "devDependencies", "engines", "bin"]) {
      assert.deepEqual(packages[""]?.[group], PACKAGE[group], group);
    }
  });

  it("has TypeScript in the only version that typescript-to-lua takes", () => {
    assert.equal(ts.version, "6.0.2");
  });

  it("says the licence that LICENSE grants", () => {
    assert.equal(PACKAGE.license, "MIT");
    assert.match(readText("LICENSE"), /^MIT License\n\nCopyright \(c\) \d+ trialboot contributors\n/);
  });

  it("has a script for every command that the Makefile calls, and the Makefile calls nothing else", () => {
    const scripts = Object.keys(PACKAGE["scripts"] as object);
    const recipes = readText("Makefile").split("\n").filter((line) => line.startsWith("\t"));
    for (const recipe of recipes) {
      const script = /^\t@\$\(NPM\) (\S+)( --.*)?$/.exec(recipe)?.[1];
      assert.ok(recipe === "\t@npm ci --ignore-scripts --no-audit --no-fund" || scripts.includes(script ?? ""), recipe);
    }
  });

  it("has Make targets that all have a line in make help", () => {
    const makefile = readText("Makefile");
    const targets = [...makefile.matchAll(/^([a-z-]+):/gm)].map((match) => match[1]);
    const helped = [...makefile.matchAll(/^## ([a-z-]+): \S.*\n\1:/gm)].map((match) => match[1]);
    assert.deepEqual(helped, targets);
    assert.deepEqual(/^\.PHONY: (.*)$/m.exec(makefile)?.[1]?.split(" "), targets);
  });
});

describe("files", () => {
  it("every top folder says in a README what it is for", () => {
    assert.deepEqual(TOP_FOLDERS.filter((folder) => !existsSync(path.join(REPOSITORY, folder, "README.md"))), []);
  });

  it(`have at most ${LINES_MAX} lines`, () => {
    const long = WRITTEN.filter((file) => readText(file).split("\n").length - 1 > LINES_MAX);
    assert.deepEqual(long, []);
  });

  it(`of code have at most ${COLUMNS_MAX} columns`, () => {
    const wide = WRITTEN.filter((file) => /\.(ts|js|lua)$/.test(file)).flatMap((file) =>
      readText(file)
        .split("\n")
        .flatMap((line, index) => (line.length > COLUMNS_MAX && !line.includes("https://") ? [`${file}:${index + 1}`] : [])),
    );
    assert.deepEqual(wide, []);
  });

  it("name no paths of one machine and no package hosts", () => {
    // Put together here, so that this file does not find itself.
    const machine = new RegExp(["/wo" + "rk/", "/ho" + "me/\\w", "/Us" + "ers/\\w", "[A-Z]:\\\\Us" + "ers"].join("|"));
    const host = new RegExp("registry\\.(?!npmjs\\.org)[\\w-]+\\.\\w+");
    const faults = [...WRITTEN, "package-lock.json", ".npmrc"].filter(
      (file) => machine.test(readText(file)) || host.test(readText(file)),
    );
    assert.deepEqual(faults, []);
  });

  it("leave nothing for later without saying so", () => {
    const marker = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`);
    assert.deepEqual(WRITTEN.filter((file) => marker.test(readText(file))), []);
  });

  it("have no tests that are skipped or run alone", () => {
    const exclusive = /\b(describe|it|context|specify)\.(only|skip)\(/;
    const tests = typescriptFiles().filter((file) => file.startsWith("test/") && file !== "test/house/tidy.test.ts");
    assert.deepEqual(tests.filter((file) => exclusive.test(readText(file))), []);
  });
});
