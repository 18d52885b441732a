import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { ResetCause } from "../../core/boot/reset-cause";
import type { BootReport } from "../../sim/report";
import { durationText, TRACE_COLUMNS, traceHeader, traceLine, traceObject } from "../../sim/trace";
import { traceRemarks, wantsColour } from "../../sim/trace";

const RUNNING: BootReport = {
  bootNumber: 1,
  cause: ResetCause.PowerOn,
  causeTold: ResetCause.PowerOn,
  started: "A",
  version: "1.0.0",
  trial: false,
  reason: "",
  journal: [],
  endedBy: "horizon",
  uptimeMs: 900000,
  flash: { reads: 40, writes: 0, erases: 0, bytesWritten: 0 },
  indicated: false,
  console: [],
  linkBytes: 0,
  errors: [],
  bootloaderError: "",
  notes: [],
};

/** The story of docs/trace.md: an update that throws, a power cut, the way back, and a board that gives up. */
const STORY: BootReport[] = [
  {
    ...RUNNING,
    endedBy: "software",
    uptimeMs: 62400,
    flash: { reads: 40, writes: 36, erases: 5, bytesWritten: 16480 },
    journal: ["install-begin", "installed", "trial-requested"],
  },
  {
    ...RUNNING,
    bootNumber: 2,
    cause: ResetCause.Software,
    started: "none",
    version: "",
    endedBy: "power-cut",
    uptimeMs: 0,
    flash: { reads: 12, writes: 1, erases: 0, bytesWritten: 0 },
  },
  {
    ...RUNNING,
    bootNumber: 3,
    started: "B",
    version: "1.1.0+7",
    trial: true,
    endedBy: "watchdog",
    uptimeMs: 8000,
    flash: { reads: 40, writes: 1, erases: 0, bytesWritten: 32 },
    journal: ["attempt"],
    notes: ["the application does not return to the interpreter"],
  },
  {
    ...RUNNING,
    bootNumber: 4,
    cause: ResetCause.Watchdog,
    flash: { reads: 40, writes: 1, erases: 0, bytesWritten: 32 },
    reason: "attempts-used-up",
    journal: ["rejected"],
  },
  {
    ...RUNNING,
    bootNumber: 5,
    cause: ResetCause.Pin,
    started: "recovery",
    version: "",
    reason: "recovery-gesture",
    journal: ["recovery-entered"],
    flash: { reads: 12, writes: 1, erases: 0, bytesWritten: 32 },
  },
];

const DOCUMENT = readFileSync(new URL("../../docs/trace.md", import.meta.url), "utf8");

describe("trace", () => {
  it("prints the example of docs/trace.md", () => {
    const lines = [traceHeader(), ...STORY.flatMap((report) => [traceLine(report), ...traceRemarks(report)])];
    const example = /```text\n([\s\S]*?)```/.exec(DOCUMENT)![1];
    assert.equal(example, `${lines.join("\n")}\n`);
  });

  it("explains every column in docs/trace.md, in order", () => {
    const rows = [...DOCUMENT.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    assert.deepEqual(rows, TRACE_COLUMNS.map((column) => column.title));
  });

  it("keeps every column at its place", () => {
    const starts = TRACE_COLUMNS.map((_, i) => TRACE_COLUMNS.slice(0, i).reduce((sum, one) => sum + one.width + 2, 0));
    for (const line of STORY.map((report) => traceLine(report))) {
      for (const start of starts.slice(1)) {
        assert.equal(line.slice(start - 2, start), "  ");
      }
    }
  });

  it("colours only when asked to, and without changing the text", () => {
    const [plain, coloured] = [traceLine(STORY[2]), traceLine(STORY[2], true)];
    assert.equal(stripVTControlCharacters(plain), plain);
    assert.notEqual(coloured, plain);
    assert.equal(stripVTControlCharacters(coloured), plain);
  });

  it("wants colour on a terminal unless NO_COLOR is set", () => {
    assert.equal(wantsColour({ isTTY: true }, {}), true);
    assert.equal(wantsColour({ isTTY: true }, { NO_COLOR: "" }), true);
    assert.equal(wantsColour({ isTTY: true }, { NO_COLOR: "1" }), false);
    assert.equal(wantsColour({}, {}), false);
  });

  it("gives the same as an object, causes by name", () => {
    const object = JSON.parse(JSON.stringify(traceObject(STORY[3]))) as Record<string, unknown>;
    assert.deepEqual(object, { ...STORY[3], cause: "watchdog", causeTold: "power-on" });
  });

  it("writes durations as people read them", () => {
    assert.deepEqual([0, 999, 1000, 59999, 60000, 3661000].map(durationText), [
      "0ms", "999ms", "1.0s", "59.9s", "1m00s", "61m01s",
    ]);
  });
});
