/** A scenario's text as data, with the line of every field. YAML; JSON is YAML too. */

import type { Document, Node, YAMLMap } from "yaml";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** Fields and list positions (from 0) from the top of the file. */
export type FieldPath = readonly (string | number)[];

/** What is wrong with a file, for whoever wrote it. */
export interface ScenarioFault {
  /** From 1. */
  readonly line: number;
  /** `images.new.version`; empty for the file as a whole. */
  readonly field: string;
  /** One sentence with what is expected. */
  readonly sentence: string;
}

export interface SourceText {
  /** What the file says, without any check. */
  readonly value: unknown;
  readonly faults: readonly ScenarioFault[];
  /** Line of a field or list item; of the innermost one that exists. */
  lineOf(path: FieldPath): number;
}

/** Characters of a scenario file; the longest that is shipped has a twentieth of it. */
export const SCENARIO_CHARACTERS_MAX = 65536;
/** Aliases of YAML that one file may expand. */
const ALIASES_MAX = 50;

function pairOf(map: YAMLMap, key: string | number): YAMLMap["items"][number] | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

/** The character at which the field starts, its name included. */
function offsetOf(document: Document, path: FieldPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    let start: number | undefined;
    if (isMap(node)) {
      const pair = pairOf(node, key);
      start = startOf(pair?.key);
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      start = startOf(node);
    }
    if (start === undefined) {
      return offset;
    }
    offset = start;
  }
  return offset;
}

/** The field as people name it: list items count from 1. */
export function fieldText(path: FieldPath): string {
  return path.map((part) => (typeof part === "number" ? `[${part + 1}]` : `.${part}`)).join("").replace(/^\./, "");
}

function whole(sentence: string): SourceText {
  return { value: undefined, faults: [{ line: 1, field: "", sentence }], lineOf: () => 1 };
}

/** The first line of a message of the YAML parser, as a sentence. */
function yamlSentence(message: string): string {
  const line = message.split("\n", 1)[0].replace(/ at line \d+, column \d+:?$/, "").replace(/[.:]$/, "");
  return `this is no YAML: ${line}.`;
}

/** Reads any text; faults are those of YAML itself. */
export function readSource(text: string): SourceText {
  if (text.length > SCENARIO_CHARACTERS_MAX) {
    return whole(`the file is too long: a scenario has at most ${SCENARIO_CHARACTERS_MAX} characters.`);
  }
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
    const faults = [...document.errors, ...document.warnings].map(({ message, pos }) => {
      return { line: Math.max(1, lines.linePos(pos[0]).line), field: "", sentence: yamlSentence(message) };
    });
    const value: unknown = faults.length > 0 ? undefined : document.toJS({ maxAliasCount: ALIASES_MAX });
    return { value, faults, lineOf: (path) => Math.max(1, lines.linePos(offsetOf(document, path)).line) };
  } catch (error) {
    // Aliases that expand too far, and nesting deeper than the parser's stack.
    return whole(yamlSentence(error instanceof Error ? error.message : "it cannot be read"));
  }
}
