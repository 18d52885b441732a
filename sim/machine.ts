/**
 * A board that runs the boot chain: flash, watchdog, pins, clock and an engine for applications, put together from a
 * board's description. Each call of `runBoot` is one life of the processor, from reset to whatever ends it; flash,
 * Storage, pins and a surviving watchdog carry over to the next.
 */

import { createHash } from "node:crypto";
import type { RecoveryDoor } from "../core/boot/handover";
import { ResetCause } from "../core/boot/reset-cause";
import { createImageVerifier } from "../core/image/signatures";
import type { Board } from "../hal/board";
import type { FlashPartition } from "../hal/flash";
import type { Hash } from "../hal/hash";
import { placesOf } from "./board-description";
import type { MachinePlaces } from "./board-description";
import { BootLog } from "./boot-log";
import { VirtualClock } from "./clock";
import { createSlowHash } from "./fast-crypto";
import { NorFlash } from "./flash";
import type { FlashCounters } from "./flash";
import type { FlashRuleError } from "./flash-rules";
import { ApplicationHost } from "./host";
import { Life } from "./life";
import { SimulatedLink } from "./link";
import type { BootOptions, MachineOptions, MachineSnapshot } from "./machine-options";
import type { OpenBoot } from "./open-boot";
import { PageLocks } from "./page-locks";
import { createPartition, createPeekPartition } from "./partition";
import type { PartitionPlace } from "./partition";
import { SimulatedPins } from "./pins";
import type { CutPlan, Cuttable, FlashOperation } from "./power";
import { PowerSwitch } from "./power-switch";
import { SimulatedProgram } from "./program";
import type { ProgramEvent } from "./program";
import { SeededRandom } from "./random";
import type { BootReport, JournalEntry } from "./report";
import { CAUSE_AFTER, SimulatedReset, watchdogSurvives } from "./reset";
import type { BootEnd } from "./reset";
import { ApplicationStorage } from "./storage";
import { SimulatedWatchdog } from "./watchdog";

const HORIZON_MS = 900000;

export class Machine implements Cuttable<MachineSnapshot> {
  readonly chip: NorFlash;
  readonly clock = new VirtualClock();
  readonly storage: ApplicationStorage;
  readonly pins: SimulatedPins;
  readonly watchdog: SimulatedWatchdog;
  readonly link: SimulatedLink;
  /** What the boot function is given. */
  hal: Board;
  /** Why the processor will start next, unless the caller says otherwise. */
  nextCause: ResetCause = ResetCause.PowerOn;

  private readonly pageLocks: PageLocks;
  private readonly life = new Life();
  private readonly places: MachinePlaces;
  private readonly random: SeededRandom;
  private readonly reset = new SimulatedReset(this.life);
  private readonly host: ApplicationHost;
  private readonly program: SimulatedProgram;
  private readonly powerSwitch = new PowerSwitch(this.clock, this.life);
  private readonly options: MachineOptions;
  private log = new BootLog();
  private bootNumber = 0;
  private brokenRule: FlashRuleError | undefined;

  constructor(options: MachineOptions) {
    const { board } = options;
    this.options = options;
    this.places = placesOf(board);
    this.chip = new NorFlash(board.geometry, options.faults);
    this.chip.elapse = (durationUs) => this.clock.elapse(durationUs);
    this.chip.onPowerCut = () => this.life.note("power-cut");
    this.storage = new ApplicationStorage(board.storageBytes ?? 36 * 1024);
    const roles = { recovery: board.recoveryPin ?? "BTN1", indicator: board.indicatorPin ?? "LED1" };
    this.pins = new SimulatedPins(roles, this.life);
    this.watchdog = new SimulatedWatchdog(this.clock, this.life);
    this.link = new SimulatedLink("Serial1", this.clock, this.life);
    this.random = new SeededRandom(options.seed ?? 1, board.trustedRandom ?? false);
    const { clock, life, link, pins, random, storage, watchdog } = this;
    const devices = { boardName: board.name, chip: board.chip, clock, life, link, pins, random, storage, watchdog };
    this.host = new ApplicationHost(devices, (callback) => this.program.invoke(callback));
    this.program = new SimulatedProgram(this.host, {
      models: options.models,
      userGlobals: options.userGlobals,
      scriptTimeoutMs: options.scriptTimeoutMs ?? 250,
      callCostUs: options.callCostUs ?? 100,
      observe: (event) => this.observe(event),
    });
    this.pageLocks = new PageLocks(this.chip, options.board);
    this.hal = this.createBoard();
  }

  /** Starts the processor with this cause and runs one boot. */
  powerOn(cause: ResetCause = ResetCause.PowerOn): BootReport {
    return this.runBoot({ cause });
  }

  /**
   * Runs one boot, from the start of the processor until it ends. Throws the FlashRuleError if software broke a rule
   * of the chip in it, even if that software caught it: it would have lost data on a board.
   */
  runBoot(options: BootOptions = {}): BootReport {
    const boot = this.openBoot(options);
    boot.runUntil(boot.startUs + (options.horizonMs ?? this.options.horizonMs ?? HORIZON_MS) * 1000);
    return boot.close("horizon");
  }

