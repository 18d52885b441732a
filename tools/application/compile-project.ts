/** A developer's TypeScript to ES5 modules, and back from their lines to the lines of the source. */

import { existsSync, readdirSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import path from "node:path";
import ts from "typescript";
import { DEVICE_OPTIONS } from "../build/compile";
import { shortenEquality } from "../build/equality";
import { malformed } from "../errors";
import { PACKAGE_FOLDER } from "../package-folder";
import { functionsFirst } from "./functions-first";

/** What applications may import: `import { startRuntime } from "trialboot/firmware/runtime"`. */
const PREFIX = "trialboot/";
const SHARED_FOLDERS = ["firmware", "core", "hal"];

export interface CompiledProject {
  /** ES5 text by absolute path of the TypeScript file. */
  readonly modules: ReadonlyMap<string, string>;
  /** The developer's own files, without what comes from trialboot. */
  readonly ownFiles: readonly string[];
  /** The place in the source of a place in a module's text; lines and columns from 1. */
  sourcePlace(file: string, line: number, column: number): { readonly line: number; readonly column: number };
}

/** The file of trialboot that an import means. */
export function sharedFile(source: string): string | undefined {
  const name = source.startsWith(PREFIX) ? source.slice(PREFIX.length) : "";
  const file = path.join(PACKAGE_FOLDER, `${name}.ts`);
  return SHARED_FOLDERS.includes(name.split("/", 1)[0] ?? "") && existsSync(file) ? file : undefined;
}

function isShared(file: string): boolean {
  return SHARED_FOLDERS.some((folder) => path.resolve(file).startsWith(path.join(PACKAGE_FOLDER, folder) + path.sep));
}

/** TypeScript does not emit what it finds in node_modules, where trialboot itself lies when it is installed. */
function resolveModule(
  name: string,
  containing: string,
  options: ts.CompilerOptions,
): ts.ResolvedModuleWithFailedLookupLocations {
  const shared = sharedFile(name);
  if (shared !== undefined) {
    return { resolvedModule: { resolvedFileName: shared, extension: ts.Extension.Ts, isExternalLibraryImport: false } };
  }
  const found = ts.resolveModuleName(name, containing, options, ts.sys);
  return found.resolvedModule !== undefined && isShared(found.resolvedModule.resolvedFileName)
    ? { resolvedModule: { ...found.resolvedModule, isExternalLibraryImport: false } }
    : found;
}

/** Array.prototype is empty on Espruino, where arrays have their methods by themselves. No line is added or removed. */
function mendHelpers(text: string): string {
  return text.replace(/^var __spreadArray = [^]*?^};$/m, (helper) => helper.replaceAll("Array.prototype.", "[]."));
}

/** Declarations beside the entry need no import. */
function declarationsBeside(entry: string): string[] {
  const folder = path.dirname(entry);
  return readdirSync(folder).filter((name) => name.endsWith(".d.ts")).map((name) => path.join(folder, name));
}

function createProgram(entry: string): ts.Program {
  const options: ts.CompilerOptions = {
    ...DEVICE_OPTIONS,
    rootDir: path.parse(entry).root,
    sourceMap: true,
    inlineSources: false,
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, containing, _redirected, given) =>
    literals.map((literal) => resolveModule(literal.text, containing, given));
  return ts.createProgram([entry, ...declarationsBeside(entry)], options, host);
}

/** `file:line:column: message`, with paths as seen from `folder`. */
function formatDiagnostics(diagnostics: readonly ts.Diagnostic[], folder: string): string {
  const lines = diagnostics.map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, "\n  ");
    if (file === undefined) {
      return text;
    }
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    return `${path.relative(folder, file.fileName)}:${String(line + 1)}:${String(character + 1)}: ${text}`;
  });
  return lines.join("\n");
}

/**
 * Compiles `entry` and all it imports. The compiler's settings are those of the device, not those of a tsconfig.json.
 *
 * @param entry absolute path
 * @param folder paths in messages are seen from here
 * @throws ToolError (malformed) with all of the compiler's messages
 */
export function compileProject(entry: string, folder: string): CompiledProject {
  const program = createProgram(entry);
  const modules = new Map<string, string>();
  const maps = new Map<string, SourceMap>();
  const keep: ts.WriteFileCallback = (name, text, _bom, _onError, sources) => {
    const source = sources?.[0];
    if (source === undefined) {
      return;
    }
    const file = path.resolve(source.fileName);
    if (name.endsWith(".map")) {
      maps.set(file, new SourceMap(JSON.parse(text) as SourceMapPayload));
    } else {
      modules.set(file, mendHelpers(text.replace(/^\/\/# sourceMappingURL=.*$/m, "")));
    }
  };
  const before = [shortenEquality(program.getTypeChecker())];
  const transformers = { before, after: [functionsFirst()] };
  const { diagnostics: emitted } = program.emit(undefined, keep, undefined, false, transformers);
  const diagnostics = ts.sortAndDeduplicateDiagnostics([...ts.getPreEmitDiagnostics(program), ...emitted]);
  if (diagnostics.length > 0) {
    throw malformed(
      `The application does not compile:\n${formatDiagnostics(diagnostics, folder)}`,
      "Correct these lines. What Espruino has is declared in a .d.ts file beside the entry; its language is ES5.",
    );
  }
  return {
    modules,
    ownFiles: [...modules.keys()].filter((file) => !isShared(file)),
    sourcePlace(file, line, column) {
      const entry_ = maps.get(file)?.findEntry(line - 1, column - 1);
      return entry_ !== undefined && "originalLine" in entry_
        ? { line: entry_.originalLine + 1, column: entry_.originalColumn + 1 }
        : { line, column };
    },
  };
}
