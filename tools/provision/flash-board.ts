/** The whole of provisioning on one board: from a console that answers to a board that was started. */

import type { BoardFile } from "../board/board-data";
import type { BoardFiles } from "./board-files";
import { BoardMemory } from "./board-memory";
import { EspruinoConsole } from "./console";
import { checkKeepable, renewalSteps } from "./keep-data";
import {
  type BoardFacts, checkFacts, quieten, type Reach, readFacts, restart, restartClosed,
} from "./prepare";
import { provisioningSteps } from "./provisioning-steps";
import { runSteps, type StepProgress } from "./run-steps";

export interface FlashTask {
  readonly board: BoardFile;
  readonly reach: Reach;
  /** Only the bootloader is renewed. */
  readonly keepsData: boolean;
  readonly isDevelopment: boolean;
  /** Asked before anything is changed, with what is on the board; throws to end all of it there. */
  confirm(facts: BoardFacts): Promise<void>;
  /** Builds the files for the interpreter that the board has. */
  makeFiles(interpreterVersion: string): Promise<BoardFiles>;
  onProgress(progress: StepProgress): void;
  onWarning(text: string): void;
}

/** What became of a board after its first start. */
export interface FirstStart {
  readonly facts: BoardFacts;
  readonly files: BoardFiles;
  /** Whether a console answers. */
  readonly hasConsole: boolean;
  /** Where a console answers: whether the board waits in recovery. */
  readonly isInRecovery: boolean;
  /** Where a console answers: the journal partition. */
  readonly journal: Uint8Array | undefined;
}

/**
 * Provisions a board and starts it.
 *
 * Refuses (link): the connection. Refuses (wrong board), (device): see `checkFacts`, `checkKeepable`, `quieten`,
 * `runSteps`.
 */
export async function flashBoard(task: FlashTask): Promise<FirstStart> {
  const { board, reach } = task;
  let console = await EspruinoConsole.open(await reach.openPort());
  try {
    const facts = await readFacts(console);
    checkFacts(facts, { name: board.name, board: board.engine.board, versions: board.engine.versions });
    await task.confirm(facts);
    const files = await task.makeFiles(facts.version);
    const renewed = task.keepsData ? await checkKeepable(console, files, (text) => task.onWarning(text)) : undefined;
    console = await quieten(console, facts, reach);
    const memory = await BoardMemory.attach(console);
    const steps = renewed === undefined ? provisioningSteps(files) : renewalSteps(files, renewed);
    await runSteps(memory, board, steps, (progress) => task.onProgress(progress));
    const started = task.isDevelopment
      ? await restart(console, "E.reboot()", reach)
      : await restartClosed(console, reach);
    return { facts, files, ...(await lookAtStart(files, started)) };
  } finally {
    await console.close();
  }
}

async function lookAtStart(
  files: BoardFiles, console: EspruinoConsole | undefined,
): Promise<Pick<FirstStart, "hasConsole" | "isInRecovery" | "journal">> {
  if (console === undefined) {
    return { hasConsole: false, isInRecovery: false, journal: undefined };
  }
  try {
    const isInRecovery = (await console.evaluate("typeof global.recovery")) === "object";
    const memory = await BoardMemory.attach(console);
    const { address, sizeBytes } = files.plan.journalPlace;
    return { hasConsole: true, isInRecovery, journal: await memory.readFlash(address, sizeBytes) };
  } finally {
    await console.close();
  }
}