  /** As `runBoot`, piece by piece; `horizonMs` means nothing here. The boot has to be closed before the next one. */
  openBoot(options: BootOptions = {}): OpenBoot {
    const cause = options.cause ?? this.nextCause;
    const journalBefore = this.lastSequence();
    const countersBefore = { ...this.chip.counters };
    this.begin(cause, options);
    options.stimulate?.(this);
    const startUs = this.clock.nowUs;
    this.live(() => this.startBootloader(options));
    return {
      startUs,
      runUntil: (untilUs) => {
        this.live(() => this.program.runEvents(() => this.nextEvent(untilUs)));
        return this.life.ended === undefined;
      },
      close: (end) => {
        this.life.note(end);
        return this.report(cause, journalBefore, countersBefore);
      },
    };
  }

  /** Everything that the next boot depends on. Only between boots. */
  snapshot(): MachineSnapshot {
    return {
      flash: this.chip.snapshot(),
      storage: this.storage.snapshot(),
      watchdog: this.watchdog.snapshot(),
      pins: this.pins.snapshot(),
      randomState: this.random.state,
      bootNumber: this.bootNumber,
      nextCause: this.nextCause,
      nowUs: this.clock.nowUs,
    };
  }

  restore(snapshot: MachineSnapshot): void {
    this.chip.restore(snapshot.flash);
    this.storage.restore(snapshot.storage);
    this.watchdog.restore(snapshot.watchdog);
    this.pins.restore(snapshot.pins);
    this.random.state = snapshot.randomState;
    this.bootNumber = snapshot.bootNumber;
    this.nextCause = snapshot.nextCause;
    this.clock.jumpTo(snapshot.nowUs);
  }

  /**
   * Names the state between boots: flash content, Storage, pins, the next cause, and what is left of a surviving
   * watchdog. Wear, boot number, absolute time and the state of random generators are left out.
   */
  stateHash(): string {
    const watchdog = this.watchdog.snapshot();
    const left = watchdog === undefined ? "" : `${watchdog.timeoutUs}/${watchdog.deadlineUs - this.clock.nowUs}`;
    const pins = [...this.pins.snapshot()].filter(([, level]) => level !== 0).sort();
    const parts = [this.chip.contentHash(), [...this.storage.snapshot()].sort(), pins, this.nextCause, left];
    return createHash("sha1").update(JSON.stringify(parts)).digest("base64url");
  }

  arm(plan: CutPlan | undefined): void {
    this.chip.arm(plan);
  }

  recordOperations(action: () => void): FlashOperation[] {
    const operations: FlashOperation[] = [];
    const before = this.chip.onOperation;
    this.chip.onOperation = (operation) => {
      operations.push(operation);
      before?.(operation);
    };
    try {
      action();
    } finally {
      this.chip.onOperation = before;
    }
    return operations;
  }

  private createBoard(): Board {
    const { verifier } = this.options;
    const watch = {
      guard: (): void => this.life.check(),
      broke: (error: FlashRuleError): void => {
        this.brokenRule ??= error;
      },
    };
    const partition = (name: string, place: PartitionPlace): FlashPartition =>
      createPartition(this.chip, name, place, watch);
    return {
      slots: [partition("slotA", this.places.slots[0]), partition("slotB", this.places.slots[1])],
      journal: partition("journal", this.places.journal),
      provisioning: partition("provisioning", this.places.provisioning),
      data: partition("data", this.places.data),
      hash: this.createHash(),
      verifier: createImageVerifier(
        (key, message, signature) => {
          this.passVerifying();
          return verifier.verify(key, message, signature);
        },
        () => verifier.selfTest(),
      ),
      watchdog: this.watchdog,
      reset: this.reset,
      clock: {
        uptimeMs: () => Math.floor(this.clock.uptimeUs / 1000),
        every: (intervalMs, callback) => {
          this.life.check();
          this.host.every(intervalMs, callback);
        },
      },
      random: this.random,
      pins: this.pins,
      program: this.program,
    };
  }

  private createHash(): Hash {
    const { hash, board } = this.options;
    return board.nativeSha256 === false ? createSlowHash(hash, () => { this.watchdog.kick(); }) : hash;
  }

  /** Lets the time of one signature check pass, in slices between which the verifier kicks. */
  private passVerifying(): void {
    const { verifyDurationMs = 0, verifyPauses = 0 } = this.options;
    this.life.check();
    const sliceUs = verifyDurationMs * 1000 / (verifyPauses + 1);
    for (let pause = 0; pause < verifyPauses; pause++) {
      this.clock.elapse(sliceUs);
      this.watchdog.kick();
    }
    this.clock.elapse(sliceUs);
  }

