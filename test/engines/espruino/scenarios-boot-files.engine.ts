/** A `.boot0` that is none, on the real Espruino for Linux: whatever it does, no application and no console come. */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES, STUB_BYTES } from "../../../hal/espruino/stub";
import { makeBoardFiles } from "./board-files";
import { quickImage } from "./boot0-application";
import { isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";

const HANG_TIMEOUT_MS = 3000;

/** As long as ours, and with its activating word at byte 4. */
function likeOurs(text: string): string {
  return `var boot;${text}`.padEnd(STUB_BYTES);
}

interface BrokenStub {
  readonly what: string;
  readonly text: string;
  readonly end: "reset" | "hang";
}

const BROKEN: readonly BrokenStub[] = [
  { what: "throws", text: 'throw "broken"', end: "reset" },
  { what: "throws and looks like ours", text: likeOurs('throw "broken"'), end: "reset" },
  { what: "calls itself without end", text: likeOurs("function again(){again()}again()"), end: "reset" },
  { what: "does not parse", text: likeOurs("if({"), end: "reset" },
  { what: "does nothing and looks like ours", text: likeOurs(""), end: "reset" },
  { what: "is empty but for a blank", text: " ", end: "reset" },
  { what: "hangs", text: likeOurs("while(true){}"), end: "hang" },
];

/**
 * Ours, cut off after so many bytes; -2: before the last two that are no padding. Without the very last one, Espruino
 * has run all of it before it misses anything.
 */
const CUTS = [1, 4, 8, 60, 150, -2];

/** The text of ours with its activating word, without the blanks that pad it. */
function activeStub(bytes: Uint8Array): string {
  const stub = Buffer.from(bytes);
  stub.write(ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES, "latin1");
  return stub.toString("latin1").trimEnd();
}

describe("a broken .boot0 on the real Espruino", function () {
  this.timeout(120_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const board = new LinuxBoard();
  let whole: Buffer;
  let stub: string;

  before(async () => {
    const files = await makeBoardFiles();
    stub = activeStub(files.stub);
    board.provision(files, quickImage({ version: 1 }));
    assert.deepEqual(board.run({ cause: ResetCause.PowerOn }).log, ["start v1 confirmed"]);
    whole = board.readFlash();
  });

  after(() => { board.dispose(); });

  /** The application, as an attacker or by accident, puts a file in the place of `.boot0`. */
  function replaceStub(text: string): void {
    board.writeFlash(whole);
    board.putFile("stub.js", Buffer.from(text, "latin1"));
    const task = 'var S=require("Storage"),t=fs.readFileSync("stub.js");S.erase(".boot0");S.write(".boot0",t)';
    assert.deepEqual(board.run({ cause: ResetCause.PowerOn, task }).log, ["start v1 confirmed"]);
  }

  function checkNothingRuns(end: "reset" | "hang"): void {
    const before = board.readFlash();
    for (const cause of [ResetCause.PowerOn, ResetCause.Software]) {
      const typed = 'require("fs").appendFileSync("log","console\\n")';
      const run = board.run({ cause, typed, timeoutMs: end === "hang" ? HANG_TIMEOUT_MS : 10_000 });
      assert.deepEqual([run.end, run.log], [end, []], run.output);
    }
    assert.deepEqual(board.readFlash(), before, "flash has changed");
  }

  for (const { what, text, end } of BROKEN) {
    it(`that ${what}: the board ${end === "hang" ? "hangs until its watchdog bites" : "starts again"}`, () => {
      replaceStub(text);
      checkNothingRuns(end);
    });
  }

  for (const bytes of CUTS) {
    const where = bytes < 0 ? `${-bytes} bytes before its end` : `after ${bytes} of its bytes`;
    it(`that ends ${where}: the board starts again`, () => {
      replaceStub(stub.slice(0, bytes));
      checkNothingRuns("reset");
    });
  }

  it("that the host writes anew: the board starts the confirmed image", () => {
    replaceStub('throw "broken"');
    board.writeFlash(whole);
    assert.deepEqual(board.run({ cause: ResetCause.PowerOn }).log, ["start v1 confirmed"]);
  });
});
