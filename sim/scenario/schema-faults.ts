/** What a schema finds wrong, as sentences that say what is expected. */

import type { AnySchema, ErrorObject, ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import { SCENARIO_SCHEMA } from "./schema";
import type { FieldPath, ScenarioFault, SourceText } from "./source-text";
import { fieldText } from "./source-text";

/** A file with more faults than this is another kind of file. */
const FAULTS_MAX = 20;
const SHOWN_LENGTH_MAX = 60;

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  compiled ??= new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false })
    .compile(SCENARIO_SCHEMA as AnySchema);
  return compiled;
}

/** The path of a JSON pointer; positions in lists as numbers. */
function pathOf(pointer: string): (string | number)[] {
  return pointer.split("/").slice(1).map((part) => {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return /^\d+$/.test(name) ? Number(name) : name;
  });
}

/** A value as a message shows it. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX - 3)}...` : text;
}

function expected(error: ErrorObject): string {
  const schema = error.parentSchema as { description?: string; properties?: object } | undefined;
  return schema?.description ?? `what ${error.schemaPath} says`;
}

/** Where the fault is, and the sentence. */
function explain(error: ErrorObject): { path: FieldPath; sentence: string } {
  const path = pathOf(error.instancePath);
  const { parentSchema } = error;
  switch (error.keyword) {
    case "additionalProperties": {
      const name = String(error.params["additionalProperty"]);
      const known = Object.keys((parentSchema?.["properties"] ?? {}) as object).filter((key) => key !== "$schema");
      return { path: [...path, name], sentence: `there is no such field here; expected one of ${known.join(", ")}.` };
    }
    case "required":
      return {
        path,
        sentence: `${String(error.params["missingProperty"])} is missing; expected ${expected(error)}.`,
      };
    case "propertyNames":
      return {
        path: [...path, String(error.params["propertyName"])],
        sentence: "a name begins with a letter; letters, digits, spaces, - and _ follow, 60 at most.",
      };
    case "minItems":
    case "minProperties":
      return { path, sentence: `this is empty; expected ${expected(error)}.` };
    case "maxItems":
    case "maxProperties":
      return { path, sentence: `there are too many here, ${String(error.params["limit"])} at most; expected ${
        expected(error)}.` };
    default:
      return { path, sentence: `${shownValue(error.data)} is not right here; expected ${expected(error)}.` };
  }
}

/** Everything that the schema finds, one fault per field, in the order of the file; empty for a good one. */
export function schemaFaults(source: SourceText): ScenarioFault[] {
  const validate = validator();
  if (validate(source.value)) {
    return [];
  }
  const byField = new Map<string, ScenarioFault>();
  for (const error of validate.errors ?? []) {
    const { path, sentence } = explain(error);
    const field = fieldText(path);
    // propertyNames repeats what the pattern inside it has found.
    const isInner = error.propertyName !== undefined && error.keyword !== "propertyNames";
    if (!isInner && !byField.has(field)) {
      byField.set(field, { line: source.lineOf(path), field, sentence });
    }
  }
  return [...byField.values()].sort((a, b) => a.line - b.line).slice(0, FAULTS_MAX);
}
