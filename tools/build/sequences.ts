/** Sequences in parentheses that begin with an assignment, which JerryScript mistakes (see engines.ts). */

import { type AnyNode, parse, type SequenceExpression } from "acorn";
import { walk } from "./syntax-tree";
import { applyEdits, type TextEdit } from "./text-edits";

/** Whether the node is such a sequence. Those that are a statement or a part of a `for` have no parentheses. */
export function isAssignedSequence(node: AnyNode, parent: AnyNode | undefined): node is SequenceExpression {
  return (
    node.type === "SequenceExpression" &&
    parent?.type !== "ExpressionStatement" &&
    parent?.type !== "ForStatement" &&
    node.expressions[0]?.type === "AssignmentExpression"
  );
}

/**
 * Puts a zero in front of each of them. Terser makes them where it merges statements.
 *
 * @param text an expression
 */
export function guardSequences(text: string): string {
  const edits: TextEdit[] = [];
  // The text is an expression, which a file may not begin with if it is a function.
  walk(parse(`(${text})`, { ecmaVersion: 5 }), (node, parent) => {
    if (isAssignedSequence(node, parent)) {
      edits.push({ start: node.start - 1, end: node.start - 1, text: "0," });
    }
  });
  return applyEdits(text, edits);
}
