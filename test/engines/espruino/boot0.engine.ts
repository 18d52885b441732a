/** A bootloader in `.boot0` on the real Espruino for Linux, from an empty flash file on. */

import assert from "node:assert/strict";
import { RecordType } from "../../../core/journal/record";
import { ResetCause } from "../../../core/boot/reset-cause";
import { loadBoard } from "../../../tools/boards";
import type { BoardChoices } from "./board-files";
import { flashFileBytes, makeBoardFiles } from "./board-files";
import { INSTALL_TASK, quickImage } from "./boot0-application";
import { isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { journalRecords } from "./linux-journal";
import { buildPowerSwitch } from "./power-switch";

const HANG = "while(true){}";
const HANG_TIMEOUT_MS = 3000;

/** A provisioned board that has confirmed version 1 by its first start. */
async function provisioned(choices: BoardChoices = {}): Promise<LinuxBoard> {
  const board = new LinuxBoard();
  const made = board.provision(await makeBoardFiles(choices), quickImage({ version: 1 }));
  assert.equal(made.end, "idle", made.output);
  const first = board.run({ cause: ResetCause.PowerOn });
  assert.deepEqual(first.log, ["start v1 confirmed"], first.output);
  return board;
}

function startOf(board: LinuxBoard, cause: ResetCause, task = ""): string[] {
  return board.run({ cause, task }).log;
}

function install(board: LinuxBoard, version: number): void {
  board.putFile("image.bin", quickImage({ version }));
  assert.deepEqual(startOf(board, ResetCause.PowerOn, INSTALL_TASK), ["start v1 confirmed", "install 0"]);
}

describe("a bootloader in .boot0 on the real Espruino", function () {
  this.timeout(120_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const boards: LinuxBoard[] = [];

  async function make(choices: BoardChoices = {}): Promise<LinuxBoard> {
    const board = await provisioned(choices);
    boards.push(board);
    return board;
  }

  afterEach(() => {
    boards.splice(0).forEach((board) => board.dispose());
  });

  it("installs an update, tries it, confirms it and keeps it", async () => {
    const board = await make();
    install(board, 2);
    assert.deepEqual(startOf(board, ResetCause.Software, 'door.confirm();log("floor "+door.info.securityFloor)'), [
      "start v2 trial", "floor 2",
    ]);
    assert.deepEqual(startOf(board, ResetCause.PowerOn), ["start v2 confirmed"]);
    assert.deepEqual(startOf(board, ResetCause.Watchdog), ["start v2 confirmed"]);
  });

  it("rolls back a trial that hangs, by the watchdog", async () => {
    const board = await make();
    install(board, 2);
    const trial = board.run({ cause: ResetCause.Software, task: HANG, timeoutMs: HANG_TIMEOUT_MS });
    assert.deepEqual([trial.end, trial.log], ["hang", ["start v2 trial"]]);
    assert.deepEqual(startOf(board, ResetCause.Watchdog), ["start v1 confirmed"]);
  });

  for (const [what, task] of [
    ["throws", 'throw "no"'],
    ["throws from a timer", 'setTimeout(function(){throw "no"},5)'],
    ["calls itself without end", "function again(){again()} again()"],
  ] as const) {
    it(`rolls back a trial that ${what}`, async () => {
      const board = await make();
      install(board, 2);
      const trial = board.run({ cause: ResetCause.Software, task, timeoutMs: 30_000 });
      assert.deepEqual([trial.end, trial.log], ["reset", ["start v2 trial"]], trial.output);
      assert.deepEqual(startOf(board, ResetCause.Software), ["start v1 confirmed"]);
    });
  }

  it("gives the application no console and no variables of its own", async () => {
    const board = await make();
    const run = board.run({
      cause: ResetCause.PowerOn,
      task: 'print("seen?");log(typeof load_+" "+(typeof interpreter)+" "+(typeof e)+(typeof n))',
    });
    assert.deepEqual(run.log, ["start v1 confirmed", "undefined undefined undefinedundefined"]);
    assert.doesNotMatch(run.output, /seen/);
  });

  it("counts an unannounced load() against the application, and goes on with an announced one", async () => {
    const board = await make();
    const again = 'if(!fs.readdirSync(".").includes("once")){fs.writeFileSync("once","1");load()}';
    assert.equal(startOf(board, ResetCause.PowerOn, again).length, 2);
    assert.equal(journalRecords(board.readFlash()).filter(({ type }) => type === RecordType.Death).length, 1);
    const announced = await make();
    const announcing = again.replace("load()", "door.announceRestart();load()");
    assert.equal(startOf(announced, ResetCause.PowerOn, announcing).length, 2);
    assert.equal(journalRecords(announced.readFlash()).filter(({ type }) => type === RecordType.Death).length, 0);
  });

  it("removes what save() left, records it and starts anew", async () => {
    const board = await make();
    // It starts the interpreter again by itself, from what it saved.
    const saved = board.run({ cause: ResetCause.PowerOn, task: "save()", timeoutMs: 5000 });
    assert.deepEqual([saved.end, saved.log], ["reset", ["start v1 confirmed"]], saved.output);
    assert.deepEqual(startOf(board, ResetCause.Software), ["start v1 confirmed"]);
    assert.deepEqual(journalRecords(board.readFlash()).filter(({ type }) => type === RecordType.ForeignFiles), [
      { type: RecordType.ForeignFiles, detail: 1 },
    ]);
  });

  it("gets rid of a saved state in which the bootloader's functions were replaced", async () => {
    const board = await make();
    const saved = board.run({
      cause: ResetCause.PowerOn, task: "E.CRC32=function(){return 0};save()", timeoutMs: 5000,
    });
    assert.equal(saved.end, "reset", saved.output);
    assert.deepEqual(startOf(board, ResetCause.Software), ["start v1 confirmed"]);
    assert.deepEqual(startOf(board, ResetCause.PowerOn, "log(E.CRC32(\"123456789\"))"), [
      "start v1 confirmed", "3421780262",
    ]);
  });

  [".bootPowerOn", ".boot2", ".boot3", ".bootrst", ".bootcde", ".boot1"].forEach((name, index) => {
    it(`removes a ${name} that is none of ours and records it`, async () => {
      const board = await make();
      const foreign = 'require("fs").appendFileSync("log","foreign\\n")';
      board.run({ cause: ResetCause.PowerOn, task: `require("Storage").write("${name}",${JSON.stringify(foreign)})` });
      const found = board.run({ cause: ResetCause.PowerOn });
      assert.deepEqual([found.end, found.log], ["reset", name === ".bootPowerOn" ? ["foreign"] : []], found.output);
      assert.deepEqual(startOf(board, ResetCause.Software), ["start v1 confirmed"]);
      assert.deepEqual(journalRecords(board.readFlash()).filter(({ type }) => type === RecordType.ForeignFiles), [
        { type: RecordType.ForeignFiles, detail: 2 ** (index + 1) },
      ]);
    });
  });

  it("starts where its files stand elsewhere than where the host first wrote them", async () => {
    const board = await make();
    const moved = startOf(board, ResetCause.PowerOn, `var S=require("Storage");
      ["tb.config","tb.boot","tb.main","tb.keys","tb.verifier"].forEach(function(name){
        var text=E.toFlatString(S.read(name));S.erase(name);S.write(name,text);log("moved "+text.length)})`);
    assert.equal(moved.filter((line) => line.startsWith("moved ")).length, 5, moved.join());
    assert.deepEqual(startOf(board, ResetCause.PowerOn), ["start v1 confirmed"]);
  });

  it("starts again, and runs nothing else, where the main part, the decision or .boot0 is damaged", async () => {
    const board = await make();
    const whole = board.readFlash();
    for (const name of ["tb.main", "tb.config", "tb.boot", ".boot0"]) {
      const damaged = Buffer.from(whole);
      const header = damaged.indexOf(Buffer.from(`${name}\0`));
      assert.ok(header > 0, name);
      // `.boot0` loses its end; the others one bit.
      if (name === ".boot0") {
        damaged.fill(0xff, header + 28 + 100, header + 28 + 224);
      } else {
        damaged[header + 28 + 300] = (damaged[header + 28 + 300] ?? 0) & 0xfe ^ 0x02;
      }
      board.writeFlash(damaged);
      const run = board.run({ cause: ResetCause.PowerOn, typed: 'require("fs").appendFileSync("log","console\\n")' });
      assert.deepEqual([run.end, run.log], ["reset", []], `${name}: ${run.output}`);
    }
    board.writeFlash(whole);
    assert.deepEqual(startOf(board, ResetCause.PowerOn), ["start v1 confirmed"]);
  });

  it("starts again where .boot0 is gone", async () => {
    const board = await make();
    board.run({ cause: ResetCause.PowerOn, task: 'require("Storage").erase(".boot0")' });
    assert.equal(board.run({ cause: ResetCause.PowerOn }).end, "reset");
  });

  it("takes the confirmed image where the journal is wiped", async () => {
    const board = await make();
    const flash = board.readFlash();
    const { offsetBytes, sizeBytes } = loadBoard("linux").partitions.journal;
    flash.fill(0xff, offsetBytes, offsetBytes + sizeBytes);
    board.writeFlash(flash);
    assert.deepEqual(startOf(board, ResetCause.PowerOn), ["start v1 confirmed"]);
    assert.ok(journalRecords(board.readFlash()).some(({ type }) => type === RecordType.JournalLost));
  });

  it("writes nothing and opens the console where the interpreter is another", async () => {
    const board = new LinuxBoard();
    boards.push(board);
    board.provision(await makeBoardFiles({ interpreterVersion: "2v28" }), quickImage({ version: 1 }));
    const before = board.readFlash();
    const run = board.run({ cause: ResetCause.PowerOn, typed: 'print("repaired");setTimeout(quit,5)' });
    assert.deepEqual([run.end, run.log], ["idle", []]);
    assert.match(run.output, /repaired/);
    assert.deepEqual(board.readFlash(), before);
  });

  it("writes nothing where the fixed-size file is not in its place", async () => {
    const board = await make();
    const flash = board.readFlash();
    flash.writeUInt32LE(flashFileBytes() - 4, 0);
    board.writeFlash(flash);
    const before = board.readFlash();
    assert.deepEqual(board.run({ cause: ResetCause.PowerOn, typed: "setTimeout(quit,5)" }).log, []);
    assert.deepEqual(board.readFlash(), before);
  });

  it("enters recovery by gesture, and the console installs an image through its door", async () => {
    const board = await make();
    board.putFile("recovery-gesture", "");
    board.putFile("image.bin", quickImage({ version: 3 }));
    const typed = 'var fs=require("fs"),door={openWriter:function(){return recovery.writer},info:{}};' +
      'function log(text){fs.appendFileSync("log",text+"\\n")}' + INSTALL_TASK + "setTimeout(quit,5)";
    assert.deepEqual(board.run({ cause: ResetCause.Pin, typed }).log, ["install 0"]);
    board.removeFile("recovery-gesture");
    assert.deepEqual(startOf(board, ResetCause.Software), ["start v3 trial"]);
  });

  it("hashes with the portable SHA-256 where there is no native one, or too little memory for it", async () => {
    for (const choices of [{ hasSha256: false }, { hashBufferBytes: 100 }]) {
      const board = new LinuxBoard();
      boards.push(board);
      const files = await makeBoardFiles({ ...choices, withSha256: true });
      board.provision(files, quickImage({ version: 1 }));
      assert.deepEqual(board.run({ cause: ResetCause.PowerOn, timeoutMs: 60_000 }).log, ["start v1 confirmed"]);
    }
  });

  it("can be provisioned again wherever provisioning was cut", async function () {
    const library = buildPowerSwitch();
    if (library === undefined) {
      // No C compiler: not run.
      this.skip();
    }
    const files = await makeBoardFiles();
    const image = quickImage({ version: 1 });
    const board = new LinuxBoard(library);
    boards.push(board);
    board.provision(files, image);
    const writes = board.writes;
    assert.ok(writes > 10);
    for (let cutAt = 1; cutAt <= writes; cutAt++) {
      board.removeFile("espruino.flash");
      assert.equal(board.provision(files, image, { cutAt, isTorn: cutAt % 2 === 1 }).end, "power-cut");
      const repeated = board.provision(files, image);
      assert.equal(repeated.end, "idle", `cut at write ${cutAt}: ${repeated.output}`);
      assert.deepEqual(startOf(board, ResetCause.PowerOn), ["start v1 confirmed"], `cut at write ${cutAt}`);
    }
  });
});
