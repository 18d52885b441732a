/**
 * Short names for the properties that only the bootloader and its files on demand see. All must use the same ones, as
 * they lend each other functions and objects, so the names depend on the sources of all of them alone.
 *
 * What anything else may touch keeps its name: the interfaces of drivers (hal), of the configuration, and of the door
 * that applications get; and every name of the language's own objects. `outerNames` is the rule, a test holds it
 * against the compiler's view.
 */

import { readdirSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { REPOSITORY } from "./repository";

const INNER_FOLDERS = ["core/journal", "core/boot", "core/image", "core/crypto", "core/smp", "bootloader"];
/** Whole files that describe what others see, and single interfaces in other files. */
const OUTER_FILES = [
  "core/ports.ts",
  "core/image/signatures.ts",
  "core/boot/handover.ts",
  "core/smp/codec.ts",
  "core/smp/policy.ts",
  "bootloader/config.ts",
  "bootloader/espruino/files.ts",
  "bootloader/espruino/management-settings.ts",
  "bootloader/espruino/recovery-wires.ts",
  "bootloader/espruino/serial-window.ts",
];
const OUTER_FOLDERS = ["hal", "hal/espruino", "hal/espruino/chips", "hal/espruino/links"];
const OUTER_INTERFACES = ["Version", "ManagementClock", "ManagementDoor", "ManagementLink", "ManagementServer"];
/** The files, those with less room first. */
const ENTRIES = [
  "bootloader/entry.ts",
  "bootloader/service.ts",
  "bootloader/management.ts",
  "core/smp/server.ts",
  "core/smp/link-server.ts",
  "core/smp/technician.ts",
];

const FIRST_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_";
const RESERVED_WORDS = ["do", "if", "in"];

function filesIn(folder: string): string[] {
  return readdirSync(path.join(REPOSITORY, folder))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.join(folder, name));
}

function parse(file: string): ts.SourceFile {
  const absolute = path.isAbsolute(file) ? file : path.join(REPOSITORY, file);
  const text = ts.sys.readFile(absolute);
  if (text === undefined) {
    throw new Error(`There is no ${file}.`);
  }
  return ts.createSourceFile(absolute, text, ts.ScriptTarget.ES2022, true);
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Names of the members of the interfaces in `file` for which `isWanted` holds. */
function memberNames(file: ts.SourceFile, isWanted: (interfaceName: string) => boolean): string[] {
  const names: string[] = [];
  walk(file, (node) => {
    if ((ts.isPropertySignature(node) || ts.isMethodSignature(node)) && ts.isIdentifier(node.name)) {
      const owner = ts.isInterfaceDeclaration(node.parent) ? node.parent.name.text : "";
      if (isWanted(owner)) {
        names.push(node.name.text);
      }
    }
  });
  return names;
}

/** Names that the engine's own objects have. */
function languageNames(): string[] {
  return memberNames(parse(path.join(path.dirname(ts.getDefaultLibFilePath({})), "lib.es5.d.ts")), () => true);
}

/** Names that must stay, because something outside of these files may use them. */
export function outerNames(): ReadonlySet<string> {
  const files = [...OUTER_FILES, ...OUTER_FOLDERS.flatMap(filesIn)];
  const inner = INNER_FOLDERS.flatMap(filesIn).map(parse);
  return new Set([
    ...files.flatMap((file) => memberNames(parse(file), () => true)),
    ...inner.flatMap((file) => memberNames(file, (owner) => OUTER_INTERFACES.includes(owner))),
    ...languageNames(),
  ]);
}

/** The files that `entry` imports, directly or not, for more than types. */
function reachableFiles(entry: string): string[] {
  const found = new Set([entry]);
  for (const file of found) {
    for (const statement of parse(file).statements) {
      const isValue =
        ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword;
      const from = isValue || ts.isExportDeclaration(statement) ? statement.moduleSpecifier : undefined;
      if (from !== undefined && ts.isStringLiteral(from)) {
        found.add(path.join(path.dirname(file), `${from.text}.ts`));
      }
    }
  }
  return [...found];
}

/** How often each property is written in the files. */
function countProperties(files: string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of files) {
    walk(parse(file), (node) => {
      const isNamed =
        ts.isPropertyAccessExpression(node) ||
        ts.isPropertyAssignment(node) ||
        ts.isShorthandPropertyAssignment(node) ||
        ts.isMethodDeclaration(node);
      if (isNamed) {
        const name = node.name.getText();
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    });
  }
  return counts;
}

/** The `index`th shortest name: one letter, then two. */
function shortName(index: number): string {
  const letters = FIRST_CHARACTERS.length;
  return index < letters
    ? FIRST_CHARACTERS.charAt(index)
    : FIRST_CHARACTERS.charAt(Math.floor(index / letters) - 1) + FIRST_CHARACTERS.charAt(index % letters);
}

/**
 * Short name by name, the shortest for those that the bootloader writes most often, then those of the service. The same
 * sources give the same names.
 */
export function innerNames(): ReadonlyMap<string, string> {
  const outer = outerNames();
  const files = INNER_FOLDERS.flatMap(filesIn).filter((file) => !OUTER_FILES.includes(file));
  const members = files.flatMap((file) => memberNames(parse(file), () => true));
  const inner = [...new Set(members)].filter((name) => !outer.has(name));
  const counts = ENTRIES.map((entry) => countProperties(reachableFiles(entry)));
  const compare = (a: string, b: string): number => {
    const byCount = counts.map((count) => (count.get(b) ?? 0) - (count.get(a) ?? 0)).find((order) => order !== 0);
    return byCount ?? (a < b ? -1 : 1);
  };
  const taken = new Set([...RESERVED_WORDS, ...outer]);
  let index = 0;
  const nextName = (): string => {
    const name = shortName(index++);
    return taken.has(name) ? nextName() : name;
  };
  return new Map(inner.sort(compare).map((name) => [name, nextName()]));
}
