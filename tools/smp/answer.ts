/** Reading an answer's fields. A device that sends another type than it should is refused, not believed. */

import type { ToolError } from "../errors";
import { linkError } from "../ports/link-error";
import type { AnswerFields } from "./cbor";

const U32_MAX = 0xffffffff;

/** The device talks, but not sense. */
export function nonsense(what: string): ToolError {
  return linkError(
    `The device's answer makes no sense: ${what}.`,
    "Check that it runs trialboot or another SMP server, and that --framing and --baud fit it.",
  );
}

/** A whole number from 0 to 2^32 - 1; `undefined` if the key is not there. Refuses (link) anything else. */
export function optionalUint(fields: AnswerFields, key: string): number | undefined {
  const value = fields.get(key);
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > U32_MAX) {
    throw nonsense(`"${key}" is not a whole number`);
  }
  return value;
}

export function uint(fields: AnswerFields, key: string): number {
  return present(optionalUint(fields, key), key);
}

/** Byte string; `undefined` if the key is not there. */
export function optionalBytes(fields: AnswerFields, key: string): Uint8Array | undefined {
  const value = fields.get(key);
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!(value instanceof Uint8Array)) {
    throw nonsense(`"${key}" is not a byte string`);
  }
  return value;
}

export function bytes(fields: AnswerFields, key: string): Uint8Array {
  return present(optionalBytes(fields, key), key);
}

export function text(fields: AnswerFields, key: string): string {
  const value = present(fields.get(key), key);
  if (typeof value !== "string") {
    throw nonsense(`"${key}" is not a text`);
  }
  return value;
}

/** Flags are booleans, or numbers in old servers; a missing one is false. */
export function flag(fields: AnswerFields, key: string): boolean {
  const value = fields.get(key);
  if (value === undefined || value === null) {
    return false;
  }
  if (typeof value !== "boolean" && typeof value !== "number") {
    throw nonsense(`"${key}" is not a yes or no`);
  }
  return value === true || (typeof value === "number" && value !== 0);
}

export function list(fields: AnswerFields, key: string): readonly unknown[] {
  const value = fields.get(key);
  if (!Array.isArray(value)) {
    throw nonsense(`"${key}" is not a list`);
  }
  return value;
}

/** An entry of a list that has to be a map. */
export function mapIn(value: unknown, what: string): AnswerFields {
  if (!(value instanceof Map)) {
    throw nonsense(`${what} is not a map`);
  }
  return value;
}

function present<Value>(value: Value | undefined, key: string): Value {
  if (value === undefined) {
    throw nonsense(`"${key}" is missing`);
  }
  return value;
}
