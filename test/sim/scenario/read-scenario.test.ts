import assert from "node:assert/strict";
import fc from "fast-check";
import { SCENARIO_CHARACTERS_MAX } from "../../../sim/scenario/source-text";
import { readText } from "./shipped";

const GOOD = `title: Good
board: esp32
images:
  old: { version: 1.0.0 }
  new: { version: 2.0.0 }
steps:
  - install: new
expect:
  runs: 2.0.0
`;

/** What is wrong, as `line field: sentence`. */
function faultsOf(text: string): string[] {
  return readText(text).faults.map(({ line, field, sentence }) => `${line} ${field}: ${sentence}`);
}

/** A change to the good file, and what is said of it. */
const REFUSALS: readonly (readonly [string, string, string, RegExp])[] = [
  [
    "an unknown field", "board: esp32", "boards: esp32",
    /^2 boards: there is no such field here; expected one of title, /,
  ],
  [
    "an unknown step", "install: new", "instal: new",
    /^7 steps\[1\]\.instal: there is no such field here; expected one of/,
  ],
  [
    "a version that is a number", "version: 2.0.0", "version: 2.0",
    /^5 images\.new\.version: 2 is not right here; expected a/,
  ],
  [
    "a version that is too large", "version: 2.0.0", "version: 999.0.0",
    /^5 images\.new\.version: "999\.0\.0" is no version/,
  ],
  [
    "a time without unit", "install: new", "run: 30",
    /^7 steps\[1\]\.run: 30 is not right here; expected nothing \(until/,
  ],
  [
    "a time that is too long", "install: new", "run: 2 d",
    /^7 steps\[1\]\.run\.for: 2 d is too long here; expected at most/,
  ],
  [
    "an unknown image", "install: new", "install: nwe",
    /^7 steps\[1\]\.install: there is no image "nwe"; expected one of/,
  ],
  ["an unknown board", "board: esp32", "board: esp99", /^2 board: there is no board "esp99"; expected one of .*esp32/],
  ["an unknown reason", "runs: 2.0.0", "reason: because", /^9 expect\.reason: "because" is no reason; docs\/scenarios/],
  [
    "an unknown record", "runs: 2.0.0", "journal: [begun]",
    /^9 expect\.journal\[1\]: "begun" is no journal record; expected/,
  ],
  [
    "an expectation that is no word", "runs: 2.0.0", "runs: latest",
    /^9 expect\.runs: "latest" is not right here; expected a/,
  ],
  [
    "two works in one step", "install: new", "{ install: new, wipe: data }",
    /^7 steps\[1\]: expected exactly one of run,/,
  ],
  [
    "a cut without a place", "install: new", "run: { cutPower: { when: after } }",
    /^7 steps\[1\]\.run\.cutPower: expected exact/,
  ],
  ["a step without work", "install: new", "{ note: nothing }", /^7 steps\[1\]: expected exactly one of run, install/],
  ["nothing expected", "  runs: 2.0.0\n", "  {}\n", /^8 expect: this is empty; expected what is expected/],
  ["no YAML at all", "board: esp32", "board: [esp32", /^\d+ : this is no YAML: /],
  [
    "a field given twice", "board: esp32", "board: esp32\nboard: esp32",
    /^3 : this is no YAML: Map keys must be unique/,
  ],
];

describe("reading a scenario", () => {
  it("takes YAML and JSON alike", () => {
    assert.deepEqual(faultsOf(GOOD), []);
    const json = { title: "Good", board: "esp32", images: { old: { version: "1.0.0" } }, steps: [{ run: null }] };
    assert.deepEqual(faultsOf(JSON.stringify({ ...json, expect: { boots: 1 } }, undefined, 2)), []);
  });

  for (const [what, good, bad, message] of REFUSALS) {
    it(`refuses ${what}, by line and field`, () => {
      assert.ok(GOOD.includes(good));
      const faults = faultsOf(GOOD.replace(good, bad));
      assert.ok(faults.some((fault) => message.test(fault)), faults.join("\n"));
    });
  }

  it("says everything that is wrong at once, in the order of the file", () => {
    const faults = faultsOf("title: 1\nboard: {}\nimages: []\nsteps: none\n");
    assert.deepEqual(faults.map((fault) => fault.split(":")[0]), ["1 title", "2 board", "3 images", "4 steps"]);
  });

  it("refuses files that are too long, too deep, or expand without end", () => {
    assert.match(faultsOf(" ".repeat(SCENARIO_CHARACTERS_MAX + 1)).join(), /^1 : the file is too long/);
    assert.ok(faultsOf("[".repeat(60000)).length > 0);
    const laughs = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let i = 0; i < 12; i++) {
      const [name, before] = [String.fromCharCode(98 + i), String.fromCharCode(97 + i)];
      laughs.push(`${name}: &${name} [${Array<string>(9).fill(`*${before}`).join(",")}]`);
    }
    assert.ok(faultsOf(laughs.join("\n")).length > 0);
  });

  it("keeps names of JavaScript's own out of its data", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      assert.ok(faultsOf(GOOD.replace("install: new", `install: ${name}`)).length > 0, name);
      assert.ok(faultsOf(`${GOOD}${name}: { x: 1 }\n`).length > 0, name);
    }
  });

  it("answers any text with a scenario or with faults, and never throws", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => {
      const { scenario, faults } = readText(text);
      return (scenario === undefined) === (faults.length > 0);
    }));
  });

  it("answers the good file with any line changed, and never throws", () => {
    const lines = GOOD.split("\n");
    fc.assert(fc.property(fc.nat(lines.length - 1), fc.json({ maxDepth: 3 }), (at, json) => {
      const key = lines[at].split(":")[0];
      const changed = [...lines.slice(0, at), `${key}: ${json}`, ...lines.slice(at + 1)].join("\n");
      const { scenario, faults } = readText(changed);
      return (scenario === undefined) === (faults.length > 0);
    }));
  });
});
