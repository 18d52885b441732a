/** Compiles device code for Lua 5.3 with typescript-to-lua. Any diagnostic is an error: the compiler writes anyway. */

import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { REPOSITORY } from "./repository";

/** What the compiler said of the files, and the Lua text it made of them by file name. */
export interface LuaOutput {
  readonly diagnostics: string[];
  readonly files: ReadonlyMap<string, string>;
}

const LUA_OPTIONS: tstl.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es5.d.ts"],
  types: [],
  strict: true,
  skipLibCheck: true,
  luaTarget: tstl.LuaTarget.Lua53,
  luaLibImport: tstl.LuaLibImportKind.RequireMinimal,
  noImplicitSelf: true,
  noHeader: true,
  rootDir: REPOSITORY,
};

function compile(files: string[], options: tstl.CompilerOptions): LuaOutput {
  const outDir = path.join(REPOSITORY, "build", "lua");
  const outputs = new Map<string, string>();
  const result = tstl.transpileFiles(files, { ...LUA_OPTIONS, outDir, ...options }, (name, text) => {
    outputs.set(path.relative(outDir, name).replaceAll("\\", "/"), text);
  });
  const diagnostics = result.diagnostics.map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
    if (diagnostic.file === undefined || diagnostic.start === undefined) {
      return text;
    }
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
    return `${path.relative(REPOSITORY, diagnostic.file.fileName)}:${String(line + 1)}: ${text}`;
  });
  return { diagnostics, files: outputs };
}

/** Compiles each of `files` (absolute paths) and what they import to a Lua file of its own. */
export function compileLuaFiles(files: string[]): LuaOutput {
  return compile(files, {});
}

/**
 * Compiles `entry` (absolute path) and what it imports into one Lua program that brings its own `Uint8Array`.
 *
 * @throws Error with all diagnostics if there are any
 */
export function compileLuaProgram(entry: string): string {
  const output = compile([entry], { luaBundle: "program.lua", luaBundleEntry: entry });
  const bundle = output.files.get("program.lua");
  if (output.diagnostics.length > 0 || bundle === undefined) {
    throw new Error(`typescript-to-lua refused the program:\n${output.diagnostics.join("\n")}`);
  }
  const standIn = readFileSync(path.join(REPOSITORY, "hal", "nodemcu", "uint8array.lua"), "utf8");
  return `do\n${standIn.replace(/^return Uint8Array\s*$/m, "")}end\n${bundle}`;
}
