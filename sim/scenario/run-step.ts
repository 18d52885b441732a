/** Runs the board for one step: boot after boot, with what is to happen in them. */

import type { RecoveryDoor } from "../../core/boot/handover";
import { ResetCause } from "../../core/boot/reset-cause";
import { Reason } from "../../core/reasons";
import type { Machine } from "../machine";
import type { BootOptions } from "../machine-options";
import type { CutPlan } from "../power";
import type { BootReport } from "../report";
import { countOperations, findOperation, momentText } from "./power-cut-search";
import type { BootRecord } from "./result";
import type { RunWish } from "./scenario";
import { Sender } from "./sender";
import type { ScenarioWorld } from "./world";

/** Uptime at which a boot that runs well is no longer watched. */
const HORIZON_MS = 900000;
/** How long it takes until somebody looks after a board in recovery. */
const REPAIR_AFTER_MS = 5000;
/** Bytes of an image that whoever repairs a board writes at a time. */
const REPAIR_CHUNK_BYTES = 512;

export interface StepOutcome {
  readonly boots: readonly BootRecord[];
  /** Reasons for which images were refused. */
  readonly refused: readonly string[];
  /** What the step asked for and the board never came to, in sentences. */
  readonly missed: readonly string[];
}

function isSettled({ endedBy, bootloaderError }: BootReport): boolean {
  return endedBy === "horizon" || endedBy === "hang-without-watchdog" || bootloaderError !== "";
}

export class StepRun {
  private readonly boots: BootRecord[] = [];
  private readonly refused: string[] = [];
  private startUs = 0;
  private cutsDone = 0;
  private operationsSeen = 0;
  private resetDone = false;
  private asked = false;
  private repaired = false;
  private nextCause: ResetCause | undefined;

  /** @param bootsLeft how many boots the scenario may still have */
  constructor(
    private readonly world: ScenarioWorld,
    private readonly wish: RunWish,
    private readonly bootsLeft: number,
  ) {}

  run(): StepOutcome {
    const { world, wish } = this;
    this.openSender();
    world.onStart = (door) => {
      const afterMs = wish.askForRecoveryAfterMs;
      if (afterMs !== undefined && !this.asked) {
        world.machine.clock.schedule(afterMs * 1000, () => {
          this.asked = true;
          this.tell("somebody asks for recovery");
          door.requestRecovery();
        });
      }
    };
    for (let round = 0; round < wish.times; round++) {
      this.nextCause = wish.cause ?? (round > 0 ? ResetCause.PowerOn : undefined);
      this.runUntilOver();
    }
    world.onStart = undefined;
    const { sender } = world;
    world.sender = undefined;
    // A cut that ended the last boot decides how the next step starts.
    if (this.nextCause !== undefined) {
      world.machine.nextCause = this.nextCause;
    }
    return {
      boots: this.boots,
      refused: [...(sender?.progress.refused ?? []), ...this.refused],
      missed: this.missed(sender),
    };
  }

  private openSender(): void {
    const { world, wish } = this;
    world.sender = wish.install === undefined ? undefined : new Sender(world.machine, {
      wish: wish.install,
      files: wish.install.images.map((name) => world.file(name)),
      reasonName: world.reasonName,
      tell: (atMs, text) => world.tell(atMs, text),
    });
  }

  private runUntilOver(): void {
    const { world, wish } = this;
    const { clock } = world.machine;
    this.startUs = clock.nowUs;
    for (let boots = 0; boots < wish.bootsMax; boots++) {
      const leftMs = wish.forMs === undefined ? Infinity : wish.forMs - (clock.nowUs - this.startUs) / 1000;
      if (leftMs <= 0) {
        break;
      }
      if (this.boots.length >= this.bootsLeft) {
        throw new RangeError("the scenario has more boots than a scenario may have");
      }
      const report = this.bootOnce(Math.min(leftMs, wish.forMs === undefined ? HORIZON_MS : leftMs));
      if (isSettled(report)) {
        break;
      }
    }
    if (wish.press !== undefined) {
      world.machine.pins.setGesture(false);
    }
  }

  private bootOnce(horizonMs: number): BootReport {
    const { world, wish } = this;
    const timeMs = this.powerOffMs();
    const options: BootOptions = {
      horizonMs,
      stimulate: (machine) => this.stimulate(machine),
      ...(this.nextCause === undefined ? {} : { cause: this.nextCause }),
      ...(wish.repairWith === undefined ? {} : { repair: (door) => this.repairLater(door, wish.repairWith!) }),
    };
    const cut = this.planCut(options);
    this.nextCause = undefined;
    const record = world.boot({
      ...options,
      ...(cut === undefined ? {} : { cut }),
      ...(timeMs === undefined ? {} : { powerCutAtMs: timeMs }),
    });
    this.boots.push(record);
    this.noteEnd(record.report);
    return record.report;
  }

  /** When power fails or somebody resets the board by its pin, in this boot. */
  private powerOffMs(): number | undefined {
    const { cutPower, reset } = this.wish;
    if (cutPower?.moment.kind === "time" && this.cutsDone < cutPower.times) {
      return cutPower.moment.afterMs;
    }
    const byPower = reset?.as === ResetCause.Pin || reset?.as === ResetCause.BrownOut;
    return reset !== undefined && byPower && !this.resetDone ? reset.afterMs : undefined;
  }

