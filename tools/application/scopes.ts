/**
 * Who declares which name in a program of any ECMAScript, as the checks of an application need it. tools/build has the
 * same for the ES5 that compilers emit; here the text is what people wrote.
 */

import type {
  AnonymousFunctionDeclaration,
  AnyNode,
  ArrowFunctionExpression,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
  Node,
  Pattern,
} from "acorn";
import { children } from "../build/syntax-tree";

export type DeclarationKind = "var" | "let" | "const" | "class" | "function" | "parameter";

export interface Declaration {
  readonly kind: DeclarationKind;
  readonly start: number;
  /** Of a function's own statement. */
  readonly node: AnyNode;
}

export interface ProgramScope {
  readonly parent: ProgramScope | undefined;
  /** The program, or what opens the scope: a function, a block, a loop, a catch clause. */
  readonly node: AnyNode;
  /** The nearest scope that is a function or the program; itself if it is one. */
  readonly owner: ProgramScope;
  readonly declared: Map<string, Declaration>;
}

/** An identifier that stands for a value. */
export interface ProgramReference {
  readonly node: Identifier;
  readonly parent: AnyNode;
  readonly grandparent: AnyNode | undefined;
  readonly scope: ProgramScope;
}

export interface ProgramNames {
  readonly program: ProgramScope;
  readonly references: readonly ProgramReference[];
  /** The scope that each function, block or loop opens. */
  readonly scopes: ReadonlyMap<Node, ProgramScope>;
}

type FunctionNode = FunctionDeclaration | AnonymousFunctionDeclaration | FunctionExpression | ArrowFunctionExpression;

export function isAnyFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** The identifiers that a pattern declares. */
export function patternNames(pattern: Pattern): Identifier[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "Property" ? property.value : property.argument),
      );
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "RestElement":
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

const SCOPE_TYPES = new Set([
  ..."BlockStatement ForStatement ForInStatement ForOfStatement SwitchStatement CatchClause StaticBlock".split(" "),
  ..."ClassExpression".split(" "),
]);

/** Whether an identifier only names something: a property, a label, a key. */
function isMereName(node: Identifier, parent: AnyNode): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.key === node && !parent.computed;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "ExportSpecifier":
      return true;
    default:
      return false;
  }
}

class Collector {
  readonly references: ProgramReference[] = [];
  readonly scopes = new Map<Node, ProgramScope>();
  /** Identifiers that are declarations, and so no references. */
  private readonly declarations = new Set<Node>();

  open(node: AnyNode, parent: ProgramScope | undefined, isOwner: boolean): ProgramScope {
    const scope = { parent, node, declared: new Map<string, Declaration>() } as ProgramScope & { owner: ProgramScope };
    scope.owner = isOwner || parent === undefined ? scope : parent.owner;
    this.scopes.set(node, scope);
    return scope;
  }

  visit(node: AnyNode, parent: AnyNode, outer: ProgramScope, grandparent?: AnyNode): void {
    let scope = outer;
    if (isAnyFunction(node)) {
      scope = this.enterFunction(node, outer);
    } else if (SCOPE_TYPES.has(node.type) && !isAnyFunction(parent)) {
      scope = this.open(node, outer, false);
    }
    this.declareIn(node, scope, outer);
    if (node.type === "Identifier" && !this.declarations.has(node) && !isMereName(node, parent)) {
      this.references.push({ node, parent, grandparent, scope });
    }
    for (const child of children(node)) {
      this.visit(child, node, scope, parent);
    }
  }

  private enterFunction(node: FunctionNode, outer: ProgramScope): ProgramScope {
    if (node.type === "FunctionDeclaration" && node.id) {
      this.declare(outer.owner, node.id, "function", node.start, node);
    }
    const scope = this.open(node, outer, true);
    if (node.type === "FunctionExpression" && node.id) {
      this.declare(scope, node.id, "parameter", node.start, node);
    }
    for (const parameter of node.params) {
      patternNames(parameter).forEach((id) => this.declare(scope, id, "parameter", node.start, node));
    }
    return scope;
  }

  private declareIn(node: AnyNode, scope: ProgramScope, outer: ProgramScope): void {
    if (node.type === "VariableDeclaration") {
      const kind: DeclarationKind = node.kind === "let" || node.kind === "const" ? node.kind : "var";
      const target = kind === "var" ? scope.owner : scope;
      for (const declarator of node.declarations) {
        patternNames(declarator.id).forEach((id) => this.declare(target, id, kind, declarator.start, declarator));
      }
    } else if (node.type === "ClassDeclaration" && node.id) {
      this.declare(outer, node.id, "class", node.start, node);
    } else if (node.type === "ClassExpression" && node.id) {
      this.declare(scope, node.id, "class", node.start, node);
    } else if (node.type === "CatchClause" && node.param) {
      patternNames(node.param).forEach((id) => this.declare(scope, id, "let", node.start, node));
    }
  }

  private declare(scope: ProgramScope, id: Identifier, kind: DeclarationKind, start: number, node: AnyNode): void {
    this.declarations.add(id);
    const known = scope.declared.get(id.name);
    if (known === undefined || start < known.start) {
      scope.declared.set(id.name, { kind, start, node });
    }
  }
}

export function namesOf(program: Node): ProgramNames {
  const collector = new Collector();
  const scope = collector.open(program as AnyNode, undefined, true);
  for (const child of children(program)) {
    collector.visit(child, program as AnyNode, scope);
  }
  return { program: scope, references: collector.references, scopes: collector.scopes };
}

/** The scope that declares `name` as seen from `scope`; undefined for a global. */
export function declaringScopeOf(name: string, scope: ProgramScope): ProgramScope | undefined {
  let at: ProgramScope | undefined = scope;
  while (at !== undefined && !at.declared.has(name)) {
    at = at.parent;
  }
  return at;
}
