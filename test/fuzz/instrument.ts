/**
 * Writes a copy of some modules and all that they import, as JavaScript, with a counter in every block of the project's
 * own code that reads: build/fuzz.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { REPOSITORY } from "../../tools/build/repository";
import { COUNTERS_MAX } from "./coverage";

export const FUZZ_BUILD = path.join(REPOSITORY, "build", "fuzz");

/** What reads bytes from outside; not the simulator that carries it. */
const COUNTED = /^(core|bootloader|hal|tools|sim\/scenario)\//;

/** Data that modules find beside themselves. */
const LINKED = ["boards", "test/vectors", "sim/scenarios"];

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  isolatedModules: true,
  verbatimModuleSyntax: true,
};

const { factory } = ts;

/** Puts a counter into every function, branch, loop and lazy operand. */
function counting(nextCounter: () => number): ts.TransformerFactory<ts.SourceFile> {
  const count = (): ts.Expression => {
    const counters = factory.createIdentifier("fuzzCounters");
    return factory.createPostfixIncrement(factory.createElementAccessExpression(counters, nextCounter()));
  };
  const before = (expression: ts.Expression): ts.Expression =>
    factory.createParenthesizedExpression(factory.createComma(count(), expression));
  const block = (statement: ts.Statement): ts.Block =>
    factory.createBlock([
      factory.createExpressionStatement(count()), ...(ts.isBlock(statement) ? statement.statements : [statement]),
    ]);
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      if (ts.isIfStatement(inner)) {
        const other = inner.elseStatement;
        return factory.updateIfStatement(
          inner, inner.expression, block(inner.thenStatement), other === undefined ? undefined : block(other),
        );
      }
      if (ts.isForStatement(inner)) {
        const { initializer, condition, incrementor, statement } = inner;
        return factory.updateForStatement(inner, initializer, condition, incrementor, block(statement));
      }
      if (ts.isForOfStatement(inner)) {
        const { awaitModifier, initializer, expression, statement } = inner;
        return factory.updateForOfStatement(inner, awaitModifier, initializer, expression, block(statement));
      }
      if (ts.isWhileStatement(inner)) {
        return factory.updateWhileStatement(inner, inner.expression, block(inner.statement));
      }
      if (ts.isCaseClause(inner)) {
        return factory.updateCaseClause(
          inner, inner.expression, [factory.createExpressionStatement(count()), ...inner.statements],
        );
      }
      if (ts.isConditionalExpression(inner)) {
        const { condition, questionToken, whenTrue, colonToken, whenFalse } = inner;
        return factory.updateConditionalExpression(
          inner, condition, questionToken, before(whenTrue), colonToken, before(whenFalse),
        );
      }
      if (ts.isBinaryExpression(inner) && isLazy(inner.operatorToken.kind)) {
        return factory.updateBinaryExpression(inner, inner.left, inner.operatorToken, before(inner.right));
      }
      return ts.isBlock(inner) && ts.isFunctionLike(node.parent) ? block(inner) : inner;
    };
    return (file) => ts.visitNode(file, visit, ts.isSourceFile);
  };
}

function isLazy(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken;
}

/** The file that a relative import of a module means. */
function resolveImport(file: string, specifier: string): string {
  const target = path.join(path.dirname(file), specifier);
  return existsSync(path.join(REPOSITORY, `${target}.ts`)) ? `${target}.ts` : target;
}

const RELATIVE_IMPORT = /((?:from|import)\s*\(?\s*")(\.[^"]*)(")/g;

/** Finds the relative imports in compiled text, names them by their file's new name, and lists them. */
function linkImports(file: string, text: string): { text: string; imports: string[] } {
  const imports: string[] = [];
  const linked = text.replace(RELATIVE_IMPORT, (_whole, start: string, specifier: string, end: string) => {
    const target = resolveImport(file, specifier);
    imports.push(target);
    return start + (target.endsWith(".ts") ? specifier + ".js" : specifier) + end;
  });
  return { text: linked, imports };
}

/**
 * Writes build/fuzz anew.
 *
 * @param entries modules by their path from the root, such as `test/fuzz/worker.ts`
 * @returns how many counters there are
 */
export function instrument(entries: readonly string[]): number {
  rmSync(FUZZ_BUILD, { recursive: true, force: true });
  let counters = 0;
  const nextCounter = (): number => Math.min(counters++, COUNTERS_MAX - 1);
  const waiting = [...entries];
  const done = new Set<string>();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (!done.has(file) && file.endsWith(".ts")) {
      done.add(file);
      const source = readFileSync(path.join(REPOSITORY, file), "utf8");
      const isOurs = COUNTED.test(file);
      const transformers = isOurs ? { before: [counting(nextCounter)] } : {};
      const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, transformers, fileName: file });
      const { text, imports } = linkImports(file, outputText);
      const place = path.join(FUZZ_BUILD, file.replace(/\.ts$/, ".js"));
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, isOurs ? `const fuzzCounters = globalThis.fuzzCounters;\n${text}` : text);
      waiting.push(...imports);
    }
  }
  for (const folder of LINKED) {
    mkdirSync(path.dirname(path.join(FUZZ_BUILD, folder)), { recursive: true });
    symlinkSync(path.join(REPOSITORY, folder), path.join(FUZZ_BUILD, folder));
  }
  return Math.min(counters, COUNTERS_MAX);
}
