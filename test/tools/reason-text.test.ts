import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as reasons from "../../core/reasons";
import { reasonExitCode, reasonText } from "../../tools/reason-text";

/** A const enum cannot be listed by type, but preserveConstEnums keeps it as an object. */
const ALL = Object.entries((reasons as unknown as { Reason: Record<string, number | string> }).Reason).filter(
  (entry): entry is [string, number] => typeof entry[1] === "number",
);

describe("texts of reasons", () => {
  it("exist for every reason of core/reasons.ts", () => {
    const source = readFileSync(new URL("../../core/reasons.ts", import.meta.url), "utf8");
    assert.equal(ALL.length, (source.match(/^ {2}[A-Z]\w+ = \d+,$/gm) ?? []).length);
    assert.ok(ALL.length > 50);
    for (const [name, value] of ALL) {
      const text = reasonText(value);
      assert.doesNotMatch(text.name, /^reason-\d/, name);
      assert.match(text.name, /^[a-z]+(-[a-z]+)*$/);
      assert.equal(text.name, name.replace(/(?!^)[A-Z]/g, "-$&").toLowerCase());
      assert.match(text.sentence, /^[A-Z].*\.$/);
      assert.equal(text.next === "" || /^[A-Z].*\.$/.test(text.next), true, name);
      assert.equal(text.next === "", name === "None", `${name} says what to do next`);
    }
  });

  it("have names of their own", () => {
    assert.equal(new Set(ALL.map(([, value]) => reasonText(value).name)).size, ALL.length);
  });

  it("name numbers of newer devices as numbers", () => {
    assert.equal(reasonText(9999).name, "reason-9999");
  });

  it("lead to the documented exit code of their class", () => {
    const expected: readonly (readonly [number, number])[] = [
      [0, 0], [1, 24], [7, 23], [15, 24], [64, 24], [70, 24], [80, 20], [84, 20], [96, 22], [97, 22], [98, 23],
      [99, 23], [100, 31], [112, 31], [119, 24], [144, 32], [148, 32], [160, 31], [163, 32],
    ];
    for (const [reason, exitCode] of expected) {
      assert.equal(reasonExitCode(reason), exitCode, String(reason));
    }
    for (const [name, value] of ALL) {
      assert.equal(reasonExitCode(value) === 0, name === "None", name);
    }
  });
});
