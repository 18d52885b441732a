/** TypeScript to plain ES5 modules, in memory. */

import path from "node:path";
import ts from "typescript";
import { shortenEquality } from "./equality";
import { REPOSITORY } from "./repository";

/** How everything that runs on devices is compiled. */
export const DEVICE_OPTIONS: ts.CompilerOptions = {
  // Deprecated: ES5 output ends with TypeScript 7. The version is pinned to 6.0.2.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  target: ts.ScriptTarget.ES5,
  ignoreDeprecations: "6.0",
  module: ts.ModuleKind.ES2015,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es5.d.ts"],
  types: [],
  strict: true,
  skipLibCheck: true,
  esModuleInterop: true,
  noEmitOnError: true,
  // With both off, const enums are inlined and leave nothing behind, not even an import.
  preserveConstEnums: false,
  verbatimModuleSyntax: false,
  removeComments: true,
  newLine: ts.NewLineKind.LineFeed,
};

/** ES5 text by absolute path of its TypeScript file. */
export type CompiledModules = ReadonlyMap<string, string>;

/**
 * Compiles `entries` (absolute paths) and everything they import for a device.
 *
 * @throws Error with all of the compiler's messages if there are any
 */
export function compileForDevice(entries: string[]): CompiledModules {
  const program = ts.createProgram(entries, { ...DEVICE_OPTIONS, rootDir: REPOSITORY });
  const modules = new Map<string, string>();
  const keep: ts.WriteFileCallback = (_name, text, _bom, _onError, sources) => {
    const source = sources?.[0];
    if (source !== undefined) {
      modules.set(path.resolve(source.fileName), text);
    }
  };
  const before = [shortenEquality(program.getTypeChecker())];
  const emitted = program.emit(undefined, keep, undefined, false, { before });
  const diagnostics = ts.sortAndDeduplicateDiagnostics([
    ...ts.getPreEmitDiagnostics(program),
    ...emitted.diagnostics,
  ]);
  if (diagnostics.length > 0) {
    const text = ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => REPOSITORY,
      getNewLine: () => "\n",
    });
    throw new Error(`The device code does not compile:\n${text}`);
  }
  return modules;
}
