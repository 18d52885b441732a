/**
 * Puts the functions of a scope in front of its other statements, as if JavaScript's hoisting were written out.
 * Espruino does not hoist, and TypeScript relies on it, as in every class that extends another.
 */

import ts from "typescript";

/** What has to stay in front: `"use strict"` and imports. */
function isLeading(statement: ts.Statement): boolean {
  return ts.isImportDeclaration(statement) ||
    (ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression));
}

function inOrder(statements: ts.NodeArray<ts.Statement>): ts.NodeArray<ts.Statement> {
  const leading = statements.filter(isLeading);
  const functions = statements.filter((statement) => ts.isFunctionDeclaration(statement));
  const others = statements.filter((statement) => !leading.includes(statement) && !ts.isFunctionDeclaration(statement));
  const sorted = [...leading, ...functions, ...others];
  return sorted.every((statement, i) => statement === statements[i])
    ? statements
    : ts.setTextRange(ts.factory.createNodeArray(sorted), statements);
}

function withBody<T extends ts.FunctionDeclaration | ts.FunctionExpression>(node: T, update: (body: ts.Block) => T): T {
  const { body } = node;
  const statements = body === undefined ? undefined : inOrder(body.statements);
  return body === undefined || statements === undefined || statements === body.statements
    ? node
    : update(ts.factory.updateBlock(body, statements));
}

/** Runs on the ES5 that TypeScript is about to write. */
export function functionsFirst(): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const done = ts.visitEachChild(node, visit, context);
      if (ts.isFunctionDeclaration(done)) {
        const { modifiers, asteriskToken, name, typeParameters, parameters, type } = done;
        return withBody(done, (body) => ts.factory.updateFunctionDeclaration(
          done, modifiers, asteriskToken, name, typeParameters, parameters, type, body,
        ));
      }
      if (ts.isFunctionExpression(done)) {
        const { modifiers, asteriskToken, name, typeParameters, parameters, type } = done;
        return withBody(done, (body) => ts.factory.updateFunctionExpression(
          done, modifiers, asteriskToken, name, typeParameters, parameters, type, body,
        ));
      }
      return done;
    };
    return (file) => {
      const done = ts.visitEachChild(file, visit, context);
      return ts.factory.updateSourceFile(done, inOrder(done.statements));
    };
  };
}
