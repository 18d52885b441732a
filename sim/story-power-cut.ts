/** The update again, with the mains failing at the worst moments; then at every flash operation there is. */

import { describeBoard, placesOf } from "./board-description";
import type { BootOptions } from "./machine-options";
import type { PartitionPlace } from "./partition";
import type { CutPlan, FlashOperation } from "./power";
import type { StoryPayloads, Tell } from "./story";
import { introduction, StoryTeller } from "./story";
import type { StorySetting } from "./story-world";
import { StoryWorld } from "./story-world";
import { PowerCutSweep } from "./sweep";
import type { SweepResult } from "./sweep";

/** Two minutes into the trial, and again at five minutes when it would be confirmed. */
const TRIAL_CUT_MS = 120000;
const SEED = 7;

/** The flash operations that the next boot would do, without doing them. */
function rehearse(world: StoryWorld): FlashOperation[] {
  const before = world.snapshot();
  const operations = world.machine.recordOperations(() => void world.boot());
  world.restore(before);
  return operations;
}

function lies(operation: FlashOperation, place: PartitionPlace): boolean {
  const { offsetBytes } = operation;
  return offsetBytes >= place.offsetBytes && offsetBytes < place.offsetBytes + place.sizeBytes;
}

/** A moment of a boot, found in what it would do. Undefined where the boot does no such thing. */
type Moment = (operations: readonly FlashOperation[], world: Places) => number;

interface Places {
  readonly journal: PartitionPlace;
  readonly slotB: PartitionPlace;
}

/** Numbers of the writes into a partition. */
function writesIn(operations: readonly FlashOperation[], place: PartitionPlace): number[] {
  return operations.flatMap((operation, i) => (operation.kind === "write" && lies(operation, place) ? [i] : []));
}

const middleOfTheImage: Moment = (operations, { slotB }) => {
  const writes = writesIn(operations, slotB);
  return writes[Math.floor(writes.length / 2)];
};
const lastRecord: Moment = (operations, { journal }) => writesIn(operations, journal).at(-1) ?? -1;
const firstRecord: Moment = (operations, { journal }) => writesIn(operations, journal)[0] ?? -1;

/** Tells the narrated part. */
export function tellPowerCuts(setting: StorySetting, payloads: StoryPayloads, tell: Tell): StoryTeller {
  const world = new StoryWorld(setting);
  const teller = new StoryTeller(world, tell);
  const { journal, slots } = placesOf(describeBoard(setting.board));
  const places = { journal, slotB: slots[1] };
  const cutAt = (moment: Moment, tornBytes: number): BootOptions => {
    const plan: CutPlan = { atOperation: moment(rehearse(world), places), when: "torn", tornBytes, seed: SEED };
    return { cut: plan };
  };
  world.provision(world.sign(payloads.good, "1.0.0").bytes);
  teller.say(introduction(world, setting, "1.0.0"));
  world.offer(world.sign(payloads.good, "2.0.0"), "2.0.0");

  teller.say("The gateway sends version 2.0.0. Power fails in the middle of the transfer:");
  teller.boot(cutAt(middleOfTheImage, 100));
  teller.say("1.0.0 was never touched. The gateway tries again; power fails while its request for a trial is written:");
  teller.boot(cutAt(lastRecord, 12));
  teller.say("Half a record counts for nothing. The gateway tries a third time, and now the request stands:");
  teller.boot();
  teller.say("Power fails while the bootloader writes down that the trial begins, so nothing is started:");
  teller.boot(cutAt(firstRecord, 20));
  teller.say("The trial begins at the next start. Two minutes later power fails again:");
  teller.boot({ powerCutAtMs: TRIAL_CUT_MS });
  teller.say("A blink of the mains is forgiven. Power fails while the confirmation is written:");
  teller.boot(cutAt(lastRecord, 8));
  teller.say("It is not confirmed until the whole record stands. Once more, with power:");
  teller.bootUntilSettled();
  return teller;
}

/** Cuts power at every flash operation of the update, before, inside and after it, on modelled applications. */
export function sweepUpdate(setting: StorySetting): SweepResult {
  const sweep = new PowerCutSweep({ ...setting, newVersion: "confirms" });
  const { writeUnitBytes } = setting.board.flash;
  const unstableReads = ["random", "zeros"] as const;
  return sweep.sweep({ writes: "sample", erases: "sample", writeUnitBytes, unstableReads, seed: SEED });
}

/** The first things that went wrong in a sweep, with what replays them; empty if nothing did. */
export function sweepFaults(result: SweepResult): string[] {
  return result.violations.slice(0, 5).map(({ id, sentence }) => `power cut ${id}: ${sentence}`);
}

