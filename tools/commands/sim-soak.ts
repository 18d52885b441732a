/** `trialboot sim soak`: random long runs of the boot chain on virtual boards, from a seed. */

import { randomInt } from "node:crypto";
import { createHostVerifier } from "../host-verifier";
import { bootFromSource } from "../../sim/boot-chain";
import { createRememberingVerifier } from "../../sim/fast-crypto";
import { countText } from "../../sim/gateway";
import { createJournalReader } from "../../sim/journal-reader";
import type { SoakCounts, SoakSetting } from "../../sim/soak/life";
import type { SoakResult } from "../../sim/soak/soak";
import { runSoak } from "../../sim/soak/soak";
import { traceHeader, traceLine, traceObject, traceRemarks } from "../../sim/trace";
import type { BootReport } from "../../sim/report";
import { type Arguments, type CommandLine, integerOf, readArguments } from "../arguments";
import { boardNames, loadBoard } from "../boards";
import type { Context } from "../context";
import { failure, usageError } from "../errors";
import { ExitCode } from "../exit-codes";
import { createHostHash } from "../host-hash";
import type { Output } from "../output";
import { reasonText } from "../reason-text";
import { beginVerb } from "../verb";

export const SIM_SOAK: CommandLine = {
  name: "trialboot sim soak",
  summary:
    "Leads virtual boards through random lives: good and bad updates, power cuts, watchdog resets, brown-outs, a bad " +
    "line, deep sleep, worn pages, flipped bits. After every boot it checks what must never break (docs/fuzzing.md).",
  positionals: [],
  flags: [
    { name: "seed", short: "s", value: "SEED", help: "The run is a function of it (default: a fresh one)" },
    { name: "seconds", value: "N", help: "How long (default: 60)" },
    { name: "boots", value: "N", help: "How many boots, in place of a time" },
    { name: "board", short: "b", value: "BOARD", help: "Boards of this kind only (default: all of boards/)" },
    { name: "until", value: "N", help: "Replay: one board, its first N boots, a line for each" },
  ],
  remarks: [
    "A failure prints the seed of its board and the number of the boot: --seed SEED --until N shows how it came to it.",
    "With --json: one JSON value, and with --until one for each boot before it.",
    "Exit codes: 0 nothing broke, 1 something did, 2 wrong command line.",
  ],
};

const SEED_MAX = 0xffffffff;
const COUNT_MAX = 1e9;
/** How often progress is shown: on a terminal in one line that changes, elsewhere a line each time. */
const PROGRESS_MS = { terminal: 250, lines: 10000 };

interface SoakPlan {
  readonly setting: SoakSetting;
  readonly seed: number;
  readonly seconds: number;
  readonly boots: number;
  readonly until: number | undefined;
  /** What a replay has to say about boards. */
  readonly boardFlag: string;
}

export function soak(argv: readonly string[], context: Context): number {
  const begun = beginVerb(SIM_SOAK, readArguments(SIM_SOAK, argv), context);
  if (begun === undefined) {
    return ExitCode.Ok;
  }
  const { args, output } = begun;
  const plan = readPlan(args);
  const startMs = performance.now();
  const goesOn = plan.until === undefined ? untilTimeIsUp(plan, startMs, context, output) : undefined;
  const result = goesOn === undefined ? replay(plan, output) : runSoak(plan.setting, plan.seed, goesOn);
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  clearProgress(context, output);
  conclude(plan, result, seconds, output);
  return ExitCode.Ok;
}

function readPlan(args: Arguments): SoakPlan {
  const number = (name: string, max: number): number | undefined => {
    const text = args.text(name);
    return text === undefined ? undefined : integerOf(text, name, 0, max);
  };
  const [seed, until] = [number("seed", SEED_MAX), number("until", COUNT_MAX)];
  if (until !== undefined && seed === undefined) {
    throw usageError("--until replays the board of a seed, and there is none.", "Add --seed SEED.");
  }
  const boots = number("boots", COUNT_MAX);
  const board = args.text("board");
  const hash = createHostHash();
  const reasonName = (reason: number): string => reasonText(reason).name;
  const setting = {
    boards: (board === undefined ? boardNames() : [board]).map(loadBoard),
    boot: bootFromSource,
    hash,
    createVerifier: () => createRememberingVerifier(createHostVerifier()),
    reasonName,
    journalReader: until === undefined ? undefined : createJournalReader(hash, reasonName),
  };
  const seconds = boots === undefined ? (number("seconds", COUNT_MAX) ?? 60) : Infinity;
  const boardFlag = board === undefined ? "" : ` --board ${board}`;
  return { setting, seed: seed ?? randomInt(SEED_MAX), seconds, boots: boots ?? Infinity, until, boardFlag };
}

function untilTimeIsUp(
  plan: SoakPlan, startMs: number, context: Context, output: Output,
): (counts: Readonly<SoakCounts>) => boolean {
  output.note(`The seed is ${plan.seed}.`);
  const { terminal, lines } = PROGRESS_MS;
  const intervalMs = context.stderrIsTerminal ? terminal : lines;
  let shownMs = startMs;
  return (counts) => {
    const nowMs = performance.now();
    if (nowMs - shownMs >= intervalMs && !output.quiet) {
      shownMs = nowMs;
      const text = `${Math.floor((nowMs - startMs) / 1000)} s: ${countsText(counts)}`;
      context.stderr(context.stderrIsTerminal ? `\r\u001b[K${text}` : `${text}\n`);
    }
    return nowMs - startMs < plan.seconds * 1000 && counts.boots < plan.boots;
  };
}

function clearProgress(context: Context, output: Output): void {
  if (context.stderrIsTerminal && !output.quiet) {
    context.stderr("\r\u001b[K");
  }
}

function replay(plan: SoakPlan, output: Output): SoakResult {
  const until = plan.until ?? 0;
  output.summary(traceHeader());
  const tell = (report: BootReport): void => {
    output.jsonValue(traceObject(report));
    output.summary([traceLine(report), ...traceRemarks(report)].join("\n"));
  };
  return runSoak(plan.setting, plan.seed, (counts) => counts.boots < until, tell);
}

function countsText(counts: Readonly<SoakCounts>): string {
  const { boots, updates, confirmed, rejected, recoveries, cuts, flips } = counts;
  return (
    `${countText(boots)} boots, ${countText(updates)} updates (${countText(confirmed)} confirmed, ` +
    `${countText(rejected)} given up), ${countText(cuts)} power cuts, ${countText(recoveries)} recoveries, ` +
    `${countText(flips)} flipped bits`
  );
}

function conclude(plan: SoakPlan, result: SoakResult, seconds: number, output: Output): void {
  output.jsonValue({ seed: plan.seed, seconds, ...result });
  const boards = result.lives === 1 ? "1 board" : `${result.lives} boards`;
  output.summary(`${boards} in ${seconds} s: ${countsText(result)}. Seed ${plan.seed}.`);
  const { failure: broken } = result;
  if (broken !== undefined) {
    throw failure(
      `Boot ${broken.step} of the board with seed ${broken.seed} broke what must hold: ${broken.sentences.join("; ")}.`,
      `See how it came to it: trialboot sim soak${plan.boardFlag} --seed ${broken.seed} --until ${broken.step}`,
    );
  }
}
