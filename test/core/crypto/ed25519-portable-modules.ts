/**
 * The portable verifier's own source, compiled once more with changes: every function can be wrapped, and arithmetic
 * can be done by other than the engine's operators.
 */

import { readFileSync } from "node:fs";
import path from "node:path";
import { type AnyNode, parse } from "acorn";
import ts from "typescript";
import { REPOSITORY } from "../../../tools/build/repository";
import { children } from "../../../tools/build/syntax-tree";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- functions of any shape
export type AnyFunction = (...values: any[]) => unknown;
export type Module = Record<string, AnyFunction>;

export interface Operators {
  binary(operator: string, left: unknown, right: unknown): unknown;
  floor(value: unknown): unknown;
}

const NATIVE = ["&&", "||", "??", "in", "instanceof"];

/** The text of a node with the operators of it and in it replaced by calls. */
function withOperators(node: AnyNode, text: string): string {
  const inner = (child: AnyNode): string => withOperators(child, text);
  if (node.type === "BinaryExpression" && !NATIVE.includes(node.operator)) {
    return `$.binary("${node.operator}",${inner(node.left)},${inner(node.right)})`;
  }
  if (node.type === "AssignmentExpression" && node.operator !== "=") {
    const left = inner(node.left);
    return `${left}=$.binary("${node.operator.slice(0, -1)}",${left},${inner(node.right)})`;
  }
  if (node.type === "CallExpression" && text.startsWith("Math.floor(", node.start)) {
    return `$.floor(${inner(node.arguments[0])})`;
  }
  let result = "";
  let at = node.start;
  for (const child of [...children(node)].sort((a, b) => a.start - b.start)) {
    // A shorthand property has one name for key and value.
    if (child.start >= at) {
      result += text.slice(at, child.start) + inner(child);
      at = child.end;
    }
  }
  return result + text.slice(at, node.end);
}

/** Has every function of a module called by way of `exports`, where it can be replaced. */
function throughExports(code: string): string {
  const names = [...code.matchAll(/^function (\w+)\(/gm)].map((match) => match[1] ?? "");
  const calls = names.reduce(
    (text, name) => text.replaceAll(new RegExp(`(?<!function )(?<![\\w.$])${name}\\(`, "g"), `exports.${name}(`),
    code,
  );
  return calls + names.map((name) => `\nexports.${name} = ${name};`).join("");
}

/**
 * @param entry file in the repository
 * @param operators instead of the engine's, if given
 * @returns the exports of the file and of all it imports, by file name without extension, with functions that are not
 * exported too; replacing one replaces it for all callers
 */
export function loadModules(entry: string, operators?: Operators): Map<string, Module> {
  const modules = new Map<string, Module>();
  const load = (file: string): Module => {
    const name = path.basename(file, ".ts");
    const known = modules.get(name);
    if (known !== undefined) {
      return known;
    }
    const exports: Module = {};
    modules.set(name, exports);
    const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
      compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.CommonJS, removeComments: true },
    });
    let code = throughExports(outputText);
    if (operators !== undefined) {
      code = withOperators(parse(code, { ecmaVersion: 2020, sourceType: "script" }), code);
    }
    const require = (source: string): Module => load(path.resolve(path.dirname(file), `${source}.ts`));
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    new Function("exports", "require", "$", code)(exports, require, operators);
    return exports;
  };
  load(path.join(REPOSITORY, entry));
  return modules;
}

/** A module that `loadModules` gave. */
export function moduleNamed(modules: ReadonlyMap<string, Module>, name: string): Module {
  const found = modules.get(name);
  if (found === undefined) {
    throw new Error(`There is no module ${name}.`);
  }
  return found;
}
