/** Factory images of `trialboot flash --out` on the real Espruino for Linux: as flash, and as a Web IDE sends them. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { ResetCause } from "../../../core/boot/reset-cause";
import { readProvisioning } from "../../../core/boot/provisioning";
import { RecordType } from "../../../core/journal/record";
import { loadBoard } from "../../../tools/boards";
import { ExitCode } from "../../../tools/exit-codes";
import { bytesAsSource, createHostHash } from "../../../tools/host-hash";
import { FACTORY_TEXT_DONE, FACTORY_TEXT_STOPPED } from "../../../tools/provision/factory-js";
import { FlashDesk } from "./flash-support";
import { isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { journalRecords } from "./linux-journal";

const { boot } = loadBoard("linux").partitions;
/** The first start checks the signature, on whatever machine this is. */
const START_TIMEOUT_MS = 60_000;

function deviceKey(flash: Buffer): Uint8Array | undefined {
  const block = flash.subarray(boot.offsetBytes, boot.offsetBytes + 64);
  return readProvisioning(bytesAsSource(block), createHostHash()).deviceKey;
}

describe("factory images on the real Espruino", function () {
  this.timeout(300_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const desk = new FlashDesk();
  const boards: LinuxBoard[] = [];

  before(() => desk.prepare());
  after(() => {
    desk.dispose();
    boards.forEach((board) => board.dispose());
  });

  function startWith(flash: Uint8Array): LinuxBoard {
    const board = new LinuxBoard();
    boards.push(board);
    board.writeFlash(flash);
    const run = board.run({ cause: ResetCause.PowerOn, timeoutMs: START_TIMEOUT_MS });
    assert.deepEqual(run.log, ["start v1 confirmed"], run.output);
    return board;
  }

  it("start as they are, without a device key, and with a key page", async () => {
    writeFileSync(desk.path("units.csv"), "unit\nA\n");
    const made = await desk.flashBy("--image", "app.bin", "--out", "flash.bin", "--units", "units.csv");
    assert.equal(made.exitCode, ExitCode.Ok, made.stderr);
    const flash = readFileSync(desk.path("flash.bin"));
    const keyless = startWith(flash);
    assert.equal(deviceKey(keyless.readFlash()), undefined);
    const again = keyless.run({ cause: ResetCause.PowerOn, timeoutMs: START_TIMEOUT_MS });
    assert.deepEqual(again.log, ["start v1 confirmed"]);
    const page = readFileSync(desk.path("flash.bin.units/A.bin"));
    page.copy(flash, boot.offsetBytes);
    const keyed = startWith(flash);
    assert.equal(deviceKey(keyed.readFlash())?.length, 32);
    for (const board of [keyless, keyed]) {
      const types = journalRecords(board.readFlash()).map(({ type }) => type);
      assert.ok(!types.includes(RecordType.JournalLost), types.join());
    }
  });

  it("provision a board as text, unless a line is lost, and take a key page as text", async () => {
    writeFileSync(desk.path("units.csv"), "unit\nA\n");
    await desk.flashBy("--image", "app.bin", "--out", "flash.js", "--units", "units.csv");
    const text = readFileSync(desk.path("flash.js"), "latin1");
    const page = readFileSync(desk.path("flash.js.units/A.js"), "latin1");
    const bare = new LinuxBoard();
    boards.push(bare);
    const lines = text.split("\n");
    const lossy = bare.run({ typed: lines.filter((_, index) => index !== lines.length - 20).join("\n") });
    assert.ok(lossy.output.includes(FACTORY_TEXT_STOPPED) && !lossy.output.includes(FACTORY_TEXT_DONE), lossy.output);
    assert.ok(!bare.readFlash().includes('if("boot"'));
    const whole = bare.run({ typed: `${text}\n${page}\n${page}`, timeoutMs: 60_000 });
    const said = whole.output.split(/\r?\n/).filter((line) => line.startsWith("trialboot: "));
    const ends = said.map((line) => line.slice(0, 16));
    assert.deepEqual(ends, [FACTORY_TEXT_DONE, FACTORY_TEXT_DONE, FACTORY_TEXT_STOPPED.slice(0, 16)], whole.output);
    const board = startWith(bare.readFlash());
    assert.equal(deviceKey(board.readFlash())?.length, 32);
  });
});
