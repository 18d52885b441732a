/** Variables that bootloader and runtime take on the real Espruino, beyond those of an empty interpreter. */

import assert from "node:assert/strict";
import { ResetCause } from "../../../core/boot/reset-cause";
import { buildBundle } from "../../../tools/build/bundle";
import { COMMON_TARGETS } from "../../../tools/build/targets";
import { bundle, makeBoardFiles } from "./board-files";
import { INSTALL_TASK, quickImage, signQuickly } from "./boot0-application";
import { espruinoEngine, isInstalled } from "./interpreter";
import { LinuxBoard } from "./linux-board";

/** A tenth of a Bangle.js 2. */
const RESIDENT_MAX = 1200;
/** A third of a Bangle.js 2; a verifier with its tables comes on top of this. */
const PEAK_MAX = 4000;
/** With management, its server on one wire and a list of the images: more than an ESP32-C3 has. */
const MANAGED_MAX = 4300;
/** Recovery on its wires, all functions in RAM; on boards with mapped Storage they stay in flash. */
const RECOVERY_MAX = 5000;
const REPORT = 'require("fs").appendFileSync("log","variables "+process.memory().usage+"\\n")';

function variablesIn(log: readonly string[]): number {
  const line = log.find((candidate) => candidate.startsWith("variables "));
  assert.ok(line !== undefined, log.join("\n"));
  return Number(line.substring("variables ".length));
}

describe("variables on the real Espruino", function () {
  this.timeout(120_000);
  if (!isInstalled) {
    it("espruino is not installed");
    return;
  }
  let empty: number;

  /** Runs `use` with a board that was provisioned with `image` and has started once. */
  async function withBoard(image: Uint8Array, verifier: string, use: (board: LinuxBoard) => void): Promise<void> {
    const board = new LinuxBoard();
    try {
      board.provision(await makeBoardFiles({ verifier }), image);
      board.run({ cause: ResetCause.PowerOn, timeoutMs: 2000 });
      use(board);
    } finally {
      board.dispose();
    }
  }

  const quickVerifier = (): Promise<string> => bundle("test/engines/espruino/quick-verifier.ts", "createQuickVerifier");

  before(() => {
    const board = new LinuxBoard();
    empty = variablesIn(board.run({ typed: REPORT }).log);
    board.dispose();
  });

  it(`of bootloader, runtime and sample application together are at most ${RESIDENT_MAX} after a start`, async () => {
    const target = COMMON_TARGETS.find(({ name }) => name === "sensor-node");
    assert.ok(target !== undefined);
    const image = signQuickly(await buildBundle(target, espruinoEngine()), 1, 1);
    await withBoard(image, await quickVerifier(), (board) => {
      const used = variablesIn(board.run({ cause: ResetCause.PowerOn, typed: REPORT, timeoutMs: 3000 }).log) - empty;
      assert.ok(used > 500 && used <= RESIDENT_MAX, `${used} variables`);
    });
  });

  it(`are at most ${PEAK_MAX} while the bootloader checks an image`, async () => {
    const reporting = `(function(make){return function(h,b,k){var v=make(h,b,k),f=v.verify;` +
      `v.verify=function(a,m,s){${REPORT};return f(a,m,s)};return v}})(${await quickVerifier()})`;
    await withBoard(quickImage({ version: 1 }), reporting, (board) => {
      const used = variablesIn(board.run({ cause: ResetCause.PowerOn }).log) - empty;
      assert.ok(used > RESIDENT_MAX && used <= PEAK_MAX, `${used} variables`);
    });
  });

  it(`are at most ${MANAGED_MAX} where the application serves SMP, ${RESIDENT_MAX} where it could`, async () => {
    const board = new LinuxBoard();
    try {
      board.provision(await makeBoardFiles({ withManagement: true }), quickImage({ version: 1 }));
      board.run({ cause: ResetCause.PowerOn, timeoutMs: 2000 });
      const request = "new Uint8Array([8,0,0,0,0,1,0,0])";
      const task = `log("idle "+process.memory().usage);var receive,m=door.openManagement();
        m.serve({send:function(){},onReceive:function(r){receive=r}},"raw");receive(${request});${REPORT};quit()`;
      const { log } = board.run({ cause: ResetCause.PowerOn, task });
      const idle = Number((log.find((line) => line.startsWith("idle ")) ?? "").substring("idle ".length)) - empty;
      assert.ok(idle > 500 && idle <= RESIDENT_MAX, `${idle} variables without it`);
      const used = variablesIn(log) - empty;
      assert.ok(used > RESIDENT_MAX && used <= MANAGED_MAX, `${used} variables`);
    } finally {
      board.dispose();
    }
  });

  it(`are at most ${RECOVERY_MAX} in recovery with its wires open`, async () => {
    const board = new LinuxBoard();
    try {
      board.provision(await makeBoardFiles({ withManagement: true }));
      const typed = `setTimeout(function(){${REPORT};quit()},300)`;
      const used = variablesIn(board.run({ cause: ResetCause.PowerOn, typed }).log) - empty;
      assert.ok(used > RESIDENT_MAX && used <= RECOVERY_MAX, `${used} variables`);
    } finally {
      board.dispose();
    }
  });

  it(`are at most ${PEAK_MAX} while an update is written, and go down again`, async () => {
    await withBoard(quickImage({ version: 1 }), await quickVerifier(), (board) => {
      board.putFile("image.bin", quickImage({ version: 2 }));
      const task = `${INSTALL_TASK};writer.begin(file.length);file=undefined;${REPORT};` +
        'writer=undefined;log("after "+process.memory().usage)';
      const { log } = board.run({ cause: ResetCause.PowerOn, task });
      const used = variablesIn(log) - empty;
      assert.ok(used > RESIDENT_MAX && used <= PEAK_MAX, `${used} variables`);
      const after = Number((log.find((line) => line.startsWith("after ")) ?? "").substring("after ".length)) - empty;
      assert.ok(after > 500 && after <= RESIDENT_MAX, `${after} variables`);
    });
  });
});
