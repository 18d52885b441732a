import assert from "node:assert/strict";
import { unwrapClasses } from "../../../tools/build/classes";

const CLASS = "var A = (function () { function A(x) { this.x = x; } A.prototype.f = function () { return this.x; }; " +
  "return A; }());";

describe("classes out of their wrapping", () => {
  it("are a constructor and assignments to it", () => {
    const code = unwrapClasses(`var one = 1;\n${CLASS}\nvar two = 2;`);
    assert.equal(code, "var one = 1;\nfunction A(x) { this.x = x; } A.prototype.f = function () { return this.x; }; " +
      "\nvar two = 2;");
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    assert.equal((new Function(`${code};return new A(one).f()`) as () => unknown)(), 1);
  });

  it("stay where they have a base, names of their own, or another name outside", () => {
    for (const code of [
      CLASS.replace("(function ()", "(function (_super)").replace("}());", "}(Base));"),
      CLASS.replace("return A;", "var hidden = 1; return A;"),
      CLASS.replace("var A", "var B"),
      CLASS.replace("var A = (", "var c = 1, A = ("),
      "var A = (function () { return 1; }());",
      "function make() { var A = (function () { function A() {} return A; }()); return A; }",
    ]) {
      assert.equal(unwrapClasses(code), code);
    }
  });
});
