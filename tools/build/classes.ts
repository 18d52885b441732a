/**
 * Takes classes out of the functions in which TypeScript wraps them for ES5:
 * `var A = (function () { function A() {} A.prototype.f = ...; return A; }());`. On Espruino that wrapping costs a
 * scope object, a list of two scopes for each method, and a second reading of their text.
 */

import type { AnyNode, CallExpression, FunctionExpression, Statement, VariableDeclaration } from "acorn";
import { parse } from "acorn";
import { applyEdits, type TextEdit } from "./text-edits";

/** The function that wraps the class `name`; `undefined`: `init` is anything else. */
function wrapperOf(init: AnyNode | null | undefined): FunctionExpression | undefined {
  const call = init?.type === "CallExpression" ? (init satisfies CallExpression) : undefined;
  const callee = call?.callee;
  return callee?.type === "FunctionExpression" && callee.params.length === 0 &&
    call?.arguments.length === 0
    ? callee
    : undefined;
}

/** Whether these are the statements of a class: its constructor, what is assigned to it, and its return. */
function isClassBody(body: readonly Statement[], name: string): boolean {
  const [first, ...rest] = body;
  const last = rest.pop();
  return first?.type === "FunctionDeclaration" && first.id.name === name &&
    rest.every((statement) => statement.type === "ExpressionStatement") &&
    last?.type === "ReturnStatement" && last.argument?.type === "Identifier" && last.argument.name === name;
}

function unwrapped(code: string, declaration: VariableDeclaration): string | undefined {
  const [{ id, init }, ...others] = declaration.declarations;
  const body = wrapperOf(init)?.body.body ?? [];
  if (others.length > 0 || id.type !== "Identifier" || !isClassBody(body, id.name)) {
    return undefined;
  }
  return code.slice(body[0]?.start, body.at(-1)?.start);
}

/** @param code an ES5 program as TypeScript and rollup leave it; classes inside of functions stay as they are */
export function unwrapClasses(code: string): string {
  const edits: TextEdit[] = [];
  for (const statement of parse(code, { ecmaVersion: 5, sourceType: "script" }).body) {
    const text = statement.type === "VariableDeclaration" ? unwrapped(code, statement) : undefined;
    if (text !== undefined) {
      edits.push({ start: statement.start, end: statement.end, text });
    }
  }
  return applyEdits(code, edits);
}
