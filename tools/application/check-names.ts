/** Globals and methods that the engine lacks, in a program of any ECMAScript. */

import type { AnyNode } from "acorn";
import type { Engine } from "../build/engines";
import { propertyName, walk } from "../build/syntax-tree";
import { error, type Say, warning } from "./findings";
import { declaringScopeOf, type ProgramNames, type ProgramReference } from "./scopes";

/** Names that the program gives to properties of its own: a method so named is not the built-in one. */
function ownProperties(program: AnyNode): Set<string> {
  const found = new Set<string>();
  walk(program, (node) => {
    if (node.type === "Property") {
      found.add(propertyName(node) ?? "");
    } else if (node.type === "MethodDefinition" && node.key.type === "Identifier") {
      found.add(node.key.name);
    } else if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
      found.add(propertyName(node.left) ?? "");
    }
  });
  return found;
}

function isGuarded({ node, parent }: ProgramReference): boolean {
  return (
    (parent.type === "UnaryExpression" && parent.operator === "typeof") ||
    (parent.type === "AssignmentExpression" && parent.left === node)
  );
}

function checkStatic(name: string, member: AnyNode, engine: Engine, say: Say): void {
  const property = propertyName(member) ?? "";
  const path = `${name}.${property}`;
  if (Object.hasOwn(engine.absentStatics, name) && (engine.absentStatics[name]?.includes(property))) {
    say(member.start, error("name", `${engine.title} has no ${path}.`, "Write a function that does it."));
  } else if (Object.hasOwn(engine.wrongStatics, path)) {
    say(member.start, warning("name", `${path} ${engine.wrongStatics[path] ?? ""}.`, ""));
  }
}

const EMPTY_PROTOTYPES: Readonly<Record<string, string>> = {
  Array: "[]",
  String: "\"\"",
  Number: "(0)",
  Function: "(function () {})",
  Date: "new Date()",
  Uint8Array: "new Uint8Array(0)",
};

/** Espruino's built-in methods are found on values, not on the prototypes; those of Object are on both. */
function checkPrototype({ node, grandparent }: ProgramReference, own: Set<string>, engine: Engine, say: Say): void {
  const example = Object.hasOwn(EMPTY_PROTOTYPES, node.name) ? EMPTY_PROTOTYPES[node.name] : undefined;
  if (engine.hoistsFunctions || example === undefined || grandparent?.type !== "MemberExpression") {
    return;
  }
  const { object } = grandparent;
  const isPrototype = object.type === "MemberExpression" && propertyName(object) === "prototype";
  const method = propertyName(grandparent);
  if (isPrototype && method !== undefined && !own.has(method)) {
    const sentence = `${node.name}.prototype has no ${method} on ${engine.title}.`;
    say(node.start, error("name", sentence, `Write ${example}.${method}.`));
  }
}

export function checkEngineNames(program: AnyNode, names: ProgramNames, engine: Engine, say: Say): void {
  const absent = new Set(engine.absentGlobals);
  const assigned = new Set(
    names.references.filter(({ node, parent }) => parent.type === "AssignmentExpression" && parent.left === node)
      .map(({ node }) => node.name),
  );
  const own = ownProperties(program);
  for (const reference of names.references) {
    const { node, parent, scope } = reference;
    if (declaringScopeOf(node.name, scope) !== undefined) {
      continue;
    }
    // Espruino gives `exports` to modules, which the build links in; there it is declared.
    if (absent.has(node.name) && !assigned.has(node.name) && !isGuarded(reference)) {
      say(node.start, error("name", `${engine.title} has no ${node.name}.`, "Do without it, or declare your own."));
    }
    if (parent.type === "MemberExpression" && parent.object === node) {
      checkStatic(node.name, parent, engine, say);
    }
    checkPrototype(reference, own, engine, say);
    const isMade = (parent.type === "NewExpression" || parent.type === "CallExpression") && parent.callee === node;
    if (node.name === "RegExp" && isMade && !engine.hasFullRegExp) {
      say(node.start, warning("regexp", "A RegExp made from a string cannot be checked.", "Write it as a literal."));
    }
  }
  walk(program, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") {
      return;
    }
    const { object, property } = node.callee;
    const method = propertyName(node.callee) ?? "";
    const isObject = object.type === "Identifier" && object.name === "Object";
    if (engine.absentMethods.includes(method) && !isObject && !own.has(method)) {
      const sentence = `Strings, arrays and promises have no method ${method} on ${engine.title}.`;
      say(property.start, warning("name", sentence, "Write a function that does it."));
    }
  });
}
