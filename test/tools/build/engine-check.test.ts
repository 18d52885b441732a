import assert from "node:assert/strict";
import { checkForEngine, formatFinding } from "../../../tools/build/engine-check";
import { type Engine, ENGINES } from "../../../tools/build/engines";

const espruino = ENGINES["espruino"];

const sentences = (text: string): string[] => checkForEngine(text, espruino).map((finding) => finding.sentence);

/** What is wrong, a text that has it, and what the sentence must say. */
const REFUSED: [string, string, RegExp][] = [
  ["newer syntax: arrow", "var f=()=>1", /Not ES5/],
  ["newer syntax: class", "class A{}", /Not ES5/],
  ["newer syntax: const", "const a=1", /Not ES5/],
  ["newer syntax: template literal", "var a=`b`", /Not ES5/],
  ["newer syntax: default parameter", "function f(a=1){}", /Not ES5/],
  ["newer syntax: spread", "f(...[])", /Not ES5/],
  ["newer syntax: power", "var a=2**3", /Not ES5/],
  ["newer syntax: computed key", "var a={[1]:2}", /Not ES5/],
  ["a syntax error", "var a=(", /Not ES5/],
  ["a label", "a:for(;;){break a}", /labels/],
  ["case after default", "switch(x){default:y();case 1:z()}", /case after default/],
  ["an accessor named default", "var a={get default(){return 1}}", /named like a keyword/],
  ["an accessor named by a quoted keyword", "var a={set 'class'(v){}}", /named like a keyword/],
  ["a call before the definition, in the file", "f();function f(){}", /function f is used before/],
  ["a call before the definition, in a function", "function g(){f();function f(){}}", /function f is used before/],
  ["a mention from a function above", "function g(){f()}function f(){}", /function f is used before/],
  ["a variable before its var", "function g(){a=1;var a}", /variable a is used before/],
  ["a variable whose var stands in a later loop", "for(;;){a=1}for(;;){var a}", /variable a is used before/],
  ["inheriting from Error", "(function(e){})(Error)", /inherit from Error/],
  ["inheriting from TypeError through a variable", "var t=TypeError", /inherit from TypeError/],
  ["a string with a character above 255", "var a='\\u20ac'", /above 255/],
  ["a key with a character above 255", "var a={'\\u20ac':1}", /above 255/],
  ["a string over two lines", "var a='b\\\nc'", /after a line break/],
  ["a bare return before an expression", "function f(){return\n1}", /bare return/],
  ["assigning a length", "a.length=0", /length of an array/],
  ["assigning a length by its quoted name", "a['length']=0", /length of an array/],
  ["counting a length down", "a.length--", /length of an array/],
  ["RegExp {n,m}", "/a{1,2}/", /\{n,m\}/],
  ["RegExp {n}", "/[0-9]{4}/", /\{n,m\}/],
  ["RegExp [\\w-]", "/[\\w-]/", /\[\\w-\]/],
  ["RegExp lookahead", "/a(?=b)/", /looks ahead/],
  ["RegExp negative lookahead", "/a(?!b)/", /looks ahead/],
  ["RegExp group without capture", "/(?:a)/", /does not capture/],
  ["RegExp that is not greedy", "/a+?/", /not greedy/],
  ["RegExp back reference", "/(a)\\1/", /refers back/],
  ["RegExp from a string", "new RegExp(a)", /as a literal/],
  ["split with a limit", "a.split(',',2)", /ignores the arguments of split/],
  ["JSON.stringify with a replacer", "JSON.stringify(a,b)", /ignores the arguments of stringify/],
  ["Math.pow", "Math.pow(2,53)", /inexact/],
  ["a built-in by its quoted name", "Math['imul'](1,2)", /has no Math\.imul/],
  ...["imul", "clz32", "fround", "trunc", "log2"].map((name): [string, string, RegExp] => [
    `Math.${name}`,
    `Math.${name}(1)`,
    new RegExp(`has no Math\\.${name}`),
  ]),
  ...[
    "Number.isInteger",
    "Number.MAX_SAFE_INTEGER",
    "Object.freeze",
    "Array.from",
    "String.fromCodePoint",
    "Promise.race",
    "Uint8Array.from",
    "Uint8Array.of",
    "Float64Array.from",
  ].map((name): [string, string, RegExp] => [name, name, new RegExp(`has no ${name.replace(".", "\\.")}`)]),
  ...["Map", "Set", "WeakMap", "Symbol", "Proxy", "Reflect", "BigInt", "TextEncoder", "structuredClone"].map(
    (name): [string, string, RegExp] => [name, `new ${name}(a)`, new RegExp(`has no ${name}\\.`)],
  ),
  ...[
    ..."flat flatMap at lastIndexOf reduceRight copyWithin entries keys".split(" "),
    ..."matchAll localeCompare trimStart finally".split(" "),
  ].map((name): [string, string, RegExp] => [`method ${name}`, `a.${name}(b)`, new RegExp(`no method ${name};`)]),
];

