/**
 * Definition before use. Espruino executes a function's text from top to bottom: a function does not exist before its
 * statement has run, and a variable that is assigned before its `var` becomes a global. The rule is about the text and
 * stricter than needed (a function that is called later may mention what follows), since it can then be trusted.
 */

import type { Node } from "acorn";
import type { Report } from "./engine-check";
import type { Engine } from "./engines";
import { declaringScope, references } from "./syntax-tree";

export function checkOrder(program: Node, engine: Engine, report: Report): void {
  for (const reference of references(program)) {
    const { name, start } = reference.node;
    const declaration = declaringScope(reference)?.declared.get(name);
    if (declaration !== undefined && start < declaration.start) {
      const what = declaration.isFunction ? "function" : "variable";
      report(start, `The ${what} ${name} is used before its definition, and ${engine.title} does not hoist.`);
    }
  }
}
