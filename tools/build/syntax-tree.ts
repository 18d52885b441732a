/** The syntax tree of ES5 as the checks walk it: nodes with their parents, and who declares which name. */

import type { AnyNode, FunctionDeclaration, FunctionExpression, Identifier, Node } from "acorn";

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The node's children in the order of the text. */
export function children(node: Node): AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(item)) {
        found.push(item);
      }
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Calls `visit` for every node under `root`, parents first. */
export function walk(root: Node, visit: (node: AnyNode, parent: AnyNode | undefined) => void): void {
  const step = (node: AnyNode, parent: AnyNode | undefined): void => {
    visit(node, parent);
    for (const child of children(node)) {
      step(child, node);
    }
  };
  step(root as AnyNode, undefined);
}

export function isFunction(node: AnyNode): node is FunctionDeclaration | FunctionExpression {
  return node.type === "FunctionDeclaration" || node.type === "FunctionExpression";
}

/** A property's name in `object.name`, `object["name"]` and `{ name: ... }`; undefined if it is computed. */
export function propertyName(node: AnyNode): string | undefined {
  if (node.type === "MemberExpression") {
    if (!node.computed && node.property.type === "Identifier") {
      return node.property.name;
    }
    const key = node.property.type === "Literal" ? node.property.value : undefined;
    return typeof key === "string" ? key : undefined;
  }
  if (node.type === "Property") {
    return node.key.type === "Identifier" ? node.key.name : String(node.key.type === "Literal" ? node.key.value : "");
  }
  return undefined;
}

/** Names that one function (or the file) declares, with the place of the first declaration. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly declared: Map<string, { readonly start: number; readonly isFunction: boolean }>;
}

/** An identifier that stands for a value, and the scope it stands in. */
export interface Reference {
  readonly node: Identifier;
  readonly parent: AnyNode;
  readonly scope: Scope;
}

function declare(scope: Scope, name: string, start: number, isFunctionName: boolean): void {
  const known = scope.declared.get(name);
  if (known === undefined || start < known.start) {
    scope.declared.set(name, { start, isFunction: isFunctionName });
  }
}

/** Whether an identifier is a name of something and not a value that is looked up. */
function isLabelOrKey(node: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
      return parent.key === node;
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "FunctionExpression":
      return "id" in parent && (parent.id === node || ("params" in parent && parent.params.some((p) => p === node)));
    case "CatchClause":
      return parent.param === node;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return true;
    default:
      return false;
  }
}

/** All references of a program, each with its scope; every scope is complete when this returns. */
export function references(program: Node): Reference[] {
  const found: Reference[] = [];
  const step = (node: AnyNode, parent: AnyNode | undefined, outer: Scope): void => {
    let scope = outer;
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier") {
      declare(scope, node.id.name, node.start, false);
    } else if (node.type === "CatchClause" && node.param?.type === "Identifier") {
      declare(scope, node.param.name, node.start, false);
    } else if (isFunction(node)) {
      if (node.type === "FunctionDeclaration" && node.id !== null) {
        declare(scope, node.id.name, node.start, true);
      }
      scope = { parent: outer, declared: new Map() };
      if (node.type === "FunctionExpression" && node.id) {
        declare(scope, node.id.name, node.start, false);
      }
      for (const parameter of node.params) {
        if (parameter.type === "Identifier") {
          declare(scope, parameter.name, node.start, false);
        }
      }
    } else if (node.type === "Identifier" && parent !== undefined && !isLabelOrKey(node, parent)) {
      found.push({ node, parent, scope });
    }
    for (const child of children(node)) {
      step(child, node, scope);
    }
  };
  step(program as AnyNode, undefined, { parent: undefined, declared: new Map() });
  return found;
}

/** The scope that declares the reference's name; undefined for a global that the file does not declare. */
export function declaringScope(reference: Reference): Scope | undefined {
  let scope: Scope | undefined = reference.scope;
  while (scope !== undefined && !scope.declared.has(reference.node.name)) {
    scope = scope.parent;
  }
  return scope;
}
