import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readProvisioning } from "../../../core/boot/provisioning";
import type { Context } from "../../../tools/context";
import { ToolError } from "../../../tools/errors";
import { bytesAsSource, createHostHash } from "../../../tools/host-hash";
import { makeUnitPages, newDeviceKey, type UnitsTask } from "../../../tools/provision/units";
import { readUnits } from "../../../tools/provision/units-list";
import { scratchFolder } from "../run-main";

const context: Context = {
  env: {}, cwd: "/", stdout: () => undefined, stderr: () => undefined, stdoutIsTerminal: false,
  stderrIsTerminal: false, askSecret: () => Promise.resolve(undefined),
};

function keyIn(file: string): string {
  const source = bytesAsSource(new Uint8Array(readFileSync(file)));
  const { deviceKey } = readProvisioning(source, createHostHash());
  assert.ok(deviceKey !== undefined);
  return Buffer.from(deviceKey).toString("hex");
}

describe("the list of units", () => {
  it("is read as spreadsheets write it", () => {
    for (const text of [
      "unit\nA-1\nB_2\n",
      "\ufeffnote,unit\r\nx,A-1\r\n\r\n\"y, z\",\"B_2\"\r\n",
      "unit;note\nA-1;x\nB_2;\n",
      "unit\rA-1\rB_2",
    ]) {
      assert.deepEqual(readUnits(text, "units.csv"), ["A-1", "B_2"]);
    }
  });

  it("is refused with its line where it names no unit, a unit twice, or what can be no file's name", () => {
    for (const [text, message] of [
      ["name\nA\n", /no column named unit/],
      ["unit\n", /names 0 units/],
      ["unit\n../../etc\n", /Line 2 .* names no unit/],
      ["unit\nA\n.hidden\n", /Line 3/],
      ["note,unit\nx\n", /Line 2/],
      ["unit\n\"A\n", /Line 2/],
      ["unit\nA\nB\na\n", /Lines 2 and 4 .* same unit/],
      ["unit\n\u001b[2J\n", /\\u001b/],
    ] as const) {
      assert.throws(() => readUnits(text, "units.csv"), (error) =>
        error instanceof ToolError && message.test(error.message), text);
    }
  });
});

describe("key pages of units", () => {
  let folder: ReturnType<typeof scratchFolder>;
  beforeEach(() => (folder = scratchFolder()));
  afterEach(() => folder.remove());

  const task = (changes: Partial<UnitsTask> = {}): UnitsTask => ({
    board: "linux", units: ["A", "B", "C"], baseFloor: 7, folder: folder.path("pages"), suffix: ".bin",
    render: (_unit, block) => block, ...changes,
  });

  const log = (): string => readFileSync(folder.path("pages.log.jsonl"), "utf8");

  it("hold different keys that only their owner may read, and the log holds none of them", () => {
    assert.deepEqual(makeUnitPages(context, task()).made, 3);
    const files = readdirSync(folder.path("pages")).map((name) => folder.path(`pages/${name}`));
    const keys = files.map(keyIn);
    assert.equal(new Set(keys).size, 3);
    for (const [index, file] of files.entries()) {
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.ok(!log().includes(keys[index] ?? ""));
      assert.ok(!log().includes(Buffer.from(keys[index] ?? "", "hex").toString("base64")));
    }
  });

  it("are made once: a second run makes only what the list has gained, also where pages were deleted", () => {
    makeUnitPages(context, task());
    const before = keyIn(folder.path("pages/A.bin"));
    const again = makeUnitPages(context, task({ units: ["A", "B", "C", "D"] }));
    assert.deepEqual([again.made, again.skipped], [1, 3]);
    assert.equal(keyIn(folder.path("pages/A.bin")), before);
  });

  it("are gone on with after a break, and a page that was begun gets another key", () => {
    let made = 0;
    const keys: string[] = [];
    const failing = task({
      makeKey: () => {
        const key = newDeviceKey();
        keys.push(Buffer.from(key).toString("hex"));
        return key;
      },
      render: (_unit, block) => {
        if (++made === 2) {
          throw new Error("power");
        }
        return block;
      },
    });
    assert.throws(() => makeUnitPages(context, failing), /power/);
    appendFileSync(folder.path("pages.log.jsonl"), '{"event":"do');
    const resumed = makeUnitPages(context, failing);
    assert.deepEqual([resumed.made, resumed.skipped], [2, 1]);
    assert.equal(new Set(keys).size, 4);
    assert.equal(keyIn(folder.path("pages/B.bin")), keys[2]);
    assert.ok(log().split("\n").slice(0, -1).every((line) => typeof JSON.parse(line) === "object"));
    assert.equal(log().match(/"begun"/g)?.length, 4);
    assert.equal(log().match(/"done"/g)?.length, 3);
  });

  it("are refused where random numbers repeat, for the log of another board, and beside another run", () => {
    const same = new Uint8Array(32).fill(5);
    assert.throws(() => makeUnitPages(context, task({ makeKey: () => same })), /same device key twice/);
    assert.throws(() => makeUnitPages(context, task({ board: "esp32" })), /log of board linux, not esp32/);
    writeFileSync(folder.path("pages.log.jsonl.lock"), "");
    assert.throws(() => makeUnitPages(context, task()), /Another run/);
    assert.ok(existsSync(folder.path("pages.log.jsonl.lock")));
  });

  it("are refused where the log is no log", () => {
    writeFileSync(folder.path("pages.log.jsonl"), "hello\n");
    assert.throws(() => makeUnitPages(context, task()), /Line 1 .* no entry/);
    assert.ok(!existsSync(folder.path("pages.log.jsonl.lock")));
  });
});
