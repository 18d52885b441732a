/**
 * The application of docs/adapting.md on the real Espruino: as it was, from `.bootcde`, and as it is after its changes,
 * through the boot chain.
 */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ResetCause } from "../../../core/boot/reset-cause";
import { RecordType } from "../../../core/journal/record";
import { REPOSITORY } from "../../../tools/build/repository";
import { runMain, scratchFolder } from "../../tools/run-main";
import { makeBoardFiles } from "./board-files";
import { INSTALL_TASK, quickImage, signQuickly } from "./boot0-application";
import { isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { journalRecords } from "./linux-journal";

const FIXTURES = path.join(REPOSITORY, "test", "fixtures", "adapting");
const RUN_MS = 5000;

/** Inheritance over three classes, rest, spread, defaults, closures in a loop, a function that stands below its use. */
const NEWER = `
declare function print(text: string): void;
class Animal { constructor(readonly name = "x") {} speak(): string { return this.name; } }
class Dog extends Animal { override speak(): string { return "woof " + super.speak(); } }
class Puppy extends Dog { override speak(): string { return "tiny " + super.speak(); } }
const early = late();
function late(): number { return 7; }
export function main(): void {
  const { a, ...rest } = { a: 1, b: 2, c: 3 };
  const list = [a, 2, ...[3, 4]];
  const made: (() => number)[] = [];
  for (let i = 0; i < 3; i++) { made.push(() => i); }
  print([new Puppy("rex").speak(), JSON.stringify(rest), list.join(), made.map((f) => f()).join(),
    new Puppy() instanceof Dog, early].join(" "));
}
`;

/** The fixture with an interval that a test can wait for. */
function quickSource(name: string): string {
  return readFileSync(path.join(FIXTURES, name), "utf8").replace("seconds: 10", "seconds: 1");
}

describe("an adapted application on the real Espruino", function () {
  this.timeout(120_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  const folder = scratchFolder();
  const boards: LinuxBoard[] = [];

  before(() => mkdirSync(folder.path("."), { recursive: true }));
  after(() => folder.remove());
  afterEach(() => boards.splice(0).forEach((board) => board.dispose()));

  function makeBoard(): LinuxBoard {
    const board = new LinuxBoard();
    boards.push(board);
    return board;
  }

  /** What `trialboot build` makes of a script for the Linux board. */
  async function payloadOf(text: string, project: object): Promise<string> {
    writeFileSync(folder.path("app.js"), text);
    writeFileSync(folder.path("trialboot.json"), JSON.stringify({ board: "linux", ...project }));
    const built = await runMain(["build", "app.js", "-o", "app.payload.js"], { cwd: folder.path(".") });
    assert.equal(built.exitCode, 0, built.stderr);
    return readFileSync(folder.path("app.payload.js"), "latin1");
  }

  it("ran from .bootcde before", () => {
    const board = makeBoard();
    const text = JSON.stringify(quickSource("before.js"));
    assert.equal(board.run({ typed: `require("Storage").write(".bootcde",${text})` }).end, "idle");
    const typed = "setTimeout(function(){print(readings.length+' readings')},2500)";
    const run = board.run({ timeoutMs: RUN_MS, typed });
    assert.match(run.output, /greenhouse ready/);
    assert.match(run.output, /2 readings/);
  });

  it("is installed as an update, tried, confirms itself, and finds its log again", async () => {
    const project = JSON.parse(readFileSync(path.join(FIXTURES, "trialboot.json"), "utf8")) as { checks: unknown };
    const payload = await payloadOf(quickSource("after.js"), { checks: project.checks, minTrialMs: 2000 });
    const board = makeBoard();
    board.provision(await makeBoardFiles({ withStorage: true, isDevelopment: true }), quickImage({ version: 1 }));
    board.putFile("image.bin", signQuickly(payload, 2, 2));
    const first = board.run({ cause: ResetCause.PowerOn, task: INSTALL_TASK });
    assert.deepEqual(first.log, ["start v1 confirmed", "install 0"], first.output);

    const trial = board.run({ cause: ResetCause.Software, timeoutMs: RUN_MS });
    assert.match(trial.output, /greenhouse ready, 0 readings/);
    const confirmed = journalRecords(board.readFlash()).filter(({ type }) => type === RecordType.Confirmed);
    assert.ok(confirmed.length >= 1, trial.output);
    const next = board.run({ cause: ResetCause.PowerOn, timeoutMs: 2000 });
    assert.match(next.output, /greenhouse ready, [1-9]\d* readings/);
  });

  it("needs no change for what only the place of its names is about", async () => {
    const text =
      'var log=[];E.on("init",function(){print("init "+twice(log.length))});function onInit(){print("onInit")}' +
      'function twice(n){return 2*n}log.push(1);print(require("thing").name+" "+(typeof global.log));';
    mkdirSync(folder.path("modules"), { recursive: true });
    writeFileSync(folder.path("modules/thing.js"), 'exports.name = "a thing";');
    const payload = await payloadOf(text, {});
    const board = makeBoard();
    board.provision(await makeBoardFiles({ isDevelopment: true }), signQuickly(payload, 1, 1));
    const { output } = board.run({ cause: ResetCause.PowerOn, timeoutMs: 2000 });
    assert.match(output, /a thing undefined/);
    assert.match(output, /init 2/);
    assert.match(output, /onInit/);
  });

  it("runs what TypeScript makes of newer language", async () => {
    writeFileSync(folder.path("newer.ts"), NEWER);
    writeFileSync(folder.path("trialboot.json"), '{ "board": "linux" }');
    const built = await runMain(["build", "newer.ts", "-o", "newer.payload.js"], { cwd: folder.path(".") });
    assert.equal(built.exitCode, 0, built.stderr);
    const board = makeBoard();
    const payload = readFileSync(folder.path("newer.payload.js"), "latin1");
    board.provision(await makeBoardFiles({ isDevelopment: true }), signQuickly(payload, 1, 1));
    const { output } = board.run({ cause: ResetCause.PowerOn, timeoutMs: 2000 });
    assert.match(output, /tiny woof rex \{"b":2,"c":3\} 1,2,3,4 0,1,2 true 7/, output);
  });

  it("is rolled back when its check never passes", async () => {
    const project = { checks: [{ name: "never", deadlineMs: 1000, passed: "readings.length > 1000" }], minTrialMs: 0 };
    const payload = await payloadOf(quickSource("after.js"), project);
    const board = makeBoard();
    board.provision(await makeBoardFiles({ withStorage: true }), quickImage({ version: 1 }));
    board.putFile("image.bin", signQuickly(payload, 2, 2));
    const first = board.run({ cause: ResetCause.PowerOn, task: INSTALL_TASK });
    assert.deepEqual(first.log, ["start v1 confirmed", "install 0"], first.output);
    assert.equal(board.run({ cause: ResetCause.Software, timeoutMs: RUN_MS }).end, "reset");
    assert.deepEqual(board.run({ cause: ResetCause.Software }).log, ["start v1 confirmed"]);
  });
});

