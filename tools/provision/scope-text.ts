/** The text of a boot file in the form that takes the least of Espruino's memory. */

import { parse } from "acorn";

/** The parameter of the function in `.boot0` that evaluates files (hal/espruino/stub.ts): what it sees as its scope. */
const PARAMETER = "$";

/**
 * The stub evaluates each file inside a function of its own. What stays of a file keeps the variables of that function,
 * and the text with them, unless that is let go of first.
 *
 * A bundle is mostly a function that is called at once, `(function(){...;return x})()`. In the stub's function its
 * statements alone do: the interpreter does not first skip over the body, and copy it where it runs from RAM; and each
 * function that stays has one scope instead of a list of two.
 *
 * @param text an expression
 * @returns statements, of which the last is an expression with the same value
 */
export function scopeText(text: string): string {
  const [statement] = parse(text, { ecmaVersion: 5 }).body;
  const call = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
  const callee = call?.type === "CallExpression" && call.arguments.length === 0 ? call.callee : undefined;
  const body = callee?.type === "FunctionExpression" && callee.params.length === 0 ? callee.body.body : [];
  const last = body.at(-1);
  const result = last?.type === "ReturnStatement" ? last.argument : undefined;
  if (result === undefined || result === null) {
    return `${PARAMETER}=0;${text}`;
  }
  const parts = result.type === "SequenceExpression" ? result.expressions : [result];
  const texts = parts.map(({ start, end }) => `(${text.slice(start, end)})`);
  return `${PARAMETER}=0;${text.slice(body[0]?.start, last?.start)}${texts.join(";")}`;
}