const ACCEPTED: [string, string][] = [
  ["a function after its definition", "function f(){return f}f()"],
  ["functions in the order of their use", "function f(){}function g(){f()}g()"],
  ["a variable in its own initial value", "var a=a||{}"],
  ["a parameter that hides a later function", "function g(f){f()}function f(){}"],
  ["a local that hides an absent global", "function g(Map){return new Map}"],
  ["asking for an absent global by typeof", "typeof Symbol=='function'"],
  ["default as the last case", "switch(x){case 1:y();default:z()}"],
  ["break and continue without labels", "for(;;){if(a)continue;break}"],
  ["accessors with other names", "var a={get b(){return 1}}"],
  ["keywords as plain keys", "var a={default:1}"],
  ["throwing and testing errors", "try{throw new Error('x')}catch(e){e instanceof Error}"],
  ["the prototype of Error", "function E(){}E.prototype=Object.create(Error.prototype)"],
  ["a byte string", "var a='\\xff\\u00ff\\n'"],
  ["a return before a brace or with a semicolon", "function f(){if(a){return\n}return;\nb()}"],
  ["reading a length", "var a=b.length+1"],
  ["a RegExp of groups, classes and repetition", "/^([a-z0-9.]+|\\d*)x?-\\{[(?:{2}]$/i"],
  ["split with one argument", "a.split(',')"],
  ["JSON.stringify with one argument", "JSON.stringify(a)"],
  ["keys and entries of Object", "Object.keys(a);Object.entries(a)"],
  ["a field that is called like an absent method", "var a=b.at+c.keys"],
  ["methods that exist", "a.subarray(1).set(b);a.fill(0);a.slice(1);a.indexOf(2);a.padStart(2)"],
  ["Math that exists", "Math.floor(Math.sign(a))"],
  ["the same property of something else", "var Math2={};Math2.imul(1,2)"],
  ["a local object called Math", "function f(Math){return Math.imul(1,2)}"],
];

describe("the check of emitted files against Espruino", () => {
  for (const [what, text, sentence] of REFUSED) {
    it(`refuses ${what}`, () => {
      const found = sentences(text);
      assert.equal(found.length, 1, found.join(" "));
      assert.match(found.join(" "), sentence);
    });
  }

  for (const [what, text] of ACCEPTED) {
    it(`accepts ${what}`, () => {
      assert.deepEqual(sentences(text), []);
    });
  }

  it("names line and column from 1, in the order of the text", () => {
    const findings = checkForEngine("var a;\n  b:for(;;){}\nMap;Set", espruino);
    assert.deepEqual(
      findings.map((finding) => formatFinding("x.js", finding)),
      ["x.js:2:3: Espruino has no labels.", "x.js:3:1: Espruino has no Map.", "x.js:3:5: Espruino has no Set."],
    );
  });

  it("asks nothing of an engine that has all of ES5", () => {
    const complete: Engine = {
      name: "complete",
      title: "complete",
      hoistsFunctions: true,
      parsesAllOfEs5: true,
      hasWideStrings: true,
      hasFullRegExp: true,
      hasAssignedSequences: true,
      arrayLengthIsWritable: true,
      absentGlobals: [],
      absentStatics: {},
      wrongStatics: {},
      absentMethods: [],
      ignoredArguments: {},
    };
    const text = "f();function f(){a:for(;;){a.length=/a{2}/;break a}return Math.pow('\\u20ac'.at(0),new Map)}";
    assert.deepEqual(checkForEngine(text, complete), []);
  });
});
