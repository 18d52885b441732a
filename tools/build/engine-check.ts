/**
 * Parses an emitted file as ES5 and refuses what the board's interpreter lacks. It looks at the very text that goes
 * to the board, since compilers and minifiers add and move code that no lint has seen.
 */

import { parse } from "acorn";
import type { Node } from "acorn";
import { checkNames } from "./engine-names";
import { checkOrder } from "./engine-order";
import { checkSyntax } from "./engine-syntax";
import type { Engine } from "./engines";

/** Something that the engine would refuse or get wrong. */
export interface Finding {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly sentence: string;
}

/** Names `start` as what is wrong there. */
export type Report = (start: number, sentence: string) => void;

/** `file:line:column: sentence`, as editors and terminals link it. */
export function formatFinding(file: string, finding: Finding): string {
  return `${file}:${finding.line}:${finding.column}: ${finding.sentence}`;
}

function locate(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function isSyntaxError(error: unknown): error is SyntaxError & { pos: number } {
  return error instanceof SyntaxError && "pos" in error && typeof error.pos === "number";
}

/** Every place of `text` that `engine` cannot run, in the order of the text; empty if it can run all. */
export function checkForEngine(text: string, engine: Engine): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (start, sentence) => {
    findings.push({ ...locate(text, start), sentence });
  };
  let program: Node;
  try {
    program = parse(text, { ecmaVersion: 5, sourceType: "script", allowReserved: true });
  } catch (error) {
    if (!isSyntaxError(error)) {
      throw error;
    }
    report(error.pos, `Not ES5: ${error.message.replace(/ \(\d+:\d+\)$/, "")}.`);
    return findings;
  }
  checkSyntax(program, text, engine, report);
  checkNames(program, engine, report);
  if (!engine.hoistsFunctions) {
    checkOrder(program, engine, report);
  }
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}
