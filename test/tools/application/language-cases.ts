/**
 * Programs for what Espruino takes and what it does not, with one thing each. The suite of test/engines runs them on
 * the real one.
 */

/** Each ends with an uncaught error. */
export const REFUSED: readonly string[] = [
  "Array.prototype.slice.call([1, 2], 1);",
  "var {a} = {a: 1};",
  "var [a] = [1];",
  "function f(a) { return a; } f(...[1]);",
  "function f(...a) { return a; }",
  "function f(a = 3) { return a; }",
  "var o = {}; o?.a;",
  "var a = 2 ** 3;",
  "var a; a ||= 4;",
  "var a; a ??= 4;",
  "async function f() { return 1; }",
  "var f = async () => 1;",
  "function* g() { return 1; }",
  "a: for (;;) { break a; }",
  "switch (2) { default: break; case 2: print(2); }",
  "var k = 'a', o = {[k]: 1};",
  "class A { x; }",
  "class A { delete() {} }",
  "class A { #x = 1; }",
  "class A { static { print(1); } }",
  "function F() { return new.target; } new F();",
  "print(10n);",
  "function t(s) { return s; } print(t`a`);",
  "with ({a: 1}) { print(a); }",
  "print('\\u{41}');",
  "var o = { get default() { return 5; } };",
  "var of = 1;",
  "new Map();",
  "Object.freeze({});",
  "f(); function f() {}",
  "function a() { return b(); } a(); function b() { return 1; }",
  "function a() { return v; } print(a()); var v = 7;",
];

/** Each does what it says. */
export const TAKEN: readonly string[] = [
  "if ([].slice.call([1, 2], 1)[0] !== 2) throw 1; Object.prototype.hasOwnProperty.call({}, 'a');",
  "let a = 1; { let a = 2; print(a); }",
  "var f = x => x + 1, g = (a, b) => ({ c: a + b }); f(1); g(1, 2);",
  "print(`a${1}b`);",
  "class A { m() { return 1; } get v() { return 2; } static f() { return 3; } } new A().m();",
  "class A { x = 3; static y = 4; }",
  "class A { m() { return 1; } } class B extends A { m() { return super.m() + 1; } } new B().m();",
  "for (const x of [1, 2]) print(x);",
  "var o = { m() { return 1; }, delete() { return 2; } }; o.m();",
  "print(null ?? 4, 0b101, 0o17, 1_000);",
  "try { throw 1; } catch { print('c'); }",
  "function a() { return b(); } function b() { return 1; } a();",
  "(function () { function a() { return v; } var v = 7; print(a()); })();",
  "if (typeof Map === 'undefined') print('none');",
  "var Set = function () {}; new Set();",
  "function f(a, b) { return a + b; } f(1, 2,);",
  "/^[a-z0-9]+$/i.test('a');",
];

/** Each does something else, without an error, or waits for ever. */
export const MISTAKEN: readonly string[] = [
  "class E2 extends Error {}",
  "/a{2}/.test('aa');",
  "/(?:a)/.test('a');",
  "print('\u20ac');",
  "print(`\u20ac`);",
  "debugger;",
];
