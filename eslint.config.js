import { readFileSync } from "node:fs";
import esx from "eslint-plugin-es-x";
import tseslint from "typescript-eslint";

/** Which folder may import what; test/house/imports.test.ts enforces the same table. */
const importRules = JSON.parse(readFileSync(new URL("tools/build/import-rules.json", import.meta.url), "utf8"));

const FOLDERS = ["core", "hal", "bootloader", "firmware", "sim", "tools", "test", "boards"];
const DEVICE = ["core", "hal", "bootloader", "firmware"];
const LUA = ["core", "bootloader"];

const files = (...folders) => folders.map((folder) => `${folder}/**/*.ts`);

/** Refuses relative imports of folders that are not in the table, and packages where none are allowed. */
function importRule(folder) {
  const { mayImport, packages } = importRules[folder];
  const forbidden = FOLDERS.filter((name) => !mayImport.includes(name));
  const patterns = [
    {
      regex: `^(\\.\\./)+(${forbidden.join("|")})(/|$)`,
      message: `${folder} may import only from: ${mayImport.join(", ")}.`,
    },
  ];
  if (packages !== "any") {
    const allowed = packages.map((name) => `${name}$`).join("|");
    patterns.push({
      regex: allowed === "" ? "^[^.]" : `^(?!${allowed})[^.]`,
      message: `${folder} is device code: no Node built-ins and no packages.`,
    });
  }
  return { files: files(folder), rules: { "no-restricted-imports": ["error", { patterns }] } };
}

/** Every feature newer than ES5 is refused in device code, except those that tsc turns into plain ES5. */
const newerThanEs5 = Object.fromEntries(
  Object.keys(esx.configs["flat/restrict-to-es5"].rules).map((name) => [name, "error"]),
);
const COMPILED_AWAY = [
  "no-arrow-functions",
  "no-binary-numeric-literals",
  "no-block-scoped-variables",
  "no-classes",
  "no-modules",
  "no-property-shorthands",
  "no-trailing-function-commas",
  "no-optional-catch-binding",
  "no-class-instance-fields",
];

const NAMED_EXPORTS = [
  { selector: "ExportDefaultDeclaration", message: "Named exports only: a default export has no name to search for." },
];

const ENGINE_LIMITS = [
  { selector: "ClassDeclaration[superClass]", message: "No inheritance: Espruino breaks on it beyond two levels." },
  { selector: "ClassExpression[superClass]", message: "No inheritance: Espruino breaks on it beyond two levels." },
  { selector: "ForInStatement", message: "No for-in: the order of keys differs between engines." },
  { selector: "Property[kind=/get|set/]", message: "No accessors: typescript-to-lua has none in object literals." },
  { selector: "MethodDefinition[kind=/get|set/]", message: "No accessors." },
  { selector: "ExportAllDeclaration", message: "No barrels: they defeat small bundles and hide who imports whom." },
  { selector: "Literal[regex]", message: "No RegExp: Espruino's is silently wrong, Lua has none." },
  {
    selector: "AssignmentExpression[left.property.name='length']",
    message: "Espruino throws when the length of an array is assigned.",
  },
  { selector: "SwitchCase[test=null]:not(:last-child)", message: "default comes last: Espruino refuses later cases." },
  { selector: "SpreadElement, RestElement", message: "No spread and no rest." },
  {
    selector: "CallExpression[callee.property.name='slice']",
    message: "On Espruino a slice of a byte array is a plain array: use copyBytes.",
  },
];

const LUA_LIMITS = [
  { selector: "Literal[raw='null']", message: "undefined only: null and undefined are the same in Lua." },
  { selector: "TSNullKeyword", message: "undefined only: null and undefined are the same in Lua." },
  { selector: "ArrayExpression > Identifier[name='undefined']", message: "No undefined in arrays: Lua loses it." },
  { selector: "NewExpression[callee.name='Array']", message: "Grow arrays by push: new Array(n) has no form in Lua." },
  { selector: "NewExpression[callee.name='Uint8Array'][arguments.length!=1]", message: "new Uint8Array(n) only." },
  { selector: "NewExpression[callee.name='Uint8Array'] > ArrayExpression", message: "new Uint8Array(n) only." },
  { selector: "TSArrayType > TSUndefinedKeyword", message: "No undefined in arrays: Lua loses it." },
];

const TYPED_ARRAYS = "Int8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array";
const ABSENT_ON_LUA = `JSON Date RegExp DataView ArrayBuffer eval isNaN Float64Array ${TYPED_ARRAYS}`.split(" ");

export default tseslint.config(
  { ignores: ["build/", "dist/", "coverage/", "test/fixtures/"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-len": ["error", { code: 120, ignoreUrls: true }],
      "max-lines": ["error", 400],
      "no-restricted-syntax": ["error", ...NAMED_EXPORTS],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Array elements are typed as present although they may be undefined, so these two would flag needed checks.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      // Numbers from flash and wire are compared with const enums all over; the formats fix both.
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-invalid-void-type": ["error", { allowAsThisParameter: true }],
    },
  },
  {
    files: files("core", "hal", "bootloader", "firmware", "sim", "tools"),
    rules: { "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: files(...DEVICE),
    plugins: { "es-x": esx },
    rules: {
      ...newerThanEs5,
      ...Object.fromEntries(COMPILED_AWAY.map((name) => [`es-x/${name}`, "off"])),
      "es-x/no-typed-arrays": "off",
      "no-restricted-syntax": ["error", ...NAMED_EXPORTS, ...ENGINE_LIMITS],
      "no-labels": "error",
      "no-loop-func": "error",
      "no-restricted-globals": ["error", "require", "process", "Buffer", "console", "setTimeout", "globalThis"],
      "no-restricted-properties": ["error", { object: "Math", property: "pow", message: "Inexact on Espruino." }],
      "default-case-last": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-use-before-define": ["error", { functions: true, classes: true, variables: true }],
      "@typescript-eslint/method-signature-style": ["error", "method"],
      // What is thrown on a device is a short string: engines lose stack traces, and classes cost flash.
      "@typescript-eslint/only-throw-error": "off",
    },
  },
  {
    files: files(...LUA),
    rules: {
      "no-bitwise": "error",
      "no-restricted-globals": ["error", "require", "process", "Buffer", "console", ...ABSENT_ON_LUA],
      "no-restricted-syntax": ["error", ...NAMED_EXPORTS, ...ENGINE_LIMITS, ...LUA_LIMITS],
      "@typescript-eslint/strict-boolean-expressions": [
        "error",
        { allowString: false, allowNumber: false, allowNullableObject: false },
      ],
    },
  },
  { files: ["core/u32.ts", "core/crypto/sha256.ts", "core/crypto/sha512.ts"], rules: { "no-bitwise": "off" } },
  ...Object.keys(importRules).map(importRule),
  {
    files: files("test"),
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    // These suites run on Lua as well.
    files: files("test/engines/portable"),
    rules: {
      "no-bitwise": "error",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/method-signature-style": ["error", "method"],
      "@typescript-eslint/strict-boolean-expressions": ["error", { allowString: false, allowNumber: false }],
    },
  },
  // Mocha asks a reporter module for its default export.
  { files: ["tools/build/mocha-reporter.ts"], rules: { "no-restricted-syntax": "off" } },
);
