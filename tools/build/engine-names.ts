/** Globals, properties and methods that an engine does not have. */

import type { AnyNode, Node } from "acorn";
import type { Report } from "./engine-check";
import type { Engine } from "./engines";
import { declaringScope, propertyName, type Reference, references, walk } from "./syntax-tree";

const ERRORS = new Set(["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"]);

/** Handing `Error` on as a value is how ES5 code inherits from it. */
function isPlainUseOfError({ node, parent }: Reference): boolean {
  switch (parent.type) {
    case "NewExpression":
    case "CallExpression":
      return parent.callee === node;
    case "BinaryExpression":
      return parent.operator === "instanceof" && parent.right === node;
    case "MemberExpression":
      return parent.object === node;
    case "UnaryExpression":
      return parent.operator === "typeof";
    default:
      return false;
  }
}

function checkStatic(name: string, member: AnyNode, engine: Engine, report: Report): void {
  const property = propertyName(member) ?? "";
  const wrong = new Map(Object.entries(engine.wrongStatics)).get(`${name}.${property}`);
  if (new Map(Object.entries(engine.absentStatics)).get(name)?.includes(property) === true) {
    report(member.start, `${engine.title} has no ${name}.${property}.`);
  } else if (wrong !== undefined) {
    report(member.start, `${name}.${property} ${wrong}.`);
  }
}

function checkGlobal(reference: Reference, engine: Engine, report: Report): void {
  const { node, parent } = reference;
  const isAskedForByTypeof = parent.type === "UnaryExpression" && parent.operator === "typeof";
  if (engine.absentGlobals.includes(node.name) && !isAskedForByTypeof) {
    report(node.start, `${engine.title} has no ${node.name}.`);
  }
  if (ERRORS.has(node.name) && !isPlainUseOfError(reference)) {
    report(node.start, `${engine.title} cannot inherit from ${node.name}: do not hand it on.`);
  }
  if (node.name === "RegExp" && !engine.hasFullRegExp && "callee" in parent && parent.callee === node) {
    report(node.start, "A RegExp made from a string cannot be checked: write it as a literal.");
  }
  if (parent.type === "MemberExpression" && parent.object === node) {
    checkStatic(node.name, parent, engine, report);
  }
}

/** `object` of `Object.keys(...)` and the like: a call of a function of a global, not of a method. */
function isBuiltInObject(object: AnyNode): boolean {
  return object.type === "Identifier" && object.name === "Object";
}

export function checkNames(program: Node, engine: Engine, report: Report): void {
  for (const reference of references(program)) {
    if (declaringScope(reference) === undefined) {
      checkGlobal(reference, engine, report);
    }
  }
  walk(program, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") {
      return;
    }
    const method = propertyName(node.callee) ?? "";
    if (engine.absentMethods.includes(method) && !isBuiltInObject(node.callee.object)) {
      report(
        node.callee.property.start,
        `${engine.title} has no method ${method}; a method of one's own needs another name.`,
      );
    }
  });
}
