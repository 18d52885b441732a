/** Wraps what is handed to an application, so that every call first passes a check. */

/** Whether it is an object literal, of this realm or another. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
}

/**
 * A copy of `value` in which each function, also those of nested object literals, calls `before` first. `before` may
 * throw; then the function is not called. Everything that is neither function nor object literal stays as it is.
 */
export function guardCalls<T>(value: T, before: () => void, owner?: object): T {
  if (typeof value === "function") {
    return new Proxy(value, {
      apply(target, self, parameters: unknown[]): unknown {
        before();
        return Reflect.apply(target, owner ?? self, parameters);
      },
      construct(target, parameters: unknown[]): object {
        before();
        return Reflect.construct(target, parameters) as object;
      },
    });
  }
  if (isPlainObject(value)) {
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      copy[key] = guardCalls(value[key], before, value);
    }
    return copy as T;
  }
  return value;
}
