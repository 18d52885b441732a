/**
 * Assertions for suites that run on every engine: Node, Lua, and whatever else can run core. The suites follow the
 * rules of device code; what fails throws a string, since that is all that every engine can catch unharmed.
 */

export type Plain = number | string | boolean | undefined;

export interface Check {
  /** One case. Its title is a sentence and unique in its suite. */
  test(title: string, body: () => void): void;
  equal(actual: Plain, expected: Plain, what: string): void;
  isTrue(condition: boolean, what: string): void;
  /** Compares bytes with lower-case hexadecimal digits. */
  equalHex(actual: Uint8Array, expectedHex: string, what: string): void;
  /** `body` must throw: an assertion of core, or the engine's own error. */
  throws(body: () => void, what: string): void;
}

/** Part of the portable tests; `run` calls `check.test` once per case. */
export interface Suite {
  readonly name: string;
  run(check: Check): void;
}

const HEX_DIGITS = "0123456789abcdef";

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const low = bytes[i] % 16;
    text += HEX_DIGITS.charAt((bytes[i] - low) / 16) + HEX_DIGITS.charAt(low);
  }
  return text;
}

export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(hex.length / 2));
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = HEX_DIGITS.indexOf(hex.charAt(2 * i)) * 16 + HEX_DIGITS.indexOf(hex.charAt(2 * i + 1));
  }
  return bytes;
}

/** The bytes of an ASCII text. */
export function fromAscii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

function show(value: Plain): string {
  if (value === undefined) {
    return "undefined";
  }
  return value.toString();
}

function fail(text: string): void {
  throw text;
}

function equal(actual: Plain, expected: Plain, what: string): void {
  if (actual !== expected) {
    fail(what + ": expected " + show(expected) + ", got " + show(actual));
  }
}

/** @param register receives each case: runs it at once, or hands it to a test runner */
export function makeCheck(register: (title: string, body: () => void) => void): Check {
  return {
    test(title: string, body: () => void): void {
      register(title, body);
    },
    equal(actual: Plain, expected: Plain, what: string): void {
      equal(actual, expected, what);
    },
    isTrue(condition: boolean, what: string): void {
      equal(condition, true, what);
    },
    equalHex(actual: Uint8Array, expectedHex: string, what: string): void {
      equal(toHex(actual), expectedHex, what);
    },
    throws(body: () => void, what: string): void {
      let thrown = false;
      try {
        body();
      } catch {
        thrown = true;
      }
      equal(thrown, true, what);
    },
  };
}
