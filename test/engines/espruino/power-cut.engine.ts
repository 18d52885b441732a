/** Power fails at every write to flash of the real Espruino for Linux, before it and in its middle. */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { makeBoardFiles } from "./board-files";
import { INSTALL_TASK, quickImage } from "./boot0-application";
import { isInstalled } from "./interpreter";
import type { RunOptions } from "./linux-board";
import { LinuxBoard } from "./linux-board";
import { buildPowerSwitch } from "./power-switch";

const CONFIRM = "door.confirm();";
/** Turns the pages of a journal of 4 pages with 29 records each. */
const FILL_JOURNAL = "for(var i=0;i<30;i++)door.announceRestart();";
/** A start that finds power good takes no more starts than this to an application: a damaged install costs one. */
const STARTS_MAX = 3;

const library = isInstalled ? buildPowerSwitch() : undefined;

describe("power cuts on the real Espruino", function () {
  this.timeout(900_000);
  if (library === undefined) {
    it("espruino or a C compiler is not installed");
    return;
  }
  const board = new LinuxBoard(library);
  let factory: Buffer;

  before(async () => {
    const provisioned = board.provision(await makeBoardFiles({ withStorage: true }), quickImage({ version: 1 }));
    assert.equal(provisioned.end, "idle", provisioned.output);
    assert.deepEqual(board.run({ cause: ResetCause.PowerOn }).log, ["start v1 confirmed"]);
    board.putFile("image.bin", quickImage({ version: 2 }));
    factory = board.readFlash();
  });
  after(() => board.dispose());

  /** Starts by power-on until an application runs; gives its line. */
  function startAgain(what: string, cause = ResetCause.PowerOn): string {
    for (let starts = 0; starts < STARTS_MAX; starts++) {
      const run = board.run({ cause });
      if (run.log[0] !== undefined) {
        return run.log[0];
      }
      assert.equal(run.end, "reset", `${what}: ${run.output}`);
    }
    return assert.fail(`${what}: nothing starts`);
  }

  /** Cuts the run that `options` describe at each of its writes; `check` looks at the board afterwards. */
  function cutEverywhere(before: Buffer, options: RunOptions, check: (what: string) => void): number {
    board.writeFlash(before);
    board.run(options);
    const writes = board.writes;
    assert.ok(writes > 0);
    for (let cutAt = 1; cutAt <= writes; cutAt++) {
      for (const isTorn of [false, true]) {
        const what = `cut ${isTorn ? "in" : "before"} write ${cutAt} of ${writes}`;
        board.writeFlash(before);
        assert.equal(board.run({ ...options, cutAt, isTorn }).end, "power-cut", what);
        check(what);
      }
    }
    return writes;
  }

  /** A confirmed image starts, or a trial, and then a confirmed image after the trial failed. */
  function checkConfirmedStarts(what: string, versions: number[]): void {
    const line = startAgain(what);
    const confirmed = versions.map((version) => `start v${version} confirmed`);
    if (line === "start v2 trial") {
      assert.equal(startAgain(`${what}, after the trial`, ResetCause.Watchdog), "start v1 confirmed", what);
    } else {
      assert.ok(confirmed.includes(line), `${what}: ${line}`);
    }
  }

  function after1(...tasks: string[]): Buffer {
    board.writeFlash(factory);
    tasks.forEach((task) => board.run({ cause: ResetCause.Software, task }));
    return board.readFlash();
  }

  it("in an install leave a board that starts version 1, or tries version 2", () => {
    cutEverywhere(factory, { cause: ResetCause.PowerOn, task: INSTALL_TASK }, (what) => {
      checkConfirmedStarts(what, [1]);
    });
  });

  it("in the start of a trial leave a board that tries version 2, and then starts version 1", () => {
    const installed = after1(INSTALL_TASK);
    cutEverywhere(installed, { cause: ResetCause.Software }, (what) => checkConfirmedStarts(what, [1]));
  });

  it("in a confirmation leave a board on trial, or one that has confirmed", () => {
    const installed = after1(INSTALL_TASK);
    cutEverywhere(installed, { cause: ResetCause.Software, task: CONFIRM }, (what) => {
      checkConfirmedStarts(what, [2]);
    });
  });

  it("in a rollback leave a board that starts version 1", () => {
    const tried = after1(INSTALL_TASK, "");
    cutEverywhere(tried, { cause: ResetCause.Watchdog }, (what) => {
      assert.equal(startAgain(what, ResetCause.Watchdog), "start v1 confirmed", what);
    });
  });

  it("in a change of the journal's page leave a board that starts version 1", () => {
    cutEverywhere(factory, { cause: ResetCause.PowerOn, task: FILL_JOURNAL }, (what) => {
      checkConfirmedStarts(what, [1]);
    });
  });

  it("in an application that writes, rewrites and deletes its files lose neither them nor the bootloader", () => {
    const work =
      'var S=require("Storage");fs.writeFileSync("reached","0");for(var i=0;i<12;i++){' +
      'var n=Number(S.read("count")||0)+1;S.write("count",String(n));S.write("t"+n%3,new Uint8Array(500));' +
      'S.erase("t"+(n+1)%3);fs.writeFileSync("reached",String(n))}';
    const report = 'var S=require("Storage");log(S.read("keep")+" "+S.read("count"))';
    board.writeFlash(factory);
    board.run({ cause: ResetCause.PowerOn, task: 'require("Storage").write("keep","kept")' });
    const before = board.readFlash();
    cutEverywhere(before, { cause: ResetCause.PowerOn, task: work }, (what) => {
      const reached = Number(board.getFile("reached"));
      const { log, output } = board.run({ cause: ResetCause.PowerOn, task: report });
      assert.equal(log[0], "start v1 confirmed", `${what}: ${output}`);
      const count = /^kept (\d+|undefined)$/.exec(log[1] ?? "");
      assert.ok(count !== null, `${what}: ${log[1] ?? output}`);
      const kept = count[1] === "undefined" ? 0 : Number(count[1]);
      assert.ok(kept === reached || kept === reached + 1, `${what}: ${kept} kept of ${reached}`);
    });
  });
});
