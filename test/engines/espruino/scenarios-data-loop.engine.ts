/**
 * An application that writes, rewrites and deletes its files without end, while power fails again and again at a random
 * write to flash. Nothing is put back between the cuts, so that what one leaves behind is what the next one meets.
 */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { makeBoardFiles } from "./board-files";
import { INSTALL_TASK, quickImage } from "./boot0-application";
import { isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";
import { buildPowerSwitch } from "./power-switch";

const ROUNDS = 60;
const CHANGES_PER_START = 12;

/** Says what it found, then changes it; `reached` is how far it came, in a file that no power cut touches. */
const WORK =
  'var S=require("Storage"),n=Number(S.read("count")||0);log("found "+S.read("keep")+" "+n);' +
  'fs.writeFileSync("reached",String(n));' +
  `for(var i=0;i<${CHANGES_PER_START};i++){n++;S.write("count",String(n));` +
  'S.write("t"+n%4,new Uint8Array(100+n%7*120).fill(n));S.erase("t"+(n+1)%4);fs.writeFileSync("reached",String(n))}';

/** Numerical Recipes' generator: the same cuts in every run. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

const library = isInstalled ? buildPowerSwitch() : undefined;

describe("an application that changes its data while power fails, on the real Espruino", function () {
  this.timeout(300_000);
  if (library === undefined) {
    it("espruino or a C compiler is not installed");
    return;
  }
  const board = new LinuxBoard(library);

  before(async () => {
    board.provision(await makeBoardFiles({ withStorage: true }), quickImage({ version: 1 }));
    const first = board.run({ cause: ResetCause.PowerOn, task: 'require("Storage").write("keep","kept")' });
    assert.deepEqual(first.log, ["start v1 confirmed"], first.output);
    board.putFile("reached", "0");
  });

  after(() => { board.dispose(); });

  /** Starts and cuts; what was found is checked in the same start, before the application goes on. */
  function cutRounds(version: string, seed: number): void {
    const random = makeRandom(seed);
    const writes = CHANGES_PER_START * 6;
    let cuts = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const what = `round ${round}`;
      // Read before the start, which moves it on. What was written last may not have been noted there.
      const reached = Number(board.getFile("reached"));
      // The last start is not cut.
      const cut = round < ROUNDS ? { cutAt: 1 + random(writes), isTorn: random(2) === 1 } : {};
      const run = board.run({ cause: ResetCause.PowerOn, task: WORK, ...cut });
      cuts += run.end === "power-cut" ? 1 : 0;
      assert.equal(run.log[0], version, `${what}: ${run.output}`);
      const found = [reached, reached + 1].map((count) => `found kept ${count}`);
      assert.ok(found.includes(run.log[1]), `${what}: ${run.log[1]}, but ${reached} was reached`);
    }
    assert.ok(cuts > ROUNDS / 2, `${cuts} cuts`);
  }

  it(`keeps them and the bootloader over ${ROUNDS} cuts`, () => {
    cutRounds("start v1 confirmed", 1);
  });

  it("keeps them over an update, and over as many cuts again", () => {
    board.putFile("image.bin", quickImage({ version: 2 }));
    assert.ok(board.run({ cause: ResetCause.PowerOn, task: INSTALL_TASK }).log.includes("install 0"));
    const trial = board.run({ cause: ResetCause.Software, task: 'log("confirm "+door.confirm())' });
    assert.deepEqual(trial.log, ["start v2 trial", "confirm 0"]);
    cutRounds("start v2 confirmed", 2);
  });
});
