/**
 * Gives every variable and parameter of every function a name of its own. Terser puts a function's body where it is
 * called only if none of its names is taken there, and most functions of a chain name the same things.
 */

import type { AnyNode } from "acorn";
import { parse } from "acorn";
import { children, isFunction } from "./syntax-tree";
import { applyEdits, type TextEdit } from "./text-edits";

/** Unique name by name for one function; names of the program itself stay. */
interface Names {
  readonly outer: Names | undefined;
  readonly unique: Map<string, string>;
}

function lookUp(names: Names | undefined, name: string): string | undefined {
  return names === undefined ? undefined : (names.unique.get(name) ?? lookUp(names.outer, name));
}

/** Calls `add` for what a function's body declares, not for what functions in it do. */
function eachDeclared(node: AnyNode, add: (name: string) => void): void {
  if (node.type === "VariableDeclarator" && node.id.type === "Identifier") {
    add(node.id.name);
  } else if (node.type === "CatchClause" && node.param?.type === "Identifier") {
    add(node.param.name);
  } else if (isFunction(node)) {
    if (node.type === "FunctionDeclaration" && node.id !== null) {
      add(node.id.name);
    }
    return;
  }
  for (const child of children(node)) {
    eachDeclared(child, add);
  }
}

/** Whether an identifier is the name of a property, which is none of ours. */
function isKey(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === "MemberExpression") {
    return parent.property === node && !parent.computed;
  }
  return parent?.type === "Property" && parent.key === node;
}

/** @param code an ES5 program without labels, `eval` and `with` */
export function makeNamesUnique(code: string): string {
  const edits: TextEdit[] = [];
  let count = 0;
  const namesOf = (node: AnyNode, outer: Names | undefined): Names => {
    const unique = new Map<string, string>();
    const add = (name: string): void => {
      unique.set(name, unique.get(name) ?? `${name}$${++count}`);
    };
    if (isFunction(node)) {
      for (const parameter of node.params) {
        add(parameter.type === "Identifier" ? parameter.name : "");
      }
      eachDeclared(node.body, add);
    }
    return { outer, unique };
  };
  const step = (node: AnyNode, parent: AnyNode | undefined, outer: Names | undefined): void => {
    const unique = node.type === "Identifier" && !isKey(node, parent) ? lookUp(outer, node.name) : undefined;
    if (unique !== undefined) {
      edits.push({ start: node.start, end: node.end, text: unique });
    }
    const names = isFunction(node) ? namesOf(node, outer) : outer;
    for (const child of children(node)) {
      // A function's own name belongs to the scope around it.
      const isOwnName = node.type === "FunctionDeclaration" && node.id === child;
      step(child, node, isOwnName ? outer : names);
    }
  };
  step(parse(code, { ecmaVersion: 5, sourceType: "script" }), undefined, undefined);
  return applyEdits(code, edits);
}