  private begin(cause: ResetCause, options: BootOptions): void {
    this.bootNumber++;
    this.log = new BootLog();
    this.brokenRule = undefined;
    this.pageLocks.release();
    // What it has hashed ahead is lost with the memory.
    this.hal = { ...this.hal, hash: this.createHash() };
    this.life.begin();
    this.clock.begin();
    this.watchdog.begin(watchdogSurvives(cause, this.options.board.watchdogSurvivesSoftReset));
    this.reset.cause = this.options.board.knowsResetCauses ? cause : ResetCause.Unknown;
    this.pins.onChange = undefined;
    this.pins.begin();
    this.link.begin();
    this.host.begin(cause === ResetCause.DeepSleepWake);
    this.program.begin();
    this.chip.powerOn();
    if (options.cut !== undefined) {
      this.chip.arm(options.cut);
    }
    this.powerSwitch.cutAfter(options.powerCutAtMs);
  }

  private startBootloader(options: BootOptions): void {
    const door = this.options.boot(this.hal, this.options.config);
    this.life.check();
    this.log.bootReturned(door === undefined ? "" : this.reasonName(door));
    if (door !== undefined) {
      options.repair?.(door, this);
    }
  }

  /** Lets the processor do something, if it runs; what gets out of the bootloader itself ends it. */
  private live(action: () => void): void {
    if (this.life.ended !== undefined) {
      return;
    }
    try {
      action();
    } catch (error) {
      if (this.life.ended === undefined) {
        this.log.bootloaderThrew(error);
        this.life.note("panic");
      }
    }
  }

  private report(cause: ResetCause, journalBefore: number, countersBefore: FlashCounters): BootReport {
    const endedBy = this.settleEnd();
    const report: BootReport = {
      ...this.log.facts(),
      bootNumber: this.bootNumber,
      cause,
      causeTold: this.reset.cause,
      ...this.journalSince(journalBefore),
      endedBy,
      uptimeMs: Math.floor(this.clock.uptimeUs / 1000),
      flash: difference(this.chip.counters, countersBefore),
      indicated: this.pins.indicated,
      console: this.host.console,
      linkBytes: this.link.sentBytes,
    };
    this.end(endedBy);
    if (this.brokenRule !== undefined) {
      throw this.brokenRule;
    }
    return report;
  }

  private reasonName(door: RecoveryDoor): string {
    return this.options.reasonName?.(door.reason) ?? String(door.reason);
  }

  /** Runs the next event that is due by then; without one, time goes on to there. */
  private nextEvent(untilUs: number): boolean {
    const next = this.clock.nextEventUs();
    this.watchdog.idleUntil(Math.min(next ?? untilUs, untilUs));
    if (next === undefined || next > untilUs) {
      this.clock.advanceTo(untilUs);
      return false;
    }
    this.clock.runNext();
    return true;
  }

  /** How the boot ended. A processor that hangs waits for the watchdog, or for its power to go. */
  private settleEnd(): BootEnd {
    const kind = this.life.ended!;
    if (kind !== "hang") {
      return kind;
    }
    const deadline = this.clock.firstDeadline(Infinity);
    if (deadline === undefined) {
      return "hang-without-watchdog";
    }
    this.life.begin();
    try {
      this.clock.advanceTo(deadline.atUs()!);
    } catch {
      // The deadline ends the processor; how, the life remembers.
    }
    return this.life.ended as BootEnd;
  }

  private end(endedBy: BootEnd): void {
    this.nextCause = CAUSE_AFTER[endedBy];
    this.powerSwitch.cutAfter(undefined);
    this.clock.begin();
    if (endedBy === "deep-sleep") {
      this.watchdog.begin(false);
      this.clock.jumpTo(this.clock.nowUs + this.host.sleepUs);
    }
  }

  private observe(event: ProgramEvent): void {
    if (event.kind === "start") {
      this.pageLocks.lock(event.slot);
    }
    this.log.observe(event, this.hal.slots);
    this.options.observe?.(event);
  }

  private entries(): readonly JournalEntry[] {
    const { journalReader } = this.options;
    return journalReader?.(createPeekPartition(this.chip, "journal", this.places.journal)) ?? [];
  }

  private lastSequence(): number {
    return this.entries().reduce((last, entry) => Math.max(last, entry.sequence), -1);
  }

  private journalSince(sequence: number): Pick<BootReport, "journal" | "reason"> {
    const added = this.entries().filter((entry) => entry.sequence > sequence);
    const reasons = added.flatMap((entry) => (entry.reason === undefined ? [] : [entry.reason]));
    return { journal: added.map((entry) => entry.name), reason: this.log.recoveryReason || (reasons.at(-1) ?? "") };
  }
}

function difference(now: Readonly<FlashCounters>, before: Readonly<FlashCounters>): FlashCounters {
  return {
    reads: now.reads - before.reads,
    writes: now.writes - before.writes,
    erases: now.erases - before.erases,
    bytesWritten: now.bytesWritten - before.bytesWritten,
  };
}
