import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

/** The first table whose header is that of the fault model. */
function table(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/^ \* /, ""));
  const start = lines.indexOf("| event | what the chip does | knob |");
  const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
  return start < 0 ? [] : lines.slice(start, start + length);
}

describe("docs/faults.md", () => {
  it("has the fault model of sim/flash.ts, word for word", () => {
    const code = table(read("sim/flash.ts"));
    assert.ok(code.length > 10);
    assert.deepEqual(table(read("docs/faults.md")), code);
  });

  it("names only knobs that exist", () => {
    const geometry = read("sim/flash-geometry.ts");
    const knobs = table(read("docs/faults.md"))
      .slice(2)
      .map((row) => row.split("|").at(-2)!.trim())
      .filter((knob) => /^\w+$/.test(knob));
    assert.ok(knobs.length >= 9);
    for (const knob of knobs) {
      assert.match(geometry, new RegExp(`readonly ${knob}\\??:`));
    }
  });
});
