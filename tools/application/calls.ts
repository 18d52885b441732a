/** Which built-in function a call means: `E.reboot`, `Storage.write` of `require("Storage").write`, `load`. */

import type { AnyNode, CallExpression, Node } from "acorn";
import { propertyName, walk } from "../build/syntax-tree";
import { declaringScopeOf, type ProgramNames, type ProgramScope } from "./scopes";

export interface Call {
  readonly node: CallExpression;
  /** Dotted, without `global.`; modules by their name. */
  readonly path: string;
  readonly scope: ProgramScope;
}

/** The module of `require("name")`. */
export function requiredModule(node: AnyNode): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== "require") {
    return undefined;
  }
  const [name] = node.arguments;
  return name?.type === "Literal" && typeof name.value === "string" ? name.value : undefined;
}

/** What a variable holds that is given a module, or another built-in object, once. */
type Aliases = Map<string, string>;

/** One key for each variable: its name and where its scope begins. */
function keyOf(name: string, scope: ProgramScope): string {
  const declaring = declaringScopeOf(name, scope);
  return declaring === undefined ? name : `${name}@${String(declaring.node.start)}`;
}

export class CallPaths {
  private readonly aliases: Aliases = new Map();
  private readonly scopeOf = new Map<Node, ProgramScope>();

  constructor(program: AnyNode, private readonly names: ProgramNames) {
    this.walkScopes(program, (node, scope) => {
      this.scopeOf.set(node, scope);
    });
    this.walkScopes(program, (node, scope) => {
      if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init) {
        this.remember(node.id.name, scope, node.init);
      } else if (node.type === "AssignmentExpression" && node.left.type === "Identifier") {
        this.remember(node.left.name, scope, node.right);
      }
    });
  }

  /** Every call whose function is a built-in one, in the order of the text. */
  calls(program: AnyNode): Call[] {
    const found: Call[] = [];
    walk(program, (node) => {
      if (node.type === "CallExpression") {
        const scope = this.scopeOf.get(node) ?? this.names.program;
        const path = this.pathOf(node.callee, scope);
        if (path !== undefined) {
          found.push({ node, path, scope });
        }
      }
    });
    return found;
  }

  /** The built-in that an expression means; undefined if it is something else. */
  pathOf(node: AnyNode, scope: ProgramScope): string | undefined {
    const module = requiredModule(node);
    if (module !== undefined) {
      return module;
    }
    if (node.type === "Identifier") {
      const alias = this.aliases.get(keyOf(node.name, scope));
      return alias ?? (declaringScopeOf(node.name, scope) === undefined ? node.name : undefined);
    }
    if (node.type === "MemberExpression" && node.object.type !== "Super") {
      const object = this.pathOf(node.object, scope);
      const name = propertyName(node);
      if (object === undefined || name === undefined) {
        return undefined;
      }
      return object === "global" || object === "globalThis" ? name : `${object}.${name}`;
    }
    return undefined;
  }

  private remember(name: string, scope: ProgramScope, value: AnyNode): void {
    const path = value.type === "Identifier" || value.type === "MemberExpression" || value.type === "CallExpression"
      ? this.pathOf(value, scope)
      : undefined;
    if (path !== undefined && path !== name) {
      this.aliases.set(keyOf(name, scope), path);
    }
  }

  private walkScopes(program: AnyNode, visit: (node: AnyNode, scope: ProgramScope) => void): void {
    const scopes: ProgramScope[] = [this.names.program];
    const scopeAt = new Map<AnyNode | undefined, ProgramScope>([[undefined, this.names.program]]);
    walk(program, (node, parent) => {
      const scope = this.names.scopes.get(node) ?? scopeAt.get(parent) ?? scopes[0];
      scopeAt.set(node, scope);
      visit(node, scope);
    });
  }
}
