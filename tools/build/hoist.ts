/**
 * Moves variables without a value to the start of their function. When terser puts a function's body where it is
 * called, it may leave the `var` behind the use; Espruino does not hoist and would make a global of it.
 */

import type { AnyNode, Node, VariableDeclaration } from "acorn";
import { parse } from "acorn";
import { children, isFunction } from "./syntax-tree";
import { applyEdits, type TextEdit } from "./text-edits";

function isBare(node: AnyNode, parent: AnyNode): node is VariableDeclaration {
  return (
    node.type === "VariableDeclaration" &&
    (parent.type === "BlockStatement" || parent.type === "Program") &&
    node.declarations.every(({ init }) => init === null || init === undefined)
  );
}

/** Notes the edits for one function (or the program), and for the functions in it. */
function hoistIn(scope: Node, bodyStart: number, edits: TextEdit[]): void {
  const names = new Set<string>();
  const step = (node: AnyNode, parent: AnyNode): void => {
    if (isFunction(node)) {
      hoistIn(node, node.body.start + 1, edits);
      return;
    }
    if (isBare(node, parent)) {
      node.declarations.forEach(({ id }) => names.add(id.type === "Identifier" ? id.name : ""));
      edits.push({ start: node.start, end: node.end, text: "" });
    }
    for (const child of children(node)) {
      step(child, node);
    }
  };
  for (const child of children(scope)) {
    step(child, scope as AnyNode);
  }
  if (names.size > 0) {
    edits.push({ start: bodyStart, end: bodyStart, text: `var ${[...names].join(",")};` });
  }
}

/** @param code an ES5 program */
export function hoistBareVariables(code: string): string {
  const edits: TextEdit[] = [];
  hoistIn(parse(code, { ecmaVersion: 5, sourceType: "script" }), 0, edits);
  return applyEdits(code, edits);
}
