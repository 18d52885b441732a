/** Which mutants the compiler refuses: a mutant that does not compile says nothing of the tests. */

import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { REPOSITORY } from "../../tools/build/repository";
import type { Mutant } from "./mutant";
import { applyMutant } from "./mutant";

/** Names that a mutant no longer uses, and code that it no longer reaches, are its nature. */
const TOLERATED = new Set([6133, 6192, 6196, 6198, 7027]);

function readOptions(): ts.CompilerOptions {
  const file = path.join(REPOSITORY, "tsconfig.device.json");
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, REPOSITORY).options;
}

/** What the compiler says of each mutant's file, by the mutant's id; nothing for those that compile. */
export function compileErrors(mutants: readonly Mutant[]): Map<string, string> {
  const options = readOptions();
  const files = [...new Set(mutants.map(({ file }) => path.join(REPOSITORY, file)))];
  const overlay = new Map<string, { text: string; version: number }>();
  const textOf = (name: string): string | undefined => overlay.get(name)?.text ?? ts.sys.readFile(name);
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => files,
    getScriptVersion: (name) => String(overlay.get(name)?.version ?? 0),
    getScriptSnapshot: (name) => {
      const text = textOf(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => REPOSITORY,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: (name) => ts.sys.fileExists(name),
    readFile: (name) => textOf(name),
  });
  const errors = new Map<string, string>();
  let version = 0;
  for (const mutant of mutants) {
    const name = path.join(REPOSITORY, mutant.file);
    const text = readFileSync(name, "utf8");
    overlay.set(name, { text: applyMutant(mutant, text), version: ++version });
    const found = [...service.getSyntacticDiagnostics(name), ...service.getSemanticDiagnostics(name)];
    const first = found.find(({ code, category }) => category === ts.DiagnosticCategory.Error && !TOLERATED.has(code));
    if (first !== undefined) {
      errors.set(mutant.id, ts.flattenDiagnosticMessageText(first.messageText, " "));
    }
    overlay.set(name, { text, version: ++version });
  }
  return errors;
}
