import assert from "node:assert/strict";
import { processContext } from "../../tools/context";

describe("the context of the process", () => {
  it("survives a reader of its output that goes away", () => {
    const before = process.stdout.listenerCount("error");
    processContext();
    assert.equal(process.stdout.listenerCount("error"), before + 1);
    const listener = process.stdout.listeners("error").at(-1) as (error: Error) => void;
    process.stdout.off("error", listener);
    const exitCode = process.exitCode;
    listener(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    assert.equal(process.exitCode, exitCode);
  });

  it("has nobody to ask for secrets where input is no terminal", async () => {
    const isTerminal = process.stdin.isTTY;
    process.stdin.isTTY = false;
    try {
      assert.equal(await processContext().askSecret("Secret: "), undefined);
    } finally {
      process.stdin.isTTY = isTerminal;
    }
  });
});
