import assert from "node:assert/strict";
import { create } from "xmlbuilder2";
import { chart, chartRows } from "./chart";
import { numbersAfter } from "./lines";
import { formatNumber, jsonReport, markdownReport } from "./report";
import { type BenchRow, type EngineReport, median, notRun } from "./row";

const ENGINES: EngineReport[] = [
  { name: "quick", title: "Quick", version: "1.2" },
  { name: "absent", title: "Absent", version: undefined },
];

const BASELINE: BenchRow = {
  engine: "quick", group: "Signature checks", name: "tweetnacl Ed25519", median_ms: 800, repetitions: 3,
  ratio: null, ratio_to: null, bytes: 32000, table_bytes: null, variables: null, note: "",
};
const OURS: BenchRow = {
  ...BASELINE, name: "Ed25519 <h = 6>", median_ms: 8, ratio: 100, ratio_to: "tweetnacl Ed25519", bytes: 4000,
  table_bytes: 6144,
};
const SLOWER: BenchRow = { ...OURS, name: "LMS | W8", median_ms: 8000, ratio: 0.1 };
const HINTED: BenchRow = { ...OURS, name: "Ed25519, h = 6, hint" };
const ON_HOST: BenchRow = { ...OURS, engine: "node" };
const ROWS = [BASELINE, OURS, SLOWER, notRun("absent", "Signature checks", "not installed")];

describe("the median", () => {
  it("is the middle value, or between the two in the middle, whatever the order", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([100, 9, 10, 1]), 9.5);
    assert.equal(median([7]), 7);
  });

  it("of nothing is an error", () => {
    assert.throws(() => median([]), RangeError);
  });
});

describe("the numbers that a program printed", () => {
  it("are those of the word and the case that were asked for", () => {
    const lines = ["banner", "sample 1 2.5", "sample 10 99", "sample 1 3", ">sample 1 4", "variables 1 7"];
    assert.deepEqual(numbersAfter(lines, "sample", 1, 3), [2.5, 3, 4]);
  });

  it("are refused if one is missing, superfluous or no number, with the end of what was printed", () => {
    assert.throws(() => numbersAfter(["sample 0 1", "Uncaught refused"], "sample", 0, 2), /1 of 2 .*Uncaught refused/);
    assert.throws(() => numbersAfter(["sample 0 1", "sample 0 2"], "sample", 0, 1));
    assert.throws(() => numbersAfter(["sample 0 NaN"], "sample", 0, 1));
  });
});

describe("the report in Markdown", () => {
  const text = markdownReport(ENGINES, ROWS);

  it("has a table per engine and group, with the columns that hold something", () => {
    const lines = text.split("\n");
    const start = lines.indexOf("## Quick 1.2");
    assert.deepEqual(lines.slice(start, start + 8), [
      "## Quick 1.2",
      "",
      "### Signature checks",
      "",
      "| Name | Median ms | Times faster | than | Samples | Code bytes | Tables bytes |",
      "| --- | ---: | ---: | --- | ---: | ---: | ---: |",
      "| tweetnacl Ed25519 | 800 |  |  | 3 | 32000 |  |",
      "| Ed25519 <h = 6> | 8.00 | 100 | tweetnacl Ed25519 | 3 | 4000 | 6144 |",
    ]);
  });

  it("does not let a name break its table", () => {
    assert.ok(text.includes("| LMS \\| W8 | 8000 | 0.100 |"));
  });

  it("says of an absent engine that it was not run, and gives no figure for it", () => {
    const section = text.slice(text.indexOf("## Absent: not run"));
    assert.match(section, /\| all \| not run: not installed \|/);
    assert.ok(!/\d/.test(section));
  });

  it("says that its figures are no device times, and that the device times are estimates", () => {
    assert.match(text, /no\s+device times/);
    assert.match(text, /estimates, not measurements/);
  });
});

describe("numbers in the report", () => {
  it("have three significant digits and no exponent", () => {
    const cases: [number, string][] = [
      [7878.123, "7878"], [111.49, "111"], [12.345, "12.3"], [1, "1.00"], [0.0241, "0.0241"], [0, "0"],
    ];
    for (const [value, expected] of cases) {
      assert.equal(formatNumber(value), expected);
    }
    assert.equal(formatNumber(null), "");
  });
});

describe("the report in JSON", () => {
  it("holds every row as it is, and null for what was not measured", () => {
    const { engines, rows } = JSON.parse(jsonReport(ENGINES, ROWS)) as { engines: unknown; rows: BenchRow[] };
    assert.deepEqual(engines, { quick: "1.2", absent: null });
    assert.deepEqual(rows, ROWS);
    assert.equal(rows[3].median_ms, null);
  });
});

describe("the chart", () => {
  const svg = chart(ENGINES, ROWS);

  it("is well-formed XML, also with a name that has angle brackets", () => {
    const root = create(svg).root().toObject() as Record<string, unknown>;
    assert.ok("svg" in root);
    assert.ok(svg.includes("Ed25519 &lt;h = 6&gt;") || svg.includes("Ed25519 &lt;h = 6>"));
  });

  it("shows what was compared with tweetnacl and nothing else", () => {
    assert.deepEqual(chartRows([...ROWS, HINTED, ON_HOST]).map(({ name }) => name), ["Ed25519 <h = 6>", "LMS | W8"]);
    assert.ok(!svg.includes("Absent"));
  });

  it("draws on a logarithmic scale, faster to the right of 1 and slower to its left", () => {
    const bars = [...svg.matchAll(/<rect class="(.)" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)];
    const [faster, slower] = bars.map(([, kind, x, width]) => ({ kind, x: Number(x), width: Number(width) }));
    assert.equal(faster.kind, "b");
    assert.equal(slower.kind, "s");
    assert.ok(Math.abs(faster.width - 2 * slower.width) < 0.2, "100 times is two decades, a tenth is one");
    assert.ok(Math.abs(slower.x + slower.width - faster.x) < 0.2, "both bars meet at 1");
  });

  it("is as wide as it says even if there is nothing to show", () => {
    assert.match(chart(ENGINES, []), /^<svg [^>]*width="800"/);
  });
});
