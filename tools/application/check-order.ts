/**
 * Definition before use, as far as it can be told from the text. Espruino runs a function's text from top to bottom: a
 * function or class does not exist before its statement has run, and what is assigned before its `var` becomes a
 * global. A function may mention what follows it, as long as it is not called before that has run.
 */

import type { AnyNode } from "acorn";
import { error, note, type Say, warning } from "./findings";
import type { Declaration, ProgramNames, ProgramReference, ProgramScope } from "./scopes";
import { declaringScopeOf } from "./scopes";

/** A reference, with what it stands for. */
interface Resolved {
  readonly reference: ProgramReference;
  readonly declaration: Declaration;
  readonly scope: ProgramScope;
}

function isCalled({ node, parent }: ProgramReference): boolean {
  return (parent.type === "CallExpression" || parent.type === "NewExpression") && parent.callee === node;
}

function isAskedForByTypeof({ parent }: ProgramReference): boolean {
  return parent.type === "UnaryExpression" && parent.operator === "typeof";
}

function isAssigned({ node, parent }: ProgramReference): boolean {
  return parent.type === "AssignmentExpression" && parent.left === node;
}

/** References that are followed through calls; a program of this class has some thousands. */
const STEPS_MAX = 1_000_000;

class OrderCheck {
  private readonly byOwner = new Map<AnyNode, Resolved[]>();
  /** By function: what it and the functions that it calls use, of the text around it, that is defined last. */
  private readonly latest = new Map<AnyNode, Resolved | undefined>();
  private steps = 0;

  constructor(
    names: ProgramNames,
    private readonly title: string,
    private readonly say: Say,
  ) {
    for (const reference of names.references) {
      const scope = declaringScopeOf(reference.node.name, reference.scope);
      const declaration = scope?.declared.get(reference.node.name);
      if (scope !== undefined && declaration !== undefined) {
        const owner = reference.scope.owner.node;
        const list = this.byOwner.get(owner) ?? [];
        list.push({ reference, declaration, scope });
        this.byOwner.set(owner, list);
      }
    }
  }

  run(): void {
    for (const [owner, list] of this.byOwner) {
      for (const resolved of list) {
        if (resolved.scope.owner.node === owner) {
          this.checkDirect(resolved);
          this.checkCall(resolved);
        }
      }
    }
    if (this.steps > STEPS_MAX) {
      this.say(0, note("order", "The program has too many calls to follow: not all were checked for order.", ""));
    }
  }

  /** Used in the very text that defines it further down. */
  private checkDirect({ reference, declaration }: Resolved): void {
    const { name, start } = reference.node;
    if (start >= declaration.start || isAskedForByTypeof(reference)) {
      return;
    }
    if (declaration.kind === "function" || declaration.kind === "class") {
      this.say(start, error(
        "order",
        `The ${declaration.kind} ${name} is used before its definition, and ${this.title} does not hoist.`,
        `Move ${name} above this line.`,
      ));
    } else if (declaration.kind === "var" && isAssigned(reference)) {
      const sentence = `${name} is assigned before its var, which makes a global of it on ${this.title}.`;
      this.say(start, warning("order", sentence, "Move the var above this line."));
    }
  }

  /** Calls a function of this text, which uses what is defined only further down. */
  private checkCall({ reference, declaration }: Resolved): void {
    if (!isCalled(reference) || declaration.kind !== "function" || reference.node.start < declaration.start) {
      return;
    }
    const owner = reference.scope.owner;
    if (!this.latest.has(declaration.node)) {
      this.latest.set(declaration.node, this.latestOf(declaration.node, owner, new Set()));
    }
    const missing = this.latest.get(declaration.node);
    if (missing !== undefined && missing.declaration.start > reference.node.start) {
      const { name } = missing.reference.node;
      this.say(reference.node.start, error(
        "order",
        `${reference.node.name} is called here and uses ${name}, which is defined only further down; ` +
          `${this.title} does not hoist.`,
        `Move the definition of ${name} above this line.`,
      ));
    }
  }

  private latestOf(called: AnyNode, owner: ProgramScope, seen: Set<AnyNode>): Resolved | undefined {
    seen.add(called);
    let last: Resolved | undefined;
    for (const resolved of this.byOwner.get(called) ?? []) {
      const { reference, declaration, scope } = resolved;
      this.steps++;
      if (this.steps > STEPS_MAX) {
        return last;
      }
      const isOurs = scope.owner === owner && declaration.kind !== "parameter";
      const follows = isCalled(reference) && declaration.kind === "function" && !seen.has(declaration.node);
      const used = isOurs && !isAskedForByTypeof(reference) && !isAssigned(reference) ? resolved : undefined;
      for (const candidate of [used, follows ? this.latestOf(declaration.node, owner, seen) : undefined]) {
        if (candidate !== undefined && candidate.declaration.start > (last?.declaration.start ?? -1)) {
          last = candidate;
        }
      }
    }
    return last;
  }
}

/** @param title the engine's name for people */
export function checkDefinitionOrder(names: ProgramNames, title: string, say: Say): void {
  new OrderCheck(names, title, say).run();
}
