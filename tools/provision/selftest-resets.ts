/** Self-test of what happens at resets: their causes, the watchdog, and random numbers from start to start. */

import { ResetCause } from "../../core/boot/reset-cause";
import { espressifCause } from "../../hal/espruino/chips/esp32";
import { nrf52Cause, RESETREAS } from "../../hal/espruino/chips/nrf52";
import { causeName } from "../../sim/reset";
import type { BoardFile } from "../board/board-data";
import { isLinkError } from "../ports/link-error";
import { BoardMemory } from "./board-memory";
import { restart } from "./prepare";
import type { Bench, Check } from "./selftest";

const WATCHDOG_S = 2;
/** Kicked for longer than its time-out, a watchdog must not bite. */
const KICKS = 8;
const KICK_EVERY_MS = 500;
const DRAWS = 8;
/** The low bits of the ESP32's register are the reason of the first core. */
const ESPRESSIF_REASONS = 64;

/** Cause of the last reset, as the chip's driver reads it; `undefined`: this board does not tell, or is not asked. */
async function readCause({ board, console }: Bench): Promise<ResetCause | undefined> {
  const { driver } = board;
  if (driver.file === "esp32") {
    const state = Number(await console.evaluate(`peek32(${driver.resetStateAddress})`));
    return espressifCause((state >>> 0) % ESPRESSIF_REASONS);
  }
  if (driver.file === "nrf52" && driver.readsResetRegister) {
    return nrf52Cause(Number(await console.evaluate(`peek32(${RESETREAS})`)) >>> 0);
  }
  return undefined;
}

function whyNoCause(board: BoardFile): string {
  return board.driver.file === "linux"
    ? "whoever starts the process says the cause"
    : "the board file does not let the register be read (driver.readsResetRegister)";
}

/** Starts the board by `how` and notes its new console. */
async function startBy(bench: Bench, how: string): Promise<void> {
  bench.console = await restart(bench.console, how, bench.reach);
  await BoardMemory.attach(bench.console);
}

export async function rebootCheck(bench: Bench): Promise<Check> {
  const name = "reset by software";
  await startBy(bench, "E.reboot()");
  const cause = await readCause(bench);
  if (cause === undefined) {
    return { name, outcome: "not possible", text: `started anew; ${whyNoCause(bench.board)}`, numbers: {} };
  }
  return {
    name,
    outcome: cause === ResetCause.Software ? "passed" : "failed",
    text: `started anew by E.reboot(); the chip says ${causeName(cause)}`,
    numbers: { cause },
  };
}

/** A generator with a fixed seed gives the same numbers after each start. */
export async function randomCheck(bench: Bench): Promise<Check> {
  const draw = async (): Promise<number[]> =>
    (await bench.console.evaluate(
      `(function(a,i){for(i=0;i<${DRAWS};i++)a.push(E.hwRand());return a})([])`,
    )) as number[];
  await startBy(bench, "E.reboot()");
  const before = await draw();
  await startBy(bench, "E.reboot()");
  const after = await draw();
  const repeats = JSON.stringify(before) === JSON.stringify(after);
  const different = new Set([...before, ...after]).size;
  const numbers = { draws: 2 * DRAWS, different };
  if (repeats && !bench.board.engine.trustedRandom) {
    const text = `there are none: the same ${DRAWS} after each start, as the board file says`;
    return { name: "random numbers", outcome: "not possible", text, numbers };
  }
  return {
    name: "random numbers",
    outcome: different === 2 * DRAWS ? "passed" : "failed",
    text: `${different} different numbers of ${2 * DRAWS}, over two starts`,
    numbers,
  };
}

export async function watchdogCheck(bench: Bench): Promise<Check> {
  const name = "watchdog";
  const { board, reach } = bench;
  if (board.watchdog.kind === "process") {
    return {
      name, outcome: "not possible", numbers: {},
      text: "a process has no watchdog of its own; E.enableWatchdog does nothing here",
    };
  }
  if (board.watchdog.hasWatchTimer) {
    await bench.console.evaluate("(Bangle.setOptions({manualWatchdog:true}),1)");
  }
  await bench.console.evaluate(`(E.enableWatchdog(${WATCHDOG_S},false),global.$tKept=1)`);
  for (let i = 0; i < KICKS; i++) {
    await reach.pause(KICK_EVERY_MS);
    // Every answer kicks it.
    if ((await bench.console.evaluate("typeof $tKept")) !== "number") {
      return { name, outcome: "failed", text: "the board was reset although it was kicked", numbers: {} };
    }
  }
  return await hang(bench, name);
}

async function hang(bench: Bench, name: string): Promise<Check> {
  const started = performance.now();
  try {
    await startBy(bench, "(function(){for(;;);})()");
  } catch (error) {
    if (!isLinkError(error)) {
      throw error;
    }
    return { name, outcome: "failed", text: "a board that hangs does not come back", numbers: {} };
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  const cause = await readCause(bench);
  const says = cause === undefined ? "" : `; the chip says ${causeName(cause)}`;
  return {
    name,
    outcome: "passed",
    text: `kicked it stays, hung it is back after ${seconds} s (time-out ${WATCHDOG_S} s)${says}`,
    numbers: { backAfterS: seconds, timeoutS: WATCHDOG_S },
    item: "watchdog",
  };
}
