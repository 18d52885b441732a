/** Values as Espruino's source text. */

/** Bytes as a string of Espruino, one character for each. */
export function bytesLiteral(bytes: Uint8Array): string {
  return `"${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

/** Numbers, truth values, texts, lists and objects of them; keys are identifiers, and `undefined` ones are left out. */
export function literalOf(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `new Uint8Array([${[...value].join(",")}])`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(literalOf).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${entries.map(([key, field]) => `${key}:${literalOf(field)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
