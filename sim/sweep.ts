/**
 * Power cuts everywhere: runs one update again and again on a virtual board, cuts power at every flash operation of it,
 * lets the board start normally until nothing more happens, and checks after every boot what must never break.
 *
 * Applications are models (models.ts), so that thousands of cuts take seconds. The gateway behaves as in life: an
 * install that was interrupted is tried again.
 */

import type { BootConfig } from "../bootloader/config";
import { makeRecord, RecordType } from "../core/journal/record";
import type { ImageVerifier } from "../core/image/signatures";
import { Slot } from "../core/slot";
import type { Hash } from "../hal/hash";
import { describeBoard } from "./board-description";
import type { BoardDescription } from "./board-description";
import type { MachineSnapshot, BootFunction } from "./machine-options";
import { confirms, hangs } from "./models";
import type { ModelLookup, ProgramModel } from "./models";
import type { CutOptions, CutPlan, FlashOperation } from "./power";
import { cutId, cutsOf } from "./power";
import type { ProvisionedBoardFile, SignedImage } from "./provision";
import type { BootReport } from "./report";
import { StoryWorld } from "./story-world";
import { SweepWatch } from "./sweep-watch";

export interface SweepSetting {
  readonly board: ProvisionedBoardFile;
  readonly boot: BootFunction;
  readonly hash: Hash;
  readonly verifier: ImageVerifier;
  /** What the new version does on trial: show that it is healthy, or hang. */
  readonly newVersion: "confirms" | "hangs";
  /** Payload of the images. Default 1,500 bytes. */
  readonly payloadBytes?: number | undefined;
  /** Harmless records that stand in the journal already, so that its pages fill at another place of the update. */
  readonly earlierRecords?: number | undefined;
  readonly config?: Partial<BootConfig> | undefined;
}

export interface Violation {
  /** Ids of the power cuts, in order, joined by `+`: `replay` runs exactly these again. */
  readonly id: string;
  readonly sentence: string;
}

/** How a run ended: the new version confirmed, or given up. */
export type Outcome = "confirmed" | "rejected" | "undecided";

export interface CaseResult {
  readonly id: string;
  readonly outcome: Outcome;
  readonly boots: readonly BootReport[];
  /** Power cuts that happened; fewer than planned where the run had fewer operations. */
  readonly cuts: number;
  readonly violations: readonly Violation[];
}

export interface SweepResult {
  /** Flash operations of the run without a cut. */
  readonly operations: readonly FlashOperation[];
  readonly cases: number;
  readonly boots: number;
  /** Power cuts that happened. */
  readonly cuts: number;
  readonly confirmed: number;
  readonly rejected: number;
  readonly violations: readonly Violation[];
}

const PAYLOAD_BYTES = 1500;
const CONFIRM_AFTER_MS = 3000;
const HANG_AFTER_MS = 2000;
const PATIENCE_MS = 2000;
const LOOK_EVERY_MS = 1000;
/** Long enough for a confirmation and a transfer. */
const HORIZON_MS = 6000;
/** Neither a divisor nor a multiple of what the slot writer writes at a time. */
const CHUNK_BYTES = 600;
/** A run without any cut takes 2 to 3 boots, and each cut adds one or two. */
const BOOTS_MAX = 16;
/** A defect shows in many runs; these are enough to find it. */
const VIOLATIONS_MAX = 20;
const SEED = new Uint8Array(32).fill(0x5a);

/** A payload of this length that no other version has. */
function payloadOf(version: string, lengthBytes: number): Uint8Array {
  return new Uint8Array(Buffer.from(`/* model ${version} */`.padEnd(lengthBytes, "x"), "latin1"));
}

/** Versions by name, so that models need no digest. */
function modelsByVersion(models: Readonly<Record<string, ProgramModel>>): ModelLookup {
  return (_slot, _offset, _length, door) => {
    const { major, minor, revision } = door.info.version;
    return models[`${major}.${minor}.${revision}`];
  };
}

export class PowerCutSweep {
  /** Of the run without a cut. */
  readonly operations: readonly FlashOperation[];
  private readonly world: StoryWorld;
  private readonly start: MachineSnapshot;
  private readonly watch: SweepWatch;

