/** What is on the board that answers, and how it is made quiet before anything is written. */

import { STUB_BYTES, ACTIVE_WORD, ACTIVE_WORD_OFFSET_BYTES } from "../../hal/espruino/stub";
import { shown } from "../arguments";
import { ToolError } from "../errors";
import { ExitCode } from "../exit-codes";
import type { BytePort } from "../ports/byte-port";
import { isLinkError, linkError } from "../ports/link-error";
import { EspruinoConsole } from "./console";
import { DEFINE_MODULES } from "./console-line";

/** Everything that runs by itself at a start of the interpreter, in the order in which it is taken away. */
const BOOT_FILES = [
  ".boot1", ".boot0", ".bootPowerOn", ".boot2", ".boot3", ".bootrst", ".bootcde", ".varimg",
] as const;

/** How often a board that starts anew is asked, and how often its port is looked for while there is none. */
interface Patience {
  readonly silentTries: number;
  readonly absentTries: number;
}

/** A start takes seconds, with a signature to check some more; a USB port then needs its time to come back. */
const UNTIL_IT_ANSWERS: Patience = { silentTries: 40, absentTries: 40 };
/** Each silent try takes seconds, in which a console that is open would have answered: no bootloader keeps it busy. */
const UNTIL_IT_WOULD_HAVE: Patience = { silentTries: 2, absentTries: 6 };
const RETRY_PAUSE_MS = 500;
const REOPENING_TIMEOUT_MS = 2500;
/** Long enough for every step, so that a watchdog which cannot be stopped is kicked by the interpreter itself. */
const AUTOMATIC_WATCHDOG_S = 60;

/** How a board is reached, again and again: it starts anew in between. */
export interface Reach {
  openPort(): Promise<BytePort>;
  pause(durationMs: number): Promise<void>;
}

export interface BoardFacts {
  readonly version: string;
  readonly board: string;
  /** Number of files in Storage. */
  readonly files: number;
  /** Names of files that run by themselves at a start. */
  readonly bootFiles: readonly string[];
  /** Whether `.boot0` is a bootloader of trialboot that was activated. */
  readonly isProvisioned: boolean;
}

/** Asks the board what it is. Changes nothing. */
export async function readFacts(console: EspruinoConsole): Promise<BoardFacts> {
  await console.evaluate(DEFINE_MODULES);
  const identity = (await console.evaluate("[process.version,process.env.BOARD]")) as unknown[];
  const stub = `(function(s){return s&&s.length==${STUB_BYTES}?s.substr(${ACTIVE_WORD_OFFSET_BYTES},4):""})` +
    "($tS.read(\".boot0\"))";
  const word = await console.evaluate(stub);
  const files = Number(await console.evaluate("$tS.list().length"));
  const bootFiles = (await console.evaluate(
    `${JSON.stringify(BOOT_FILES)}.filter(function(n){return $tS.read(n)!==undefined})`,
  )) as string[];
  const [version, board] = identity.map(String);
  return { version: version ?? "", board: board ?? "", files, bootFiles, isProvisioned: word === ACTIVE_WORD };
}

/** Refuses (device): another board, or an interpreter that the board file does not know. */
export function checkFacts(
  facts: BoardFacts, expected: { readonly name: string; readonly board: string; readonly versions: readonly string[] },
): void {
  if (facts.board !== expected.board) {
    throw new ToolError(
      ExitCode.WrongBoard,
      `The board that answers is ${shown(facts.board)}, not ${expected.board}, which --board ${expected.name} means.`,
      "Choose the board file that fits, or another port. Nothing was written.",
    );
  }
  if (!expected.versions.includes(facts.version)) {
    throw new ToolError(
      ExitCode.DeviceRefused,
      `Its interpreter is ${shown(facts.version)}; boards/${expected.name}.json knows ${expected.versions.join(", ")}.`,
      "Flash one of these with the vendor's tool (docs/provisioning.md). Nothing was written.",
    );
  }
}

/**
 * Takes away what runs by itself and starts the interpreter anew, so that nothing but the console is left.
 * Refuses (device): the pages of `.boot0` are locked. Refuses (link): the board does not come back.
 *
 * @returns the console of the quiet board
 */
export async function quieten(console: EspruinoConsole, facts: BoardFacts, reach: Reach): Promise<EspruinoConsole> {
  for (const name of facts.bootFiles) {
    const isGone = await console.evaluate(
      `($tS.erase("${name}"),$tS.read("${name}")===undefined)`,
    );
    if (isGone !== true) {
      throw new ToolError(
        ExitCode.DeviceRefused,
        `The board does not let ${name} be erased: its pages are locked while the application runs.`,
        "Bring it into recovery, and run this again.",
      );
    }
  }
  // A bootloader leaves a watchdog behind that some chips cannot stop: those start anew as a whole.
  const restarted = await restart(console, facts.isProvisioned ? "E.reboot()" : "reset()", reach);
  if (facts.isProvisioned) {
    await restarted.evaluate(`(E.enableWatchdog(${AUTOMATIC_WATCHDOG_S},true),1)`);
  }
  return restarted;
}

/**
 * Starts the interpreter anew and finds its console again.
 * Refuses (link): it does not come back.
 *
 * @param how an expression that does it: `reset()`, or `E.reboot()`, with which the port may go and come back
 */
export async function restart(console: EspruinoConsole, how: string, reach: Reach): Promise<EspruinoConsole> {
  const found = await startAnew(console, how, reach, UNTIL_IT_ANSWERS);
  if (found === undefined) {
    throw linkError(
      "The board does not come back after its restart.", "Unplug it, plug it in again, and run this again.",
    );
  }
  return found;
}

/**
 * Starts a board whose bootloader closes the console.
 *
 * @returns the console, if one answers all the same
 */
export async function restartClosed(console: EspruinoConsole, reach: Reach): Promise<EspruinoConsole | undefined> {
  return await startAnew(console, "E.reboot()", reach, UNTIL_IT_WOULD_HAVE);
}

async function startAnew(
  console: EspruinoConsole, how: string, reach: Reach, patience: Patience,
): Promise<EspruinoConsole | undefined> {
  await console.evaluate("(global.$tOld=1)");
  await console.evaluateBlindly(how);
  await console.close();
  let silent = 0;
  let absent = 0;
  while (silent < patience.silentTries && absent < patience.absentTries) {
    await reach.pause(RETRY_PAUSE_MS);
    const port = await unlessLinkFails(reach.openPort());
    if (port === undefined) {
      absent++;
      continue;
    }
    silent++;
    const found = await unlessLinkFails(EspruinoConsole.openQuietly(port, REOPENING_TIMEOUT_MS));
    if (found !== undefined) {
      if ((await found.evaluate("typeof global.$tOld")) === "undefined") {
        return found;
      }
      // It has not started anew yet, or the line was lost.
      await found.evaluateBlindly(how);
      await found.close();
    }
  }
  return undefined;
}

async function unlessLinkFails<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isLinkError(error)) {
      return undefined;
    }
    throw error;
  }
}
