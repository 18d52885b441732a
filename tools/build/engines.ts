/**
 * What each interpreter lacks, as data for the check of the emitted file.
 *
 * Espruino's rows were found by running 2v29 on Linux, one process per row. A few siblings of absent features
 * (`Promise.any` beside `Promise.race`) are listed without having been tried: the build may be too strict, not too lax.
 * JerryScript's rows were found by running its command-line tool, version 3.0.
 */

export interface Engine {
  readonly name: string;
  readonly title: string;
  /** Functions are not visible before the statement that defines them has run. */
  readonly hoistsFunctions: boolean;
  /** Labels, `case` after `default`, accessors named like keywords, lines continued inside strings. */
  readonly parsesAllOfEs5: boolean;
  /** Strings hold bytes: no character above 255. */
  readonly hasWideStrings: boolean;
  /** RegExp beyond groups, alternation, plain classes and `* + ?`. */
  readonly hasFullRegExp: boolean;
  /**
   * Whether a sequence in parentheses may begin with an assignment, as in `(a = f, a)`. JerryScript 3.0 seems to take
   * it for the parameters of an arrow function: functions inside it then see `a` as undefined.
   */
  readonly hasAssignedSequences: boolean;
  /** Assigning `length` of an array throws where this is false. */
  readonly arrayLengthIsWritable: boolean;
  /** Globals that do not exist. */
  readonly absentGlobals: readonly string[];
  /** `object.property` that does not exist, and the sentence to show if it exists but is wrong. */
  readonly absentStatics: Readonly<Record<string, readonly string[]>>;
  readonly wrongStatics: Readonly<Record<string, string>>;
  /** Methods that strings, arrays, typed arrays and promises have elsewhere and lack here. */
  readonly absentMethods: readonly string[];
  /** Methods whose arguments beyond this number are silently ignored. */
  readonly ignoredArguments: Readonly<Record<string, number>>;
}

const TYPED_ARRAYS = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
];

const ESPRUINO: Engine = {
  name: "espruino",
  title: "Espruino",
  hoistsFunctions: false,
  parsesAllOfEs5: false,
  hasWideStrings: false,
  hasFullRegExp: false,
  hasAssignedSequences: true,
  arrayLengthIsWritable: false,
  absentGlobals: [
    ..."Symbol Map Set WeakMap WeakSet WeakRef Proxy Reflect BigInt BigInt64Array BigUint64Array".split(" "),
    ..."TextEncoder TextDecoder structuredClone queueMicrotask Intl Atomics SharedArrayBuffer".split(" "),
    ..."Buffer exports __dirname __filename setImmediate".split(" "),
  ],
  absentStatics: {
    Math: ["imul", "clz32", "fround", "trunc", "log2"],
    Number: ["isInteger", "isSafeInteger", "MAX_SAFE_INTEGER", "MIN_SAFE_INTEGER"],
    Object: ["freeze", "isFrozen", "seal", "isSealed"],
    Array: ["from"],
    String: ["fromCodePoint", "raw"],
    Promise: ["race", "any", "allSettled"],
    ...Object.fromEntries(TYPED_ARRAYS.map((name) => [name, ["from", "of"]])),
  },
  wrongStatics: {
    "Math.pow": "is inexact (2 to the 53rd comes out wrong): multiply, or write the number",
  },
  absentMethods: [
    ..."flat flatMap at lastIndexOf reduceRight copyWithin matchAll localeCompare codePointAt".split(" "),
    ..."trimStart trimLeft normalize finally entries keys".split(" "),
  ],
  ignoredArguments: { split: 1, stringify: 1 },
};

/** Version 3.0 with its default profile, es.next. Of ES5 nothing is missing; the host's functions are. */
const JERRYSCRIPT: Engine = {
  name: "jerryscript",
  title: "JerryScript",
  hoistsFunctions: true,
  parsesAllOfEs5: true,
  hasWideStrings: true,
  hasFullRegExp: true,
  hasAssignedSequences: false,
  arrayLengthIsWritable: true,
  absentGlobals: [
    ..."setTimeout setInterval clearTimeout clearInterval setImmediate queueMicrotask structuredClone".split(" "),
    ..."console TextEncoder TextDecoder atob btoa Intl WebAssembly performance crypto FinalizationRegistry".split(" "),
    ..."Buffer exports require process __dirname __filename".split(" "),
  ],
  absentStatics: { Object: ["groupBy"], Array: ["fromAsync"], Promise: ["withResolvers"] },
  wrongStatics: {},
  absentMethods:
    "findLast findLastIndex toSorted toReversed toSpliced normalize isWellFormed toWellFormed".split(" "),
  ignoredArguments: {},
};

export const ENGINES: Readonly<Record<string, Engine>> = { espruino: ESPRUINO, jerryscript: JERRYSCRIPT };

/** The engine of a board file. */
export function engineOf(board: { readonly engine: { readonly name: string } }): Engine {
  const engine = ENGINES[board.engine.name];
  if (engine === undefined) {
    throw new Error(`tools/build/engines.ts does not know the engine ${board.engine.name}.`);
  }
  return engine;
}
