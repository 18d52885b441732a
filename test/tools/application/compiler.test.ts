import assert from "node:assert/strict";
import { loadCompiler } from "../../../tools/application/compiler";
import { ToolError } from "../../../tools/errors";

describe("loading the compiler", () => {
  it("says which package is missing", async () => {
    const name = "trialboot-no-such-package";
    await assert.rejects(
      loadCompiler(() => import(name) as Promise<unknown>),
      (error) => error instanceof ToolError && error.message.includes(`needs the package ${name}, which is not`),
    );
  });

  it("passes on what a module throws by itself", async () => {
    const load = (): Promise<unknown> => Promise.reject(new TypeError("broken"));
    await assert.rejects(loadCompiler(load), TypeError);
  });
});
