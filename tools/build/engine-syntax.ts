/** Forms of ES5 that an engine refuses or gets wrong. */

import type { AnyNode, CallExpression, Literal, Node, ReturnStatement } from "acorn";
import type { Report } from "./engine-check";
import { regExpFault } from "./engine-regexp";
import type { Engine } from "./engines";
import { isAssignedSequence } from "./sequences";
import { propertyName, walk } from "./syntax-tree";

const KEYWORDS = new Set(
  (
    "break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof let new null of return static super switch this throw true try typeof " +
    "undefined var void while with"
  ).split(" "),
);

function hasWideCharacter(text: string): boolean {
  return /[^\u0000-\u00ff]/.test(text);
}

function checkLiteral(node: Literal, engine: Engine, report: Report): void {
  if (node.regex !== undefined && node.regex !== null) {
    const fault = engine.hasFullRegExp ? undefined : regExpFault(node.regex.pattern);
    if (fault !== undefined) {
      report(node.start, `The RegExp ${node.raw ?? ""} ${fault} on ${engine.title}.`);
    }
    return;
  }
  if (typeof node.value !== "string") {
    return;
  }
  if (!engine.hasWideStrings && hasWideCharacter(node.value)) {
    report(node.start, `A string has a character above 255, which ${engine.title} cannot hold.`);
  }
  if (!engine.parsesAllOfEs5 && /\\\r?\n/.test(node.raw ?? "")) {
    report(node.start, `A string goes on after a line break, which ${engine.title} reads wrongly.`);
  }
}

/** `return`, a line break and an expression: ES5 returns undefined, Espruino returns the expression. */
function checkReturn(node: ReturnStatement, text: string, engine: Engine, report: Report): void {
  const ended = node.argument !== null || text.slice(node.start, node.end).includes(";");
  if (!engine.parsesAllOfEs5 && !ended && /^[^\S\n]*\n\s*[^}\s]/.test(text.slice(node.end))) {
    report(node.start, `After a bare return, ${engine.title} returns what the next line says. Put a semicolon.`);
  }
}

function checkCall(node: CallExpression, engine: Engine, report: Report): void {
  const method = node.callee.type === "MemberExpression" ? propertyName(node.callee) : undefined;
  const read = method === undefined ? undefined : new Map(Object.entries(engine.ignoredArguments)).get(method);
  if (read !== undefined && node.arguments.length > read) {
    report(node.start, `${engine.title} ignores the arguments of ${method ?? ""} after the first ${read}.`);
  }
}

function checkParsing(node: AnyNode, engine: Engine, report: Report): void {
  if (node.type === "LabeledStatement") {
    report(node.start, `${engine.title} has no labels.`);
  }
  if (node.type === "SwitchStatement") {
    const afterDefault = node.cases[node.cases.findIndex((entry) => entry.test === null) + 1];
    if (node.cases.some((entry) => entry.test === null) && afterDefault !== undefined) {
      report(afterDefault.start, `${engine.title} refuses a case after default.`);
    }
  }
  if (node.type === "Property" && node.kind !== "init" && KEYWORDS.has(propertyName(node) ?? "")) {
    report(node.start, `${engine.title} cannot read an accessor that is named like a keyword.`);
  }
}

function isLength(node: AnyNode): boolean {
  return node.type === "MemberExpression" && propertyName(node) === "length";
}

function checkAssignment(node: AnyNode, engine: Engine, report: Report): void {
  const target = node.type === "AssignmentExpression" ? node.left : node.type === "UpdateExpression" && node.argument;
  if (target !== false && isLength(target)) {
    report(node.start, `${engine.title} throws when the length of an array is assigned.`);
  }
}

export function checkSyntax(program: Node, text: string, engine: Engine, report: Report): void {
  walk(program, (node, parent) => {
    if (!engine.parsesAllOfEs5) {
      checkParsing(node, engine, report);
    }
    if (!engine.arrayLengthIsWritable) {
      checkAssignment(node, engine, report);
    }
    if (!engine.hasAssignedSequences && isAssignedSequence(node, parent)) {
      report(node.start, `${engine.title} mistakes a sequence in parentheses that begins with an assignment.`);
    }
    if (node.type === "Literal") {
      checkLiteral(node, engine, report);
    } else if (node.type === "Identifier" && !engine.hasWideStrings && hasWideCharacter(node.name)) {
      report(node.start, `A name has a character above 255, which ${engine.title} cannot hold.`);
    } else if (node.type === "ReturnStatement") {
      checkReturn(node, text, engine, report);
    } else if (node.type === "CallExpression") {
      checkCall(node, engine, report);
    }
  });
}
