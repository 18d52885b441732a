/**
 * A scenario on the real Espruino for Linux, from `.boot0` on. Its flash file is the flash: images get there by the
 * board's own writer or, where a hand puts them, by this file.
 */

import { makeBoardFiles } from "../espruino/board-files";
import type { Run } from "../espruino/linux-board";
import { LinuxBoard } from "../espruino/linux-board";
import {
  applicationTask, consoleTask, flashBefore, HANG_LINE, imageFile, taskFile,
} from "./espruino-task";
import { withoutTimes } from "./espruino-times";
import { applyEdit, flashEdits } from "./flash-edits";
import { imageNamed, keyStoreFor } from "./images";
import { offsetOf, PARTITION_NAMES, sizeOf } from "./layout";
import type { FlashImage, Observation } from "./observation";
import { erasedFlash } from "./observation";
import type { BoardWishes, Scenario, StartStep } from "./scenario";
import { causeNumber, installedImages } from "./tape";

/** A start that does not hang is over long before. */
const TIMEOUT_MS = 20_000;
/** A hang is killed after this; doubled until the application has come to where it hangs. */
const HANG_TIMEOUT_MS = 1000;
const HANG_TIMEOUT_MS_MAX = 16_000;

function partitionsOf(file: Buffer): FlashImage {
  const parts = PARTITION_NAMES.map((name) => {
    const content = Buffer.from(file.subarray(offsetOf(name), offsetOf(name) + sizeOf(name)));
    return [name, name === "journal" ? withoutTimes(content) : content];
  });
  return Object.fromEntries(parts) as FlashImage;
}

/** The flash file with other content in the partitions. */
function withPartitions(file: Buffer, flash: FlashImage): Buffer {
  const result = Buffer.from(file);
  PARTITION_NAMES.forEach((name) => { result.set(flash[name], offsetOf(name)); });
  return result;
}

/** Boards by what they are, each provisioned once. */
export class EspruinoScenarios {
  private readonly board = new LinuxBoard();
  private readonly provisioned = new Map<string, Buffer>();

  dispose(): void {
    this.board.dispose();
  }

  /** Provisions a board of each kind. Its partitions are filled by the scenarios. */
  async prepare(scenarios: readonly Scenario[]): Promise<void> {
    for (const { board: wishes } of scenarios) {
      const key = JSON.stringify(wishes);
      if (!this.provisioned.has(key)) {
        const files = await makeBoardFiles({
          keyStore: keyStoreFor(wishes),
          verifyMode: wishes.verifyMode?.startsWith("seal") === true ? "seal" : "full",
          ...(wishes.verifyMode === "seal-crc32" ? { hasSha256: false, withSha256: true } : {}),
          knowsResetCauses: wishes.knowsResetCauses ?? true,
        });
        this.board.removeFile("espruino.flash");
        const made = this.board.provision(files, imageNamed("v1").bytes);
        if (made.end !== "idle") {
          throw new Error(`provisioning ended by ${made.end}: ${made.output}`);
        }
        this.provisioned.set(key, withPartitions(this.board.readFlash(), erasedFlash()));
      }
    }
  }

  run(scenario: Scenario): Observation[] {
    const board = this.board;
    board.writeFlash(this.factoryFlash(scenario.board));
    installedImages(scenario).forEach((name) => { board.putFile(imageFile(name), imageNamed(name).bytes); });
    const observations: Observation[] = [];
    const steps = scenario.steps;
    for (let at = 0; at < steps.length; at++) {
      const step = steps[at];
      if ("flash" in step) {
        this.edit(step.flash, scenario.board);
      } else {
        const restarts: StartStep[] = [step];
        // A restart of the interpreter belongs to the process that it happens in.
        for (let next = steps[at + 1]; restarts.at(-1)?.ends === "load" && "start" in next; next = steps[at + 1]) {
          restarts.push(next);
          at++;
        }
        observations.push(...this.start(restarts, observations.length));
      }
    }
    return observations;
  }

  private factoryFlash(wishes: BoardWishes): Buffer {
    const flash = this.provisioned.get(JSON.stringify(wishes));
    if (flash === undefined) {
      throw new Error("this kind of board was not prepared");
    }
    return flash;
  }

  /** Times stay as they are: only what is compared goes without. */
  private edit(lines: readonly string[], wishes: BoardWishes): void {
    const file = this.board.readFlash();
    const parts = PARTITION_NAMES.map((name) => [name, file.subarray(offsetOf(name), offsetOf(name) + sizeOf(name))]);
    const flash = Object.fromEntries(parts) as FlashImage;
    lines.flatMap((line) => flashEdits(line, wishes)).forEach((edit) => { applyEdit(flash, edit); });
    this.board.writeFlash(file);
  }

  private runProcess(step: StartStep, task: string, typed: string): Run {
    const board = this.board;
    const cause = causeNumber(step.start);
    if (step.ends !== "hang") {
      return board.run({ cause, task, typed, timeoutMs: TIMEOUT_MS });
    }
    const before = board.readFlash();
    for (let timeoutMs = HANG_TIMEOUT_MS; ; timeoutMs *= 2) {
      const run = board.run({ cause, task, typed, timeoutMs });
      if (run.log.includes(HANG_LINE) || run.end !== "hang" || timeoutMs >= HANG_TIMEOUT_MS_MAX) {
        return run;
      }
      board.writeFlash(before);
    }
  }

  /** One start of the process. `steps`: the start itself, and the restarts of the interpreter after it. */
  private start(steps: readonly StartStep[], first: number): Observation[] {
    const board = this.board;
    const [step] = steps;
    if (step.gesture === true) {
      board.putFile("recovery-gesture", "");
    } else {
      board.removeFile("recovery-gesture");
    }
    steps.forEach((each, index) => { board.putFile(taskFile(first + index), applicationTask(each, first + index)); });
    // What is typed would run before the interpreter restarts itself, and end the process.
    const typed = steps.length > 1 ? "" : consoleTask(step, first);
    const run = this.runProcess(step, applicationTask(step, first), typed);
    return this.observe(run, steps.length, first);
  }

  private observe(run: Run, starts: number, first: number): Observation[] {
    const observations: Observation[] = [];
    let lines: string[] = [];
    for (const line of [...run.log.filter((each) => each !== HANG_LINE), `end ${run.end}`]) {
      lines.push(line);
      if (line === "end load") {
        const copy = Buffer.from(this.board.getFile(flashBefore(first + observations.length)), "latin1");
        observations.push({ lines, flash: partitionsOf(copy) });
        lines = [];
      }
    }
    observations.push({ lines, flash: partitionsOf(this.board.readFlash()) });
    if (observations.length !== starts) {
      throw new Error(`${starts} starts expected in this process, ${observations.length} were made: ${run.output}`);
    }
    return observations;
  }
}
