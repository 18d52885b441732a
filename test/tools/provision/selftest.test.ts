import assert from "node:assert/strict";
import { loadBoard } from "../../../tools/boards";
import { boardsDocument } from "../../../tools/board/document";
import { addReport, TRIAL_ITEMS } from "../../../tools/board/tried";
import { reportOf } from "../../../tools/commands/selftest";
import { runSelftest, type SelftestResult } from "../../../tools/provision/selftest";
import { FakeConsole } from "./fake-console";
import { FakeMemory } from "./fake-memory";

const board = loadBoard("esp32");
/** Values of the chip's register. */
const POWER_ON = 1;
const TASK_WATCHDOG = 7;
const SOFTWARE = 12;

interface Chip {
  readonly memory?: FakeMemory;
  /** Says this cause, whatever it was. */
  readonly cause?: number;
  readonly random?: () => number;
}

async function selftest({ memory = new FakeMemory(board), cause, random }: Chip): Promise<SelftestResult> {
  let register = POWER_ON;
  let drawn = 0;
  const options = {
    memory, version: "2v29", board: "ESP32",
    onStart: (byWatchdog: boolean) => {
      register = cause ?? (byWatchdog ? TASK_WATCHDOG : SOFTWARE);
    },
    globals: {
      peek32: () => register,
      process: { memory: () => ({ usage: 100, total: 16_000, blocksize: board.engine.variableBytes }) },
      E: { hwRand: random ?? (() => ++drawn) },
    },
  };
  const fake = new FakeConsole(options);
  return await runSelftest({
    board,
    reach: { openPort: () => Promise.resolve(fake.port), pause: () => Promise.resolve() },
    confirm: () => Promise.resolve(),
    onCheck: () => undefined,
  });
}

const outcomes = (result: SelftestResult): string[] =>
  result.checks.map(({ name, outcome }) => `${name}: ${outcome}`);

describe("trialboot selftest on a board", () => {
  it("passes what works, puts the page back, and turns not tried into tried in docs/boards.md", async () => {
    const memory = new FakeMemory(board);
    const { data } = board.partitions;
    memory.bytes.fill(0x11, data.offsetBytes, data.offsetBytes + data.sizeBytes);
    const before = Buffer.from(memory.bytes);
    const result = await selftest({ memory });
    assert.deepEqual(outcomes(result), [
      "memory: passed", "pages: passed", "flash: passed", "native hash: passed", "reset by software: passed",
      "random numbers: passed", "watchdog: passed",
    ]);
    assert.ok(memory.bytes.equals(before));
    const report = JSON.parse(JSON.stringify(reportOf("esp32", result))) as ReturnType<typeof reportOf>;
    const lines = boardsDocument(addReport({}, report)).split("\n");
    const changed = lines.filter((line) => !boardsDocument({}).split("\n").includes(line));
    const tried = (item: string): RegExp => new RegExp(`^\\| ${item.slice(0, 12)}.* \\| passed ${report.date}, 2v29: `);
    assert.equal(changed.length, 2, changed.join("\n"));
    assert.match(changed[0] ?? "", tried(TRIAL_ITEMS["flash-operations"]));
    assert.match(changed[1] ?? "", tried(TRIAL_ITEMS.watchdog));
  });

  it("fails what does not: a worn page, a false cause, numbers that repeat", async () => {
    const memory = new FakeMemory(board);
    const { data } = board.partitions;
    const page = board.flash.baseAddressBytes + data.offsetBytes + data.sizeBytes - board.flash.pageSizeBytes;
    memory.wornPages.add(page);
    memory.bytes[page - board.flash.baseAddressBytes] = 0;
    const result = await selftest({ memory, cause: POWER_ON, random: () => Math.floor(Math.random() * 2) });
    const failed = outcomes(result).filter((line) => line.endsWith("failed"));
    assert.deepEqual(failed, ["flash: failed", "reset by software: failed", "random numbers: failed"]);
    assert.deepEqual(reportOf("esp32", result).items.map(({ item, outcome }) => `${item}: ${outcome}`), [
      "flash-operations: failed", "watchdog: passed",
    ]);
  });
});
