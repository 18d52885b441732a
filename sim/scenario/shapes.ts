/** Shapes of data whose type nobody knows yet. */

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSeq(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
