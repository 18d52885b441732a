import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import path from "node:path";
import ts from "typescript";
import { DEVICE_FOLDERS, readText, topFolder, TOP_FOLDERS, typescriptFiles } from "./project-files";

interface Import {
  readonly file: string;
  readonly line: number;
  readonly source: string;
  /** The imported file from the root, if it is one of ours. */
  readonly target: string | undefined;
  /** `import type`: leaves nothing behind, so it puts no module before another. */
  readonly isTypeOnly: boolean;
}

interface Rule {
  readonly mayImport: string[];
  readonly packages: string[] | "any";
}

const RULES = new Map(Object.entries(JSON.parse(readText("tools/build/import-rules.json")) as Record<string, Rule>));

function resolve(file: string, source: string): string | undefined {
  if (!source.startsWith(".")) {
    return undefined;
  }
  const target = path.posix.join(path.posix.dirname(file), source);
  return /\.(json|js|ts)$/.test(target) ? target : `${target}.ts`;
}

/** Where the `import type` and `export type ... from` statements of a file are. */
function typeOnlyRanges(tree: ts.SourceFile): ts.TextRange[] {
  return tree.statements.filter(
    (statement) =>
      (ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(statement) && statement.isTypeOnly),
  );
}

/** Static imports, re-exports, `import()` and `require()`. */
function importsOf(file: string): Import[] {
  const tree = ts.createSourceFile(file, readText(file), ts.ScriptTarget.Latest, true);
  const typeOnly = typeOnlyRanges(tree);
  return ts.preProcessFile(tree.text, true, true).importedFiles.map(({ fileName, pos }) => ({
    file,
    line: tree.getLineAndCharacterOfPosition(pos).line + 1,
    source: fileName,
    target: resolve(file, fileName),
    isTypeOnly: typeOnly.some((range) => range.pos <= pos && pos < range.end),
  }));
}

const IMPORTS = typescriptFiles().flatMap(importsOf);

/** Those of `imports` that break a rule, one sentence each. */
export function brokenRules(imports: readonly Import[]): string[] {
  const faults: string[] = [];
  for (const { file, line, source, target } of imports) {
    const rule = RULES.get(topFolder(file));
    if (rule === undefined) {
      continue;
    }
    if (target !== undefined && !rule.mayImport.includes(topFolder(target))) {
      faults.push(`${file}:${line} imports ${target}: ${topFolder(file)} may not.`);
    }
    if (target === undefined && rule.packages !== "any" && !rule.packages.includes(source)) {
      const kind = source.startsWith("node:") || builtinModules.includes(source) ? "Node's own module" : "the package";
      faults.push(`${file}:${line} imports ${kind} ${source}: device code may not.`);
    }
  }
  return faults;
}

/** Each cycle once, as the files along it. */
function cycles(imports: readonly Import[]): string[] {
  const graph = new Map<string, string[]>();
  for (const { file, target } of imports.filter((one) => !one.isTypeOnly)) {
    graph.set(file, [...(graph.get(file) ?? []), ...(target === undefined ? [] : [target])]);
  }
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, trail: string[]): void => {
    const seenAt = trail.indexOf(file);
    if (seenAt >= 0) {
      found.push([...trail.slice(seenAt), file].join(" -> "));
      return;
    }
    if (!finished.has(file)) {
      for (const next of graph.get(file) ?? []) {
        visit(next, [...trail, file]);
      }
      finished.add(file);
    }
  };
  for (const file of graph.keys()) {
    visit(file, []);
  }
  return found;
}

/** Statements that make a device file a barrel. Handing on a single type is none: it leaves nothing in a bundle. */
function barrelStatements(file: string): string[] {
  const tree = ts.createSourceFile(file, readText(file), ts.ScriptTarget.Latest, true);
  const exports = tree.statements.filter(
    (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined,
  ) as ts.ExportDeclaration[];
  return exports
    .filter((statement) => statement.exportClause === undefined || ts.isNamespaceExport(statement.exportClause))
    .map((statement) => `${file}: ${statement.getText(tree)}`);
}

function at(file: string, source: string): Import {
  return { file, line: 1, source, target: resolve(file, source), isTypeOnly: false };
}

describe("imports", () => {
  it("keep to tools/build/import-rules.json", () => {
    assert.deepEqual(brokenRules(IMPORTS), []);
  });

  it("have a rule for every folder of code", () => {
    const folders = new Set(typescriptFiles().map(topFolder));
    folders.delete("test");
    assert.deepEqual([...folders].filter((folder) => !RULES.has(folder)), []);
    assert.deepEqual([...RULES.keys()].filter((folder) => !TOP_FOLDERS.includes(folder)), []);
  });

  it("lead to files that exist", () => {
    const files = new Set(typescriptFiles());
    const lost = IMPORTS.filter(({ target }) => target?.endsWith(".ts") === true && !files.has(target));
    assert.deepEqual(lost.map(({ file, source }) => `${file}: ${source}`), []);
  });

  it("form no cycles in device code", () => {
    assert.deepEqual(cycles(IMPORTS.filter(({ file }) => DEVICE_FOLDERS.includes(topFolder(file)))), []);
  });

  it("go through no barrels in device code", () => {
    const device = typescriptFiles().filter((file) => DEVICE_FOLDERS.includes(topFolder(file)));
    assert.deepEqual(device.filter((file) => path.posix.basename(file) === "index.ts"), []);
    assert.deepEqual(device.flatMap(barrelStatements), []);
  });

  it("would be refused if they broke a rule", () => {
    const bad = [
      at("core/image/a.ts", "../../hal/flash"),
      at("hal/a.ts", "../bootloader/main"),
      at("bootloader/a.ts", "../firmware/runtime"),
      at("firmware/a.ts", "../bootloader/main"),
      at("sim/a.ts", "../tools/main"),
      at("tools/a.ts", "../bootloader/main"),
      at("core/a.ts", "node:fs"),
      at("firmware/a.ts", "fs"),
      at("bootloader/a.ts", "tweetnacl"),
    ];
    assert.equal(brokenRules(bad).length, bad.length, brokenRules(bad).join("\n"));
    assert.deepEqual(cycles([at("core/a.ts", "./b"), at("core/b.ts", "./c"), at("core/c.ts", "./a")]), [
      "core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts",
    ]);
  });
});