  /** The plan for this boot, found by running it without a cut first. */
  private planCut(options: BootOptions): CutPlan | undefined {
    const { cutPower } = this.wish;
    if (cutPower === undefined || cutPower.moment.kind === "time" || this.cutsDone >= cutPower.times) {
      return undefined;
    }
    const { asked, repaired, resetDone } = this;
    const refused = this.refused.length;
    const operations = this.world.rehearse(options);
    Object.assign(this, { asked, repaired, resetDone });
    this.refused.length = refused;
    const atOperation = findOperation(cutPower.moment, operations, this.operationsSeen);
    if (atOperation === undefined) {
      this.operationsSeen += countOperations(cutPower.moment, operations);
      return undefined;
    }
    const { when, tornBytes, unstableReads } = cutPower;
    return { atOperation, when, tornBytes, unstableReads, seed: this.world.scenario.seed };
  }

  private noteEnd(report: BootReport): void {
    const { cutPower, reset } = this.wish;
    if (report.endedBy !== "power-cut") {
      return;
    }
    if (cutPower !== undefined && this.cutsDone < cutPower.times) {
      this.cutsDone++;
      this.operationsSeen = 0;
      this.nextCause = cutPower.comesBackAs;
    } else if (reset !== undefined && !this.resetDone) {
      this.resetDone = true;
      this.nextCause = reset.as;
    }
  }

  /** What happens to the board while it runs, from the start of this boot on. */
  private stimulate(machine: Machine): void {
    const { press, reset } = this.wish;
    if (press !== undefined) {
      const passedMs = (machine.clock.nowUs - this.startUs) / 1000;
      const downMs = press.afterMs - passedMs;
      const upMs = downMs + press.forMs;
      machine.pins.setGesture(downMs <= 0 && upMs > 0);
      this.schedule(machine, downMs, () => machine.pins.setGesture(true));
      this.schedule(machine, upMs, () => machine.pins.setGesture(false));
    }
    if (reset !== undefined && !this.resetDone && reset.as === ResetCause.Watchdog) {
      this.schedule(machine, reset.afterMs, () => {
        this.resetDone = true;
        this.tell("the watchdog resets the board");
        machine.watchdog.strike();
      });
    }
    if (reset !== undefined && !this.resetDone && reset.as === ResetCause.Software) {
      this.schedule(machine, reset.afterMs, () => {
        this.resetDone = true;
        this.tell("a reset by software");
        machine.hal.reset.reboot();
      });
    }
  }

  private schedule(machine: Machine, delayMs: number, action: () => void): void {
    if (delayMs > 0) {
      machine.clock.schedule(delayMs * 1000, action);
    }
  }

  private tell(text: string): void {
    this.world.tell(Math.floor(this.world.machine.clock.uptimeUs / 1000), text);
  }

  private repairLater(door: RecoveryDoor, name: string): void {
    this.world.machine.clock.schedule(REPAIR_AFTER_MS * 1000, () => this.repair(door, name));
  }

  /** Somebody finds the board in recovery and installs an image. */
  private repair(door: RecoveryDoor, name: string): void {
    const { bytes, version } = this.world.file(name);
    const { writer } = door;
    this.repaired = true;
    this.tell(`the board is repaired with ${name} (${version})`);
    let reason = writer.begin(bytes.length);
    for (let at = 0; at < bytes.length && reason === Reason.None; at += REPAIR_CHUNK_BYTES) {
      reason = writer.write(bytes.slice(at, at + REPAIR_CHUNK_BYTES));
    }
    reason = reason === Reason.None ? writer.finish() : reason;
    reason = reason === Reason.None ? writer.requestTrial() : reason;
    if (reason === Reason.None) {
      door.restart();
    } else {
      this.refused.push(this.world.reasonName(reason));
      this.tell(`the board refuses it: ${this.world.reasonName(reason)}`);
    }
  }

  /** A fault that never happened would make every expectation worthless. */
  private missed(sender: Sender | undefined): string[] {
    const { cutPower, reset, install } = this.wish;
    const missed: string[] = [];
    if (cutPower !== undefined && this.cutsDone < cutPower.times) {
      missed.push(`power was to fail ${momentText(cutPower.moment)} in ${cutPower.times} boots, and did in ${
        this.cutsDone}`);
    }
    if (reset !== undefined && !this.resetDone) {
      missed.push("the board was to be reset, and no boot lasted so long");
    }
    if (this.wish.askForRecoveryAfterMs !== undefined && !this.asked) {
      missed.push("somebody was to ask for recovery, and no application ran so long");
    }
    if (this.wish.repairWith !== undefined && !this.repaired) {
      missed.push("the board was to be repaired, and never went to recovery");
    }
    const progress = sender?.progress;
    if (progress !== undefined && !progress.begun) {
      missed.push("an image was to be sent, and no application ran that could take it");
    }
    if (install?.linkDrop !== undefined && progress?.dropped !== true) {
      missed.push("the link was to drop, and never did");
    }
    if (install?.linkGarbage !== undefined && progress?.garbled !== true) {
      missed.push("the link was to be disturbed, and never was");
    }
    return missed;
  }
}
