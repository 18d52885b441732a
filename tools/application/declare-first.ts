/**
 * Declares at the start of a function what it declares in a branch. Where the branch is not taken, Espruino knows no
 * such variable, and takes one of the same name from around the function. Helpers of TypeScript do that.
 */

import { type AnyNode, type Node, parse } from "acorn";
import { children } from "../build/syntax-tree";
import { applyEdits, type TextEdit } from "../build/text-edits";
import { isAnyFunction } from "./scopes";

class FunctionVariables {
  /** Declared where every call comes by. */
  readonly always = new Set<string>();
  readonly inBranches = new Set<string>();
}

function note(node: AnyNode, found: Set<string>): void {
  if (node.type === "VariableDeclaration") {
    node.declarations.forEach(({ id }) => id.type === "Identifier" && found.add(id.name));
  }
}

/** Whether `child` of a statement that every call comes by is itself such a place. */
function isAlwaysReached(parent: AnyNode, child: AnyNode): boolean {
  return (
    (parent.type === "ForStatement" && parent.init === child) ||
    (parent.type === "ForInStatement" && parent.left === child)
  );
}

function edit(scope: Node, bodyStart: number, edits: TextEdit[], parameters: readonly string[]): void {
  const variables = new FunctionVariables();
  parameters.forEach((name) => variables.always.add(name));
  const step = (node: AnyNode, isAlways: boolean): void => {
    if (isAnyFunction(node)) {
      const names = node.params.map((parameter) => (parameter.type === "Identifier" ? parameter.name : ""));
      edit(node.body, node.body.start + 1, edits, names);
      return;
    }
    note(node, isAlways ? variables.always : variables.inBranches);
    for (const child of children(node)) {
      step(child, isAlways && isAlwaysReached(node, child));
    }
  };
  for (const statement of children(scope)) {
    step(statement, true);
  }
  const names = [...variables.inBranches].filter((name) => !variables.always.has(name));
  if (names.length > 0 && bodyStart > 0) {
    edits.push({ start: bodyStart, end: bodyStart, text: `var ${names.join(",")};` });
  }
}

/** @param text one ES5 expression */
export function declareFirst(text: string): string {
  const edits: TextEdit[] = [];
  edit(parse(text, { ecmaVersion: 5, sourceType: "script" }), 0, edits, []);
  return applyEdits(text, edits);
}
