/**
 * What changes for a program that was made to run as `.bootcde`: the boot chain starts it as a function, so that its
 * names are no longer global.
 */

import type { AnyNode, Node } from "acorn";
import { propertyName, walk } from "../build/syntax-tree";
import { note, type Say, warning } from "./findings";
import { isAnyFunction, type ProgramScope } from "./scopes";

/** Whether `this` at the place means the global object: nothing around it but arrow functions. */
function collectGlobalObjects(program: Node, visit: (member: AnyNode) => void): void {
  const owners = new Map<AnyNode, boolean>();
  walk(program, (node, parent) => {
    const isInside = parent === undefined ? false : (owners.get(parent) ?? false);
    const opens = (isAnyFunction(node) && node.type !== "ArrowFunctionExpression") || node.type === "ClassBody";
    owners.set(node, isInside || opens);
    if (node.type !== "MemberExpression") {
      return;
    }
    const { object } = node;
    const isGlobal = object.type === "Identifier" && (object.name === "global" || object.name === "globalThis");
    if (isGlobal || (object.type === "ThisExpression" && !isInside)) {
      visit(node);
    }
  });
}

/** @param scope of the program, or of the function that is the application */
export function checkFormerGlobals(program: Node, scope: ProgramScope, say: Say): void {
  const assigned = new Set<string>();
  const members: AnyNode[] = [];
  walk(program, (node) => {
    if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
      assigned.add(propertyName(node.left) ?? "");
    }
  });
  collectGlobalObjects(program, (member) => members.push(member));
  for (const member of members) {
    const name = propertyName(member) ?? "";
    if (scope.declared.has(name) && !assigned.has(name)) {
      const sentence = `${name} belongs to the application here and is no property of the global object.`;
      say(member.start, warning("scope", sentence, `Write ${name}, or assign global.${name} where it is made.`));
    }
  }
  const onInit = scope.declared.get("onInit");
  if (onInit?.kind === "function") {
    const sentence = "The build hands onInit to Espruino, which calls it after the start as ever.";
    say(onInit.start, note("on-init", sentence, ""));
  }
}
