/** The small parts of the scenario schema. Each description is what a message says was expected. */

import { DURATION_PATTERN, PERCENT_PATTERN, SIGNED_DURATION_PATTERN } from "./quantities";

/** A JSON Schema, draft 7. */
export type Schema = Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, Schema>>;

/** Characters of a text in a scenario; what a board prints, throws or stores is short. */
const TEXT_LENGTH_MAX = 1000;
const LIST_LENGTH_MAX = 50;

export const PARTITIONS = ["boot", "journal", "slotA", "slotB", "data"] as const;
export const START_CAUSES = [
  "power-on", "brown-out", "pin", "watchdog", "panic", "software", "deep-sleep", "warm-start", "unknown",
] as const;
export const ENDS = [
  "running", "watchdog", "software", "panic", "power-cut", "deep-sleep", "warm-start", "hangs",
] as const;

export function text(description: string, lengthMax = TEXT_LENGTH_MAX): Schema {
  return { type: "string", minLength: 1, maxLength: lengthMax, description };
}

export function choice(values: readonly string[], description = `one of ${values.join(", ")}`): Schema {
  return { type: "string", enum: values, description };
}

export function whole(minimum: number, maximum: number, what = "a whole number"): Schema {
  return { type: "integer", minimum, maximum, description: `${what} from ${minimum} to ${maximum}` };
}

export function yesOrNo(what: string): Schema {
  return { type: "boolean", description: `true or false: ${what}` };
}

export function duration(what: string): Schema {
  const description = `${what}: a time such as 500 ms, 30 s, 5 min or 2 h`;
  return { type: "string", pattern: DURATION_PATTERN, description };
}

export const SIGNED_DURATION: Schema = {
  type: "string",
  pattern: SIGNED_DURATION_PATTERN,
  description: "a time such as 30 d, or -2 h for backwards",
};

export function percent(what: string): Schema {
  return { type: "string", pattern: PERCENT_PATTERN, description: `${what}: a share such as 40 %` };
}

export const VERSION: Schema = {
  type: "string",
  pattern: "^\\d{1,3}\\.\\d{1,3}\\.\\d{1,5}(\\+\\d{1,9})?$",
  description: "a version such as 2.0.0 or 2.0.0+17",
};

export const POSITION: Schema = {
  type: ["integer", "string"],
  minimum: 0,
  pattern: PERCENT_PATTERN,
  description: "a number of bytes from the start, or a share such as 40 %",
};

export const IMAGE_NAME: Schema = {
  type: "string",
  minLength: 1,
  maxLength: 60,
  description: "the name of an image that is listed under images",
};

export const REASON: Schema = text("the name of a reason, such as attempts-used-up; docs/scenarios.md lists them", 60);

export function object(properties: Fields, description: string, required: readonly string[] = []): Schema {
  return { type: "object", additionalProperties: false, properties, required, description };
}

export function list(items: Schema, description: string): Schema {
  return { type: "array", minItems: 1, maxItems: LIST_LENGTH_MAX, items, description };
}

/** A time alone, or an object with more. */
export function durationOr(what: string, properties: Fields, required: readonly string[] = []): Schema {
  return {
    type: ["string", "object"],
    pattern: DURATION_PATTERN,
    additionalProperties: false,
    properties: { after: duration("when, counted from the start"), ...properties },
    required,
    description: `${what}: a time such as 30 s, or an object with after and ${Object.keys(properties).join(", ")}`,
  };
}

/** A text alone, or an object with time and text. */
export function textAt(what: string): Schema {
  return {
    type: ["string", "object"],
    minLength: 1,
    maxLength: TEXT_LENGTH_MAX,
    additionalProperties: false,
    properties: { after: duration("when, counted from the start"), text: text("the text") },
    required: ["text"],
    description: `${what}: a text, or an object with after and text`,
  };
}
