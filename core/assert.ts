/**
 * Programmer errors stop the machine; they are never part of normal operation.
 *
 * @param condition what must hold
 * @param code a short number that names the place, unique in the code base
 */
export function assert(condition: boolean, code: number): void {
  if (!condition) {
    throw "assert " + String(code);
  }
}
