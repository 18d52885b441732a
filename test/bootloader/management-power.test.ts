/** Power fails at every flash operation of what a client asks for, once and twice. */

import assert from "node:assert/strict";
import { ResetCause } from "../../core/boot/reset-cause";
import { Slot } from "../../core/slot";
import { CommandSet } from "../../core/smp/policy";
import type { NorFlash } from "../../sim/flash";
import type { CutPlan, FlashOperation } from "../../sim/power";
import { cutId, cutsOf, PowerCut } from "../../sim/power";
import { SeededRandom } from "../../sim/random";
import { imageDigest, makeImage } from "../support/images";
import type { Bench } from "./bench";
import { norBench, resets } from "./bench";
import type { Client } from "./management-bench";
import { ManagedBench, managedConfig, Op, OLD, resetsSoon } from "./management-bench";

const NEW = { version: "2.0.0", counter: 2, payload: 5000 };
const IMAGE = makeImage(NEW);
const SLOT_BYTES = 8192;
const BOOTS_MAX = 12;

interface Rig {
  readonly board: ManagedBench;
  readonly bench: Bench;
  readonly chip: NorFlash;
  readonly slotA: Uint8Array;
}

function createRig(): Rig {
  const { bench, chip } = norBench({}, managedConfig({ frameBytes: 1024 }), SLOT_BYTES);
  bench.flashByHand(bench.flash.slots[Slot.A], makeImage(OLD));
  bench.start();
  return { board: new ManagedBench(bench), bench, chip, slotA: bench.slotBytes(Slot.A) };
}

/** Runs one start of the board until `act` is done, power fails or the board resets. True: `act` came to its end. */
function live(rig: Rig, act: () => void): boolean {
  try {
    return !resets(act);
  } catch (error) {
    if (!(error instanceof PowerCut)) {
      throw error;
    }
    rig.chip.powerOn();
    return false;
  }
}

function updateOnce(client: Client): void {
  assert.deepEqual(client.upload(IMAGE, 700), { off: IMAGE.length, match: true });
  const answer = client.request(Op.Write, 1, 0, { hash: imageDigest(NEW) });
  assert.ok(answer.images !== undefined, JSON.stringify(answer));
}

/** What a technician does until the board runs the new version: begins again wherever it stopped. */
function update(rig: Rig): number {
  let isConfirmed = false;
  for (let boots = 1; boots <= BOOTS_MAX; boots++) {
    live(rig, () => {
      const { start, client } = rig.board.running(ResetCause.PowerOn);
      if (start.slot === Slot.A) {
        assert.deepEqual(rig.bench.slotBytes(Slot.A), rig.slotA);
        updateOnce(client);
      } else {
        client.request(Op.Write, 1, 0, { confirm: true });
        isConfirmed = true;
      }
    });
    if (isConfirmed) {
      return boots;
    }
  }
  return assert.fail("the update never came to its end");
}

function operationsOf(rig: Rig, act: () => void): FlashOperation[] {
  const operations: FlashOperation[] = [];
  rig.chip.onOperation = (operation) => operations.push(operation);
  act();
  rig.chip.onOperation = undefined;
  return operations;
}

/** Runs `act` once with each cut from the same state; `check` follows. */
function everyCut(rig: Rig, act: () => void, check: () => void): number {
  const before = rig.chip.snapshot();
  const operations = operationsOf(rig, act);
  let cases = 0;
  const options = { writes: "sample", erases: "sample", writeUnitBytes: 4, unstableReads: ["random", "ones"] } as const;
  for (const plan of cutsOf(operations, options)) {
    rig.chip.restore(before);
    rig.chip.arm(plan);
    try {
      act();
      rig.chip.arm(undefined);
      check();
    } catch (error) {
      throw new Error(`cut ${cutId(plan)}`, { cause: error });
    }
    cases++;
  }
  assert.ok(cases > 0);
  return cases;
}

describe("power cuts in what a client asks for", function () {
  this.timeout(60000);

  it("REQ.RFC9019.A14: an update over a wire is resumed and ends, wherever power fails", () => {
    const rig = createRig();
    const cases = everyCut(rig, () => void update(rig), () => {
      assert.equal(rig.board.running(ResetCause.PowerOn).start.slot, Slot.B);
    });
    assert.ok(cases > 200, `${cases}`);
  });

  it("REQ.RFC9019.A14: also when it fails twice", () => {
    const rig = createRig();
    const before = rig.chip.snapshot();
    const operations = operationsOf(rig, () => void update(rig));
    const random = new SeededRandom(7);
    for (let i = 0; i < 150; i++) {
      rig.chip.restore(before);
      const plan = (): CutPlan => ({
        atOperation: random.below(operations.length), when: (["before", "torn", "after"] as const)[random.below(3)],
        seed: random.below(65536),
      });
      rig.chip.arm(plan());
      live(rig, () => {
        updateOnce(rig.board.running(ResetCause.PowerOn).client);
      });
      rig.chip.arm(plan());
      update(rig);
      rig.chip.arm(undefined);
      assert.equal(rig.board.running(ResetCause.PowerOn).start.slot, Slot.B);
    }
  });

  it("REQ.RFC9019.A14: a repair in recovery is resumed and ends, wherever power fails", () => {
    const rig = createRig();
    const act = (): void => {
      for (let boots = 0; boots < BOOTS_MAX; boots++) {
        if (live(rig, () => updateOnce(rig.board.recovery(ResetCause.PowerOn).client))) {
          return;
        }
      }
      assert.fail("the repair never came to its end");
    };
    everyCut(rig, act, () => {
      assert.equal(rig.board.running(ResetCause.PowerOn).start.slot, Slot.B);
    });
  });

  const commands: [string, (client: Client) => void][] = [
    ["a slot is erased", (client) => {
      client.logIn(CommandSet.Erase);
      client.request(Op.Write, 1, 5);
    }],
    ["the application's data is erased", (client) => {
      client.logIn(CommandSet.FactoryReset);
      client.request(Op.Write, 64, 7);
    }],
    ["a login fails", (client) => {
      client.logIn(CommandSet.Erase, "sign-a");
    }],
    ["recovery is asked for again", (client) => {
      client.request(Op.Write, 0, 5, { boot_mode: 1 });
    }],
    ["an upload is refused at its end", (client) => {
      client.upload(makeImage({ ...NEW, key: "none" }), 700);
    }],
  ];
  for (const [what, command] of commands) {
    it(`REQ.RFC9019.A14: the confirmed image starts when power fails while ${what}`, () => {
      const rig = createRig();
      everyCut(rig, () => {
        live(rig, () => {
          const { start, client } = rig.board.recovery(ResetCause.PowerOn);
          command(client);
          resetsSoon(start, client);
        });
      }, () => {
        assert.deepEqual(rig.bench.slotBytes(Slot.A), rig.slotA);
        const first = rig.bench.start(ResetCause.PowerOn);
        const start = first.slot === undefined ? rig.bench.start(ResetCause.PowerOn) : first;
        assert.equal(start.slot, Slot.A);
      });
    });
  }
});
