import assert from "node:assert/strict";
import { scopeText } from "../../../tools/provision/scope-text";

/** As the stub in `.boot0` evaluates a file. */
// eslint-disable-next-line @typescript-eslint/no-implied-eval
const evaluate = new Function("$", "return eval($)") as (text: string) => unknown;

describe("the text of a boot file", () => {
  it("is the statements of a function that is called at once, and has its value", () => {
    const text = scopeText("(function(){var a=1;function f(){return a++}return a=5,f})()");
    assert.equal(text, "$=0;var a=1;function f(){return a++}(a=5);(f)");
    const first = evaluate(text) as () => number;
    const second = evaluate(text) as () => number;
    assert.deepEqual([first(), first(), second()], [5, 6, 5]);
    assert.equal(typeof (globalThis as Record<string, unknown>)["f"], "undefined");
  });

  it("lets go of itself in any other form", () => {
    for (const text of [
      "({a:7})", "(function(a){return a})({a:7})", "(function(a){return {a:7}})()", "(function(){return {a:7}})()",
    ]) {
      assert.deepEqual(evaluate(scopeText(text)), { a: 7 }, text);
      assert.equal(scopeText(text).indexOf("$=0;"), 0);
    }
    assert.equal(evaluate(scopeText("(function(){this.$$=3})()")), undefined);
    Reflect.deleteProperty(globalThis, "$$");
  });
});
