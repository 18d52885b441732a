import assert from "node:assert/strict";
import path from "node:path";
import vm from "node:vm";
import { compileForDevice } from "../../../tools/build/compile";
import { hoistBareVariables } from "../../../tools/build/hoist";
import { REPOSITORY } from "../../../tools/build/repository";
import { makeNamesUnique } from "../../../tools/build/unique-names";

describe("moving bare variables to the start", () => {
  it("puts them at the start of their own function", () => {
    assert.equal(
      hoistBareVariables("function f(a){x=a;g(function(){y=1;var y});return x;var x,z}"),
      "function f(a){var x,z;x=a;g(function(){var y;y=1;});return x;}",
    );
  });

  it("leaves variables with a value, and those of loops, where they are", () => {
    const code = "var a=1;for(var i;b;){var c=2}for(var k in o){}";
    assert.equal(hoistBareVariables(code), code);
  });

  it("names a variable once that is declared twice", () => {
    assert.equal(hoistBareVariables("function f(){x=1;var x;if(x){var x}}"), "function f(){var x;x=1;if(x){}}");
  });
});

describe("unique names", () => {
  const namesIn = (code: string): string[] => code.match(/[a-z]\$\d+/g) ?? [];

  it("tell apart what two functions call the same", () => {
    const code = makeNamesUnique("function f(a){var b=a;return b}function g(a){return f(a)}");
    assert.equal(new Set(namesIn(code)).size, 3);
    assert.equal(vm.runInNewContext(`${code};g(5)`), 5);
  });

  it("leave properties, keys and globals alone", () => {
    assert.equal(makeNamesUnique("function f(a){return{a:a.a,b:a[a.b],c:Math.max(a,c)}}"),
      "function f(a$1){return{a:a$1.a,b:a$1[a$1.b],c:Math.max(a$1,c)}}");
  });

  it("keep what an inner function sees of the outer one, and what it hides", () => {
    const code = makeNamesUnique("function f(a){function g(b){return a+b}function h(a){return a}return g(1)*h(10)}");
    assert.equal(vm.runInNewContext(`${code};f(2)`), 30);
  });

  it("cover variables of loops, caught errors and function expressions", () => {
    const code = makeNamesUnique(
      "function f(n){var s=0;for(var i=0;i<n;i++)s+=i;" +
        "try{throw s}catch(e){var r=function k(x){return x<1?e:k(x-1)}}return r(2)}",
    );
    assert.equal(vm.runInNewContext(`${code};f(4)`), 6);
  });
});

describe("shorter comparisons", function () {
  this.timeout(60_000);
  const entry = path.join(REPOSITORY, "test/fixtures/build/equality.ts");
  const text = compileForDevice([entry]).get(entry) ?? "";
  const lineOf = (name: string): string => new RegExp(`function ${name}\\(.*\\n\\s*return (.*);`).exec(text)?.[1] ?? "";

  it("are made where both sides have one primitive type", () => {
    assert.equal(lineOf("numbers"), "a == b");
    assert.equal(lineOf("texts"), "a != b");
    assert.equal(lineOf("maybeNumber"), "a == 3");
  });

  it("test an object by itself instead of against undefined", () => {
    assert.equal(lineOf("absent"), "!a");
    assert.equal(lineOf("present"), "!!a");
  });

  it("are not made where a zero, an empty text or another type could be meant", () => {
    assert.equal(lineOf("absentNumber"), "a === undefined");
    assert.equal(lineOf("mixed"), "a === b");
    assert.equal(lineOf("unknown"), "a === b");
    assert.equal(lineOf("objects"), "a === b");
  });
});
