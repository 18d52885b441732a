import assert from "node:assert/strict";
import vm from "node:vm";
import { guardSequences } from "../../../tools/build/sequences";

describe("sequences in parentheses that begin with an assignment", () => {
  const cases: [string, string][] = [
    ["function(){(a=1,b(a));a=2,b(a)}", "function(){(a=1,b(a));a=2,b(a)}"],
    ["c=(a=1,b(a))", "c=(0,a=1,b(a))"],
    ["function(){if((a=1,a)&&((b=2),b))c()}", "function(){if((0,a=1,a)&&(0,(b=2),b))c()}"],
    ["function(){return a=1,a}", "function(){return 0,a=1,a}"],
    ["x?(a=1,a):(b,c)", "x?(0,a=1,a):(b,c)"],
    ["function(){for(a=1,b=2;a<b;a++,b--);}", "function(){for(a=1,b=2;a<b;a++,b--);}"],
    ["f((a=(b=1,b),a))", "f((0,a=(0,b=1,b),a))"],
  ];
  for (const [before, after] of cases) {
    it(`${before} becomes ${after}`, () => {
      assert.equal(guardSequences(before), after);
    });
  }

  it("mean the same as before", () => {
    const program = "(function(){var a,b;return[(a=2,a*3),(b=a,b+1)]})()";
    const run = (text: string): string => JSON.stringify(vm.runInNewContext(text));
    assert.equal(run(guardSequences(program)), run(program));
  });
});