  constructor(setting: SweepSetting) {
    const { board } = setting;
    const models = modelsByVersion({
      "1.0.0": confirms(CONFIRM_AFTER_MS),
      "2.0.0": setting.newVersion === "confirms" ? confirms(CONFIRM_AFTER_MS) : hangs(HANG_AFTER_MS),
    });
    const description = describeBoard(board);
    this.world = new StoryWorld(
      { ...setting, reasonName: String, seed: SEED },
      {
        models,
        horizonMs: HORIZON_MS,
        journalReader: undefined,
        observe: (event) => {
          if (event.kind === "start") {
            this.watch.started(event.slot, event.door);
          }
        },
      },
      { chunkBytes: CHUNK_BYTES, chunkIntervalMs: 10, patienceMs: PATIENCE_MS, lookEveryMs: LOOK_EVERY_MS },
    );
    const lengthBytes = setting.payloadBytes ?? PAYLOAD_BYTES;
    const images = ["1.0.0", "2.0.0"].map((version) => this.world.sign(payloadOf(version, lengthBytes), version));
    this.world.provision(images[0].bytes, earlierRecords(setting.earlierRecords ?? 0));
    this.world.offer(images[1], "2.0.0");
    this.watch = this.createWatch(description, images);
    this.start = this.world.snapshot();
    this.operations = this.world.machine.recordOperations(() => void this.run([]));
  }

  /** Every single cut. */
  sweep(options: CutOptions): SweepResult {
    return this.runAll([...cutsOf(this.operations, options)].map((plan) => [plan]));
  }

  /**
   * These runs, each a list of cuts: the next one is armed at the boot after the one before. Stops early where it is
   * clear that something is wrong.
   */
  runAll(runs: Iterable<readonly CutPlan[]>): SweepResult {
    const total = { cases: 0, boots: 0, cuts: 0, confirmed: 0, rejected: 0 };
    const violations: Violation[] = [];
    for (const plans of runs) {
      const result = this.run(plans);
      total.cases++;
      total.boots += result.boots.length;
      total.cuts += result.cuts;
      total.confirmed += result.outcome === "confirmed" ? 1 : 0;
      total.rejected += result.outcome === "rejected" ? 1 : 0;
      violations.push(...result.violations);
      if (violations.length >= VIOLATIONS_MAX) {
        break;
      }
    }
    return { ...total, operations: this.operations, violations };
  }

  /** One run from the factory state, with these cuts. */
  run(plans: readonly CutPlan[]): CaseResult {
    const { machine } = this.world;
    const id = plans.map(cutId).join("+");
    this.world.restore(this.start);
    this.watch.begin();
    const boots: BootReport[] = [];
    let cuts = 0;
    machine.arm(plans[0]);
    for (let quiet = 0; quiet < 2 && boots.length < BOOTS_MAX; ) {
      const report = this.bootOnce();
      if (report === undefined) {
        break;
      }
      boots.push(report);
      if (report.endedBy === "power-cut") {
        cuts++;
        machine.arm(plans[cuts]);
      }
      // Quiet: it runs on, and nobody wants anything of it. Once more from power-on shows that it stays so.
      quiet = report.endedBy === "horizon" && this.world.gateway.done ? quiet + 1 : 0;
    }
    machine.arm(undefined);
    const outcome = this.watch.end(boots, BOOTS_MAX);
    return { id, outcome, boots, cuts, violations: this.watch.violations.map((sentence) => ({ id, sentence })) };
  }

  /** Boots; `undefined` if the software broke a rule of the chip. */
  private bootOnce(): BootReport | undefined {
    try {
      const { report } = this.world.boot();
      this.watch.ended(report, this.world.gateway.done);
      return report;
    } catch (error) {
      this.watch.broken(error);
      return undefined;
    }
  }

  private createWatch(board: BoardDescription, images: readonly SignedImage[]): SweepWatch {
    const watch = new SweepWatch(this.world, board, images.map(({ bytes }) => bytes));
    this.world.machine.chip.onOperation = (operation) => watch.operation(operation);
    return watch;
  }
}

/** Records that change nothing: a healthy image that had no deaths. */
function earlierRecords(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => makeRecord(RecordType.Healthy, Slot.A, 0, undefined, 0));
}
