/**
 * Shorter comparisons where the types say that they mean the same: `==` for `===` between two numbers, two strings or
 * two booleans, and the object itself for `object !== undefined`. Every byte of a bundle is paid for in flash, and the
 * interpreter reads the text of a function at every call.
 */

import ts from "typescript";

const PRIMITIVES = [ts.TypeFlags.NumberLike, ts.TypeFlags.StringLike, ts.TypeFlags.BooleanLike];

/** Whether each part of the type, `undefined` aside, has one of `flags`. */
function consistsOf(checker: ts.TypeChecker, node: ts.Expression, flags: ts.TypeFlags): boolean {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  const parts = type.isUnion() ? type.types : [type];
  return parts.every((part) => (part.flags & flags) !== 0);
}

function isUndefined(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === "undefined";
}

function shorten(checker: ts.TypeChecker, node: ts.BinaryExpression): ts.Expression {
  const { left, right } = node;
  const equals = node.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken;
  if (isUndefined(right)) {
    // Objects, arrays and functions count as true, whatever they hold.
    if (!consistsOf(checker, left, ts.TypeFlags.Object)) {
      return node;
    }
    const negated = ts.factory.createLogicalNot(left);
    return equals ? negated : ts.factory.createLogicalNot(negated);
  }
  const areAlike = PRIMITIVES.some((flags) => consistsOf(checker, left, flags) && consistsOf(checker, right, flags));
  if (!areAlike) {
    return node;
  }
  const operator = equals ? ts.SyntaxKind.EqualsEqualsToken : ts.SyntaxKind.ExclamationEqualsToken;
  return ts.factory.createBinaryExpression(left, operator, right);
}

/** Runs before types and enums are gone. */
export function shortenEquality(checker: ts.TypeChecker): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const isStrict =
        ts.isBinaryExpression(node) &&
        (node.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
          node.operatorToken.kind === ts.SyntaxKind.ExclamationEqualsEqualsToken);
      return ts.visitEachChild(isStrict ? shorten(checker, node) : node, visit, context);
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}
